//! The administration: what `/api/admin/…` shows of every connection, to whoever has used a link that
//! `snyk-app admin-link` made (SEC-31).
//!
//! The session of an administrator is of a kind of its own: another cookie, another table. It authorizes
//! for these routes and for nothing else, and the session of a person does not authorize for them.

pub mod activity;
pub mod activity_writer;
mod cursor;
pub mod facts;
pub mod installs;
mod parts;
mod query;
pub mod route;
pub mod session;
pub mod settings;
pub mod upkeep;

pub use self::parts::Administration;
