//! The first step of a login: binds the attempt to this browser. It writes nothing to the database
//! and sends no request to the provider (SEC-70): the attempt is sealed in a cookie of its own.

pub mod attempt;
pub mod cookie;
pub mod route;
