//! Step 1: bind the attempt to this browser. Nothing is written to the database and the provider is
//! not asked (SEC-70): the attempt lives sealed in a cookie of its own.

pub mod attempt;
pub mod cookie;
pub mod route;
