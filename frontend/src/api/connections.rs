//! The routes of connections.

use shared::api::connection::Connection;

use super::{Failure, Within, send};

/// Replaces the token pair now.
pub async fn refresh(id: &str) -> Result<Connection, Failure> {
    let path = format!("/api/connections/{id}/refresh");
    send("POST", &path, Some("{}"), Within::Change)
        .await?
        .json()
}

/// The state of the revocation at the provider, after a disconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The tokens are revoked.
    Done,
    /// The server revokes the tokens later.
    Pending,
}

/// Ends a connection.
pub async fn disconnect(id: &str) -> Result<Revocation, Failure> {
    let path = format!("/api/connections/{id}");
    let answer = send("DELETE", &path, None, Within::Change).await?.done()?;
    Ok(match answer.revocation.as_deref() {
        Some("pending") => Revocation::Pending,
        _ => Revocation::Done,
    })
}
