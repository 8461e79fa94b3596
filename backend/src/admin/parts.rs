//! The parts that the routes of an administrator use.

use std::sync::Arc;

use domain::{session::Lifetimes, vault::Vault};

use super::facts::Facts;
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
    /// The settings of this server.
    pub facts: Facts,
}
