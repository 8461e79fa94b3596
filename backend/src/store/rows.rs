//! Converts rows to domain values, or names the inconsistency.

use domain::{
    connection::{Connection, State, Subject},
    ids::ConnectionId,
    vault::CannotOpen,
};
use jiff::Timestamp;
use shared::{api::connection::Context, scope::Scopes};
use sqlx::FromRow;

use super::{
    StoreError,
    sealer::{SealedTokens, Sealer},
};

/// A row of `connections`.
#[derive(FromRow)]
pub(super) struct ConnectionRow {
    pub(super) id: String,
    subject: String,
    status: String,
    context: Option<String>,
    orgs: String,
    orgs_complete: bool,
    orgs_tries: u32,
    scopes: String,
    connected_at: i64,
    refreshed_at: i64,
    generation: i64,
    access_expires_at: i64,
    refresh_expires_at: Option<i64>,
    access_token: Option<Vec<u8>>,
    refresh_token: Option<Vec<u8>>,
}

impl ConnectionRow {
    /// Returns whether its tokens were sealed with a key that is not in the ring.
    pub(super) fn has_unknown_key(self, sealer: &Sealer) -> bool {
        self.sealed()
            .is_some_and(|pair| sealer.check_keys(&pair) == Err(CannotOpen::UnknownKey))
    }

    fn sealed(self) -> Option<SealedTokens> {
        Some(SealedTokens {
            access: self.access_token?,
            refresh: self.refresh_token?,
        })
    }

    /// Converts the row, and opens its tokens.
    pub(super) fn into_connection(self, sealer: &Sealer) -> Result<Connection, StoreError> {
        Ok(sealer.open(self.into_sealed(sealer)?))
    }

    /// Converts the row, with its tokens sealed. A connection whose key is not in the ring counts as
    /// lost, which needs no opening.
    pub(super) fn into_sealed(
        mut self,
        sealer: &Sealer,
    ) -> Result<Connection<SealedTokens>, StoreError> {
        let tokens = (self.access_token.take(), self.refresh_token.take());
        let inconsistent = |column| StoreError::Inconsistent {
            table: "connections",
            column,
            row: self.id.clone(),
        };
        let time = |column, ms| Timestamp::from_millisecond(ms).map_err(|_| inconsistent(column));
        let state = match (self.status.as_str(), tokens) {
            ("active", (Some(access), Some(refresh))) => {
                let pair = SealedTokens { access, refresh };
                match sealer.check_keys(&pair) {
                    Ok(()) => State::Active(pair),
                    Err(error) => {
                        tracing::error!(connection = self.id, %error, "The tokens of a connection do not open");
                        State::ReconnectNeeded
                    }
                }
            }
            ("reconnect_needed", (None, None)) => State::ReconnectNeeded,
            ("disconnected", (None, None)) => State::Disconnected,
            _ => return Err(inconsistent("status")),
        };
        Ok(Connection {
            context: match self.context.as_deref() {
                None => None,
                Some("tenant") => Some(Context::Tenant),
                Some("user") => Some(Context::User),
                Some(_) => return Err(inconsistent("context")),
            },
            orgs: serde_json::from_str(&self.orgs).map_err(|_| inconsistent("orgs"))?,
            orgs_complete: self.orgs_complete,
            orgs_tries: self.orgs_tries,
            scopes: Scopes::parse(&self.scopes),
            connected_at: time("connected_at", self.connected_at)?,
            refreshed_at: time("refreshed_at", self.refreshed_at)?,
            generation: u64::try_from(self.generation).map_err(|_| inconsistent("generation"))?,
            access_expires_at: time("access_expires_at", self.access_expires_at)?,
            refresh_expires_at: self
                .refresh_expires_at
                .map(|at| time("refresh_expires_at", at))
                .transpose()?,
            state,
            subject: Subject::from_stored(self.subject),
            id: ConnectionId::from_stored(self.id),
        })
    }
}
