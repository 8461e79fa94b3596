//! The routes of connections.

use shared::api::connection::Connection;

use super::{Answer, Failure, Within, send};

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

impl Revocation {
    /// Reads the answer of a disconnect.
    pub(super) fn of(answer: &Answer) -> Self {
        match answer.revocation.as_deref() {
            Some("pending") => Self::Pending,
            _ => Self::Done,
        }
    }
}

/// Ends a connection.
pub async fn disconnect(id: &str) -> Result<Revocation, Failure> {
    let path = format!("/api/connections/{id}");
    let answer = send("DELETE", &path, None, Within::Change).await?.done()?;
    Ok(Revocation::of(&answer))
}
