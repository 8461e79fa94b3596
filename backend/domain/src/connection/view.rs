//! The browser's view of a connection. [`shared`] has no field that could hold a token.

use shared::{
    api::connection::{Connection as View, Status},
    scope::Scopes,
};

use super::entity::{Connection, State};

/// Returns the connection's JSON; `requested` are the configured scopes.
#[must_use]
pub fn view<T>(connection: &Connection<T>, requested: &Scopes) -> View {
    View {
        id: connection.id.to_string(),
        status: match connection.state {
            State::Active(_) => Status::Active,
            State::ReconnectNeeded | State::Disconnected => Status::ReconnectNeeded,
        },
        context: connection.context,
        orgs: connection.orgs.clone(),
        orgs_complete: connection.orgs_complete,
        scopes: connection.scopes.clone(),
        missing_scopes: requested.missing_from(&connection.scopes),
        connected_at: connection.connected_at.to_string(),
        access_token_expires_at: connection.access_expires_at.to_string(),
        refresh_token_expires_at: connection.refresh_expires_at.map(|at| at.to_string()),
        refreshed_at: connection.refreshed_at.to_string(),
        generation: connection.generation,
    }
}
