//! The administration: what `/api/admin/…` shows of every connection, to whoever has used a link that
//! `snyk-app admin-link` made (SEC-31).
//!
//! The session of an administrator is of a kind of its own: another cookie, another table. It authorizes
//! for these routes and for nothing else, and the session of a person does not authorize for them.

pub mod activity;
pub mod activity_writer;
mod cursor;
mod installs;
mod query;
pub mod route;
mod session;
pub mod settings;
pub mod upkeep;

use std::sync::Arc;

use domain::{session::Lifetimes, vault::Vault};

use self::settings::Facts;
pub use self::{
    installs::{disconnect, list, read},
    session::Administrator,
};
use crate::{
    clock::Clock,
    connection::Connections,
    session::cookie::Cookies,
    store::{Store, database::AdminRecords},
};

/// The parts that the routes of an administrator use.
#[derive(Debug)]
pub struct Administration {
    /// Claims links.
    pub store: Arc<dyn Store>,
    /// Sessions of administrators, the list of connections, and the activity log.
    pub records: Arc<dyn AdminRecords>,
    /// Opens links.
    pub vault: Arc<Vault>,
    /// How cookies are written.
    pub cookies: Cookies,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How long sessions of people last: a connection is listed with its live ones.
    pub lifetimes: Lifetimes,
    /// Ends connections.
    pub connections: Arc<Connections>,
    /// What this server uses.
    pub facts: Facts,
}
