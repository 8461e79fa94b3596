//! Connections: shown, refreshed and ended by the people who use them.

mod disconnect;
pub mod route;

use std::sync::Arc;

pub use self::disconnect::DisconnectedBy;

use shared::scope::Scopes;
use tokio_util::task::TaskTracker;

use crate::{
    account::AccountSync, clock::Clock, provider::ProviderClient, refresh::Refresher, store::Store,
};

/// The parts that the routes of a connection use.
#[derive(Debug)]
pub struct Connections {
    /// Stores connections.
    pub store: Arc<dyn Store>,
    /// Revokes tokens.
    pub provider: Arc<dyn ProviderClient>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Refreshes tokens.
    pub refresher: Arc<Refresher>,
    /// Reads accounts.
    pub account_sync: Arc<AccountSync>,
    /// The scopes that every login requests.
    pub requested_scopes: Scopes,
    /// Work that shutdown waits for.
    pub tasks: TaskTracker,
}
