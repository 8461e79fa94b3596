//! Converts rows to domain values, or names the inconsistency.

use domain::{
    connection::{Connection, State, Subject, Tokens},
    vault::{
        AssociatedData, CannotOpen, Purpose, Vault,
        secret::{AccessToken, RefreshToken},
    },
};
use jiff::Timestamp;
use shared::{api::connection::Context, scope::Scopes};
use sqlx::FromRow;

use super::StoreError;

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
    pub(super) fn has_unknown_key(&self, vault: &Vault) -> bool {
        self.access_token.as_ref().is_some_and(|sealed| {
            let opened = vault.open(
                Purpose::Tokens,
                associated_data(&self.id, "access_token"),
                sealed,
            );
            matches!(opened, Err(CannotOpen::UnknownKey))
        })
    }

    /// Opens the tokens of an active connection. If that fails, the connection counts as lost, but
    /// no other does: a person connects again, which replaces the tokens, or disconnects, which
    /// erases them.
    fn tokens(&self, vault: &Vault, access: &[u8], refresh: &[u8]) -> State {
        let tokens = open(vault, &self.id, "access_token", access).and_then(|access| {
            let refresh = open(vault, &self.id, "refresh_token", refresh)?;
            Ok(Tokens {
                access: AccessToken::new(access),
                refresh: RefreshToken::new(refresh),
            })
        });
        match tokens {
            Ok(tokens) => State::Active(tokens),
            Err(error) => {
                tracing::error!(connection = self.id, %error, "The tokens of a connection do not open");
                State::ReconnectNeeded
            }
        }
    }

    /// Converts the row.
    pub(super) fn into_connection(self, vault: &Vault) -> Result<Connection, StoreError> {
        let inconsistent = |column| StoreError::Inconsistent {
            table: "connections",
            column,
            row: self.id.clone(),
        };
        let time = |column, ms| Timestamp::from_millisecond(ms).map_err(|_| inconsistent(column));
        let state = match (
            self.status.as_str(),
            &self.access_token,
            &self.refresh_token,
        ) {
            ("active", Some(access), Some(refresh)) => self.tokens(vault, access, refresh),
            ("reconnect_needed", None, None) => State::ReconnectNeeded,
            ("disconnected", None, None) => State::Disconnected,
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
            id: self.id,
        })
    }
}

/// Returns the associated data of a connection's token.
pub(super) fn associated_data<'a>(id: &'a str, column: &'static str) -> AssociatedData<'a> {
    AssociatedData {
        table: "connections",
        column,
        row: id,
    }
}

/// Opens one of a connection's tokens.
pub(super) fn open(
    vault: &Vault,
    id: &str,
    column: &'static str,
    sealed: &[u8],
) -> Result<String, StoreError> {
    open_text(vault, associated_data(id, column), sealed)
}

/// Opens a sealed text.
pub(super) fn open_text(
    vault: &Vault,
    associated_data: AssociatedData<'_>,
    sealed: &[u8],
) -> Result<String, StoreError> {
    let AssociatedData { table, column, row } = associated_data;
    let bytes = vault
        .open(Purpose::Tokens, associated_data, sealed)
        .map_err(|cause| StoreError::Sealed {
            table,
            column,
            row: row.to_owned(),
            cause,
        })?;
    std::str::from_utf8(&bytes)
        .map(str::to_owned)
        .map_err(|_| StoreError::Inconsistent {
            table,
            column,
            row: row.to_owned(),
        })
}
