//! Seals and opens the tokens of the store, each bound to its table, column and row.

use std::sync::Arc;

use domain::{
    connection::{Connection, Grant, Tokens},
    ids::{ConnectionId, RevocationId},
    vault::{
        AssociatedData, CannotOpen, KeyId, Purpose, Vault,
        secret::{AccessToken, RefreshToken},
    },
};
use zeroize::Zeroizing;

use super::key_faults::KeyFaults;
use crate::store::{
    Revocation, SealedToken, SealedTokens, StoreError, database::SealedColumn, error::Inconsistent,
};

/// Seals and opens tokens.
#[derive(Clone, Debug)]
pub struct Sealer {
    vault: Arc<Vault>,
    faults: Arc<KeyFaults>,
}

impl Sealer {
    /// Creates a sealer with the keys of a vault.
    #[must_use]
    pub fn new(vault: Arc<Vault>) -> Self {
        Self {
            vault,
            faults: Arc::default(),
        }
    }

    /// Seals the token pair of a connection.
    pub(super) fn seal_grant(
        &self,
        id: &ConnectionId,
        grant: &Grant,
    ) -> Result<Grant<SealedTokens>, StoreError> {
        Ok(Grant {
            tokens: self.seal_pair(id, &grant.tokens)?,
            access_expires_at: grant.access_expires_at,
            refresh_expires_at: grant.refresh_expires_at,
            scopes: grant.scopes.clone(),
        })
    }

    fn seal_pair(&self, id: &ConnectionId, tokens: &Tokens) -> Result<SealedTokens, StoreError> {
        Ok(SealedTokens {
            access: self.seal(access_of(id), tokens.access.secret())?,
            refresh: self.seal(refresh_of(id), tokens.refresh.secret())?,
        })
    }

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
        sealed: &SealedToken,
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
    pub(super) fn seal_revocation(
        &self,
        revocation: &Revocation,
    ) -> Result<Revocation<SealedToken>, StoreError> {
        Ok(Revocation {
            id: revocation.id.clone(),
            token: self.seal(revocation_of(&revocation.id), revocation.token.secret())?,
            tries: revocation.tries,
        })
    }

    /// Opens the refresh token of a connection that ends. One that cannot be opened cannot be revoked; it
    /// is erased all the same.
    pub(super) fn open_ended(
        &self,
        id: &ConnectionId,
        sealed: &SealedToken,
    ) -> Option<RefreshToken> {
        self.open_refresh(id, sealed)
            .inspect_err(|error| {
                tracing::error!(connection = id.as_str(), %error, "A token was erased that Snyk cannot be told of");
                self.faults.note(id);
            })
            .ok()
    }

    /// Opens the token of a pending revocation.
    pub(super) fn open_revocation(
        &self,
        sealed: Revocation<SealedToken>,
    ) -> Result<Revocation, (RevocationId, StoreError)> {
        let Revocation { id, token, tries } = sealed;
        match self.open_text(revocation_of(&id), &token) {
            Ok(token) => Ok(Revocation {
                id,
                token: RefreshToken::new(token),
                tries,
            }),
            Err(error) => Err((id, error)),
        }
    }

    /// Seals a value with the current key, if it was sealed with an earlier one.
    pub(super) fn reseal(
        &self,
        column: SealedColumn,
        row: &str,
        sealed: &SealedToken,
    ) -> Result<Option<SealedToken>, StoreError> {
        let location = location(column, row);
        // Opened in either case: that it opens is what an operator wants to know.
        let token = Zeroizing::new(self.open_text(location, sealed)?);
        if self.vault.is_current(sealed.as_bytes()) {
            return Ok(None);
        }
        self.seal(location, &token).map(Some)
    }

    /// Returns the ids of the keys, the current one first.
    pub(super) fn key_ids(&self) -> Vec<KeyId> {
        self.vault.key_ids().collect()
    }

    /// Checks that the keys of a pair are in the ring, without opening it.
    pub(super) fn check_keys(&self, sealed: &SealedTokens) -> Result<(), CannotOpen> {
        self.vault
            .check_key(Purpose::Tokens, sealed.access.as_bytes())?;
        self.vault
            .check_key(Purpose::Tokens, sealed.refresh.as_bytes())
    }

    /// Opens the tokens of a connection. If that fails, the connection counts as lost, but no other
    /// does: a person connects again, which replaces the tokens, or disconnects, which erases them.
    #[must_use]
    pub fn open(&self, connection: Connection<SealedTokens>) -> Connection {
        connection.map_tokens(|id, sealed| {
            self.open_pair(id, &sealed)
                .inspect_err(|error| self.tell_unopened(id, error))
                .ok()
        })
    }

    /// Returns a connection whose tokens stay sealed. If their key is not in the ring, which shows
    /// without opening them, the connection counts as lost.
    pub(super) fn check(&self, connection: Connection<SealedTokens>) -> Connection<SealedTokens> {
        connection.map_tokens(|id, sealed| {
            self.check_keys(&sealed)
                .inspect_err(|error| self.tell_unopened(id, error))
                .ok()
                .map(|()| sealed)
        })
    }

    fn tell_unopened(&self, id: &ConnectionId, error: &dyn std::error::Error) {
        tracing::error!(connection = id.as_str(), %error, "The tokens of a connection do not open");
        self.faults.note(id);
    }

    fn seal(
        &self,
        associated_data: AssociatedData<'_>,
        token: &str,
    ) -> Result<SealedToken, StoreError> {
        let sealed = self
            .vault
            .seal(Purpose::Tokens, associated_data, token.as_bytes())?;
        Ok(SealedToken::from_stored(sealed))
    }

    fn open_text(
        &self,
        associated_data: AssociatedData<'_>,
        sealed: &SealedToken,
    ) -> Result<String, StoreError> {
        let AssociatedData { table, column, row } = associated_data;
        let bytes = self
            .vault
            .open(Purpose::Tokens, associated_data, sealed.as_bytes())
            .map_err(|cause| StoreError::Sealed {
                table,
                column,
                row: row.to_owned(),
                cause,
            })?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Inconsistent {
            table,
            column,
            row: row.to_owned(),
        })?;
        Ok(text.to_owned())
    }
}

fn access_of(id: &ConnectionId) -> AssociatedData<'_> {
    location(SealedColumn::AccessToken, id.as_str())
}

fn refresh_of(id: &ConnectionId) -> AssociatedData<'_> {
    location(SealedColumn::RefreshToken, id.as_str())
}

fn revocation_of(id: &RevocationId) -> AssociatedData<'_> {
    location(SealedColumn::Revocation, id.as_str())
}

fn location(column: SealedColumn, row: &str) -> AssociatedData<'_> {
    AssociatedData {
        table: column.table(),
        column: column.column(),
        row,
    }
}
