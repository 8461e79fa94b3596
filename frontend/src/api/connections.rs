//! A connection's routes.

use shared::api::connection::Connection;

use super::{Failure, Within, send};

/// Replaces the token pair now.
pub async fn refresh(id: &str) -> Result<Connection, Failure> {
    let path = format!("/api/connections/{id}/refresh");
    send("POST", &path, Some("{}"), Within::Change)
        .await?
        .json()
}

/// Whether the provider knows that a connection has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The tokens are revoked there.
    Done,
    /// It is told later.
    Pending,
}

/// Ends the connection.
pub async fn disconnect(id: &str) -> Result<Revocation, Failure> {
    let path = format!("/api/connections/{id}");
    let answer = send("DELETE", &path, None, Within::Change).await?.done()?;
    Ok(match answer.revocation.as_deref() {
        Some("pending") => Revocation::Pending,
        _ => Revocation::Done,
    })
}
