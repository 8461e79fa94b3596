//! Seals and opens the tokens of the store. Adapters store and move sealed values only.

use std::sync::Arc;

use domain::{
    connection::{Connection, State, Tokens},
    ids::{ConnectionId, RevocationId},
    vault::{
        AssociatedData, CannotOpen, Purpose, Vault,
        secret::{AccessToken, RefreshToken},
    },
};

use super::{Revocation, StoreError};

/// A token pair as it is stored.
#[derive(Clone, Debug)]
pub struct SealedTokens {
    /// The sealed access token.
    pub(super) access: Vec<u8>,
    /// The sealed refresh token.
    pub(super) refresh: Vec<u8>,
}

/// Seals and opens tokens, each bound to its table, column and row.
#[derive(Clone, Debug)]
pub struct Sealer(Arc<Vault>);

impl Sealer {
    /// Creates a sealer with the keys of a vault.
    #[must_use]
    pub fn new(vault: Arc<Vault>) -> Self {
        Self(vault)
    }

    /// Seals the token pair of a connection.
    pub(super) fn seal_pair(
        &self,
        id: &ConnectionId,
        tokens: &Tokens,
    ) -> Result<SealedTokens, StoreError> {
        Ok(SealedTokens {
            access: self.seal(access_of(id), tokens.access.secret())?,
            refresh: self.seal(refresh_of(id), tokens.refresh.secret())?,
        })
    }

    /// Opens the token pair of a connection.
    fn open_pair(&self, id: &ConnectionId, sealed: &SealedTokens) -> Result<Tokens, StoreError> {
        Ok(Tokens {
            access: AccessToken::new(self.open_text(access_of(id), &sealed.access)?),
            refresh: self.open_refresh(id, &sealed.refresh)?,
        })
    }

    /// Opens the refresh token of a connection.
    pub(super) fn open_refresh(
        &self,
        id: &ConnectionId,
        sealed: &[u8],
    ) -> Result<RefreshToken, StoreError> {
        self.open_text(refresh_of(id), sealed)
            .map(RefreshToken::new)
    }

    /// Seals the token pair of one connection for another.
    pub(super) fn move_pair(
        &self,
        from: &ConnectionId,
        into: &ConnectionId,
        sealed: &SealedTokens,
    ) -> Result<SealedTokens, StoreError> {
        self.seal_pair(into, &self.open_pair(from, sealed)?)
    }

    /// Seals the token of a pending revocation.
    pub(super) fn seal_revocation(&self, revocation: &Revocation) -> Result<Vec<u8>, StoreError> {
        self.seal(revocation_of(&revocation.id), revocation.token.secret())
    }

    /// Opens the token of a pending revocation.
    pub(super) fn open_revocation(
        &self,
        id: &RevocationId,
        sealed: &[u8],
    ) -> Result<RefreshToken, StoreError> {
        self.open_text(revocation_of(id), sealed)
            .map(RefreshToken::new)
    }

    /// Checks that the keys of a pair are in the ring, without opening it.
    pub(super) fn check_keys(&self, sealed: &SealedTokens) -> Result<(), CannotOpen> {
        self.0.check_key(Purpose::Tokens, &sealed.access)?;
        self.0.check_key(Purpose::Tokens, &sealed.refresh)
    }

    /// Opens the tokens of a connection. If that fails, the connection counts as lost, but no other
    /// does: a person connects again, which replaces the tokens, or disconnects, which erases them.
    #[must_use]
    pub fn open(&self, connection: Connection<SealedTokens>) -> Connection {
        let id = connection.id;
        let state = match &connection.state {
            State::Active(sealed) => match self.open_pair(&id, sealed) {
                Ok(tokens) => State::Active(tokens),
                Err(error) => {
                    tracing::error!(connection = id.as_str(), %error, "The tokens of a connection do not open");
                    State::ReconnectNeeded
                }
            },
            State::ReconnectNeeded => State::ReconnectNeeded,
            State::Disconnected => State::Disconnected,
        };
        Connection {
            id,
            subject: connection.subject,
            context: connection.context,
            orgs: connection.orgs,
            orgs_complete: connection.orgs_complete,
            orgs_tries: connection.orgs_tries,
            scopes: connection.scopes,
            connected_at: connection.connected_at,
            refreshed_at: connection.refreshed_at,
            generation: connection.generation,
            access_expires_at: connection.access_expires_at,
            refresh_expires_at: connection.refresh_expires_at,
            state,
        }
    }

    fn seal(
        &self,
        associated_data: AssociatedData<'_>,
        token: &str,
    ) -> Result<Vec<u8>, StoreError> {
        Ok(self
            .0
            .seal(Purpose::Tokens, associated_data, token.as_bytes())?)
    }

    fn open_text(
        &self,
        associated_data: AssociatedData<'_>,
        sealed: &[u8],
    ) -> Result<String, StoreError> {
        let AssociatedData { table, column, row } = associated_data;
        let bytes = self
            .0
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
}

fn access_of(id: &ConnectionId) -> AssociatedData<'_> {
    AssociatedData {
        table: "connections",
        column: "access_token",
        row: id.as_str(),
    }
}

fn refresh_of(id: &ConnectionId) -> AssociatedData<'_> {
    AssociatedData {
        table: "connections",
        column: "refresh_token",
        row: id.as_str(),
    }
}

fn revocation_of(id: &RevocationId) -> AssociatedData<'_> {
    AssociatedData {
        table: "revocations",
        column: "refresh_token",
        row: id.as_str(),
    }
}
