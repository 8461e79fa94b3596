//! The records of connections, and of the sessions that are authorized for them.

use async_trait::async_trait;
use domain::{
    connection::{Connection, Consent, Label, Subject},
    ids::{ConnectionId, SessionId},
};
use jiff::Timestamp;

use super::records::{AccountRead, ExistingConnection, RefreshTokenRecord, SealedTokens};
use crate::store::{Account, LastRefresh, Revocation, SealedToken, StoreError};

/// Reads connections.
#[async_trait]
pub trait ConnectionRecords {
    /// Returns the connection of that id.
    async fn connection(
        &self,
        id: &ConnectionId,
    ) -> Result<Option<Connection<SealedTokens>>, StoreError>;

    /// Returns the connections that a session is authorized for, the newest first.
    async fn connections_of(
        &self,
        session: &SessionId,
    ) -> Result<Vec<Connection<SealedTokens>>, StoreError>;

    /// Returns the connection of that id, if the session is authorized for it.
    async fn authorized(
        &self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<Option<Connection<SealedTokens>>, StoreError>;

    /// Returns the tokens of the active connection that was refreshed last.
    async fn newest_tokens(&self) -> Result<Option<SealedTokens>, StoreError>;

    /// Returns at most `limit` consents whose account is due to be read, those that have been due
    /// longest first: of active connections that are not marked as orphaned, and whose account is
    /// incomplete, could not be read, or was refreshed since the last read.
    async fn due_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Consent>, StoreError>;

    /// Returns at most `limit` active connections that follow `after`, in the order of their last
    /// refresh.
    async fn by_last_refresh(
        &self,
        after: Option<&LastRefresh>,
        limit: u32,
    ) -> Result<Vec<LastRefresh>, StoreError>;
}

/// Reads and changes connections in a transaction.
#[async_trait]
pub trait ConnectionChanges {
    /// Returns the connection of that id with its tokens.
    async fn connection(
        &mut self,
        id: &ConnectionId,
    ) -> Result<Option<Connection<SealedTokens>>, StoreError>;

    /// Returns the connection of that id.
    async fn existing(
        &mut self,
        id: &ConnectionId,
    ) -> Result<Option<ExistingConnection>, StoreError>;

    /// Returns the connection of that subject; there is at most one.
    async fn existing_of(
        &mut self,
        subject: &Subject,
    ) -> Result<Option<ExistingConnection>, StoreError>;

    /// Returns the connection of that id, if the session is authorized for it and it is not
    /// disconnected.
    async fn existing_authorized(
        &mut self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<Option<ExistingConnection>, StoreError>;

    /// Returns the connections of bots that the session is authorized for and that need a
    /// reconnect.
    async fn lost_bots(
        &mut self,
        session: &SessionId,
    ) -> Result<Vec<ExistingConnection>, StoreError>;

    /// Returns the sessions that are authorized for a connection.
    async fn sessions_of(&mut self, id: &ConnectionId) -> Result<Vec<SessionId>, StoreError>;

    /// Inserts a connection, or replaces the one of its id, which loses its lease and its mark as
    /// orphaned. Returns it as it is stored, with times in the database's precision.
    async fn put_connection(
        &mut self,
        connection: &Connection<SealedTokens>,
        account: AccountRead,
    ) -> Result<Connection<SealedTokens>, StoreError>;

    /// Stores an account: its organizations replace the stored ones, and its subject and context do
    /// if they are known. A complete account stays one. `label` is what the connection is found by then.
    async fn update_account(
        &mut self,
        id: &ConnectionId,
        account: &Account<'_>,
        label: &Label,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Returns the refresh token of a connection.
    async fn refresh_token(
        &mut self,
        id: &ConnectionId,
    ) -> Result<Option<RefreshTokenRecord>, StoreError>;

    /// Erases the tokens and the lease of a connection, which is disconnected from then on.
    async fn erase_tokens(&mut self, id: &ConnectionId) -> Result<(), StoreError>;

    /// Deletes a connection, and the authorizations for it.
    async fn delete_connection(&mut self, id: &ConnectionId) -> Result<(), StoreError>;

    /// Deletes at most `limit` connections that have been marked as orphaned before `since`, that no
    /// session is authorized for, and whose lease is not held. Returns their refresh tokens.
    async fn delete_orphaned(
        &mut self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<(ConnectionId, RefreshTokenRecord)>, StoreError>;

    /// Authorizes a session for a connection.
    async fn authorize(&mut self, session: &SessionId, id: &ConnectionId)
    -> Result<(), StoreError>;

    /// Authorizes the sessions that are authorized for `from` for `into` as well, which loses its
    /// mark as orphaned.
    async fn authorize_sessions_of(
        &mut self,
        from: &ConnectionId,
        into: &ConnectionId,
    ) -> Result<(), StoreError>;

    /// Removes the authorization of a session for a connection.
    async fn remove_authorization(
        &mut self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<(), StoreError>;

    /// Removes all authorizations for a connection.
    async fn remove_authorizations(&mut self, id: &ConnectionId) -> Result<(), StoreError>;

    /// Inserts a pending revocation of a token of a connection that is due at once, unless there is one
    /// of its id.
    async fn insert_revocation(
        &mut self,
        of: &ConnectionId,
        revocation: &Revocation<SealedToken>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
