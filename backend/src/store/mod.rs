//! Ports to what is kept on disk. The flow knows only these traits; [`sqlite`] fills them, and a
//! database for many machines fills the same ones. [`cached`] stands in front of either.

pub mod cache;
mod error;
mod rows;
pub mod sqlite;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use shared::{
    api::connection::{Context, Org},
    scope::Scopes,
};

pub use self::error::StoreError;
use crate::{
    connection::{Connection, Consent, Grant, Subject},
    session::{SessionId, TokenHash},
    vault::secret::RefreshToken,
};

/// What a finished login stores, at once or not at all.
#[derive(Debug)]
pub struct NewLogin<'a> {
    /// The id that a new connection gets; one that is replaced keeps its own.
    pub connection_id: &'a str,
    /// What was connected, and what it reaches.
    pub account: Account<'a>,
    /// The connection whose place it is to take, if the browser's session reaches it.
    pub reconnects: Option<&'a str>,
    /// The granted scopes.
    pub scopes: &'a Scopes,
    /// The token pair.
    pub grant: &'a Grant,
    /// The session that the login makes.
    pub session: &'a NewSession,
    /// The claim of the attempt that is finished.
    pub claim: &'a str,
    /// The claims of the browser's other attempts. Sessions that these made a moment ago are replaced
    /// as an earlier one is.
    pub sibling_attempts: &'a [String],
    /// The browser's sessions until now: their connections go over, and they end.
    pub earlier_sessions: &'a [TokenHash],
    /// The present instant.
    pub now: Timestamp,
}

/// What was read of a connection at Snyk.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// What it is; `None` as long as that is not known.
    pub subject: Option<&'a Subject>,
    /// As whom the app acts; `None` as long as that is not known.
    pub context: Option<Context>,
    /// The organizations, as far as they were read.
    pub orgs: &'a [Org],
    /// Whether these are all of them. Only then they replace what was known before.
    pub is_whole: bool,
    /// When it is to be read again.
    pub due_at: Timestamp,
    /// How often reading it has failed since it last went well.
    pub tries: u32,
}

/// A session that is about to be stored.
#[derive(Debug)]
pub struct NewSession {
    /// Its id, which is no secret.
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: TokenHash,
    /// The browser, as it names itself.
    pub browser: String,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

/// A session as it is stored.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Its id.
    pub id: SessionId,
    /// When it was last used, to a day or better.
    pub last_used_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

/// A refresh token that the provider must be told to revoke.
#[derive(Debug)]
pub struct Revocation {
    /// Its id.
    pub id: String,
    /// The token.
    pub token: RefreshToken,
    /// How often telling the provider of it failed.
    pub tries: u32,
}

/// What became of a connection that was ended.
#[derive(Debug)]
pub struct Ended {
    /// Its refresh token, noted for revocation. `None` when there was none that opens.
    pub revocation: Option<Revocation>,
    /// Whether a token may live at the provider beside that one: its pair was just being renewed, or
    /// did not open.
    pub more_may_live: bool,
}

/// Connections and their token pairs.
#[async_trait]
pub trait ConnectionStore: fmt::Debug + Send + Sync {
    /// The connection of that id.
    async fn connection(&self, id: &str) -> Result<Option<Connection>, StoreError>;

    /// The connections that a session reaches, the newest first.
    async fn connections_of(&self, session: &SessionId) -> Result<Vec<Connection>, StoreError>;

    /// The connection of that id, if that session reaches it.
    async fn authorized(
        &self,
        session: &SessionId,
        id: &str,
    ) -> Result<Option<Arc<Connection>>, StoreError>;

    /// Stores a finished login: connection (or its replacement, generation + 1) and session. `None`,
    /// and nothing is stored, when the browser's earlier sessions have ended meanwhile: it signed out.
    async fn finish_login(&self, login: NewLogin<'_>) -> Result<Option<Connection>, StoreError>;

    /// Stores what was read by a consent; `false`, and nothing is changed, when a later one took its
    /// place, or the connection works no more. Organizations of before
    /// go only where all were read. One that turns out to be the same thing as another becomes one
    /// with it: with the pair of the later consent, reached by whoever reached either.
    async fn store_account(
        &self,
        consent: &Consent,
        account: Account<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// At most so many connections whose reach is to be read by now: what is not complete, and what
    /// was renewed since it was read last.
    async fn due_accounts(&self, now: Timestamp, at_most: u32) -> Result<Vec<Consent>, StoreError>;

    /// Takes the lease of a connection for one refresh of `generation`; `false` when the generation
    /// has moved or another owner shows signs of life.
    async fn acquire_lease(
        &self,
        id: &str,
        generation: u64,
        owner: &str,
        now: Timestamp,
        ends_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Keeps a lease alive; `false` when it is another's by now.
    async fn renew_lease(
        &self,
        id: &str,
        owner: &str,
        ends_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Gives a lease back, if it is still this owner's.
    async fn release_lease(&self, id: &str, owner: &str) -> Result<(), StoreError>;

    /// Replaces the token pair of `generation` by the next; `false`, and nothing is changed, when
    /// the connection has another generation or no tokens by now.
    async fn store_grant(
        &self,
        id: &str,
        generation: u64,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Erases the tokens of `generation` and notes that a person must connect again.
    async fn mark_reconnect_needed(&self, id: &str, generation: u64) -> Result<bool, StoreError>;

    /// Erases the tokens, takes the connection from every session, and notes that the provider must
    /// be told.
    async fn disconnect(
        &self,
        id: &str,
        revocation_id: &str,
        now: Timestamp,
    ) -> Result<Ended, StoreError>;
}

/// Refresh tokens that must die at the provider.
#[async_trait]
pub trait RevocationStore: fmt::Debug + Send + Sync {
    /// Notes a token that must die; `ends_at` is when it ends by itself, if the provider said so.
    async fn enqueue_revocation(
        &self,
        revocation: &Revocation,
        ends_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Those that the provider should be told of by now, the longest due first, no more than `limit`.
    async fn due_revocations(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation>, StoreError>;

    /// The provider could not be told of one, and is told again at `next_at`.
    async fn postpone_revocation(&self, id: &str, next_at: Timestamp) -> Result<(), StoreError>;

    /// The provider has been told.
    async fn complete_revocation(&self, id: &str) -> Result<(), StoreError>;

    /// Forgets those whose tokens have ended by themselves; their ids.
    async fn remove_expired_revocations(&self, now: Timestamp) -> Result<Vec<String>, StoreError>;

    /// Removes the connections that no session has reached since `since`, with their tokens noted for
    /// revocation; how many.
    async fn sweep_orphaned(&self, now: Timestamp, since: Timestamp) -> Result<u64, StoreError>;
}

/// Sessions and the claims of login attempts.
#[async_trait]
pub trait SessionStore: fmt::Debug + Send + Sync {
    /// The sessions of those of these hashes that have one, in their order.
    async fn sessions(
        &self,
        tokens: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError>;

    /// The session of one.
    async fn session(&self, token: &TokenHash) -> Result<Option<StoredSession>, StoreError> {
        let found = self.sessions(&[*token]).await?;
        Ok(found.into_iter().next().map(|(_, session)| session))
    }

    /// Notes that a session was used.
    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError>;

    /// Ends a session.
    async fn end_session(&self, token: &TokenHash) -> Result<(), StoreError>;

    /// Claims a login attempt; `false` when it was claimed before.
    async fn claim(&self, attempt: &str, ends_at: Timestamp) -> Result<bool, StoreError>;

    /// Removes what has ended: sessions older than `idle` or past their end, claims.
    async fn sweep(&self, now: Timestamp, unused_since: Timestamp) -> Result<(), StoreError>;

    /// Whether the store answers.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// Everything that is kept.
pub trait Store: ConnectionStore + SessionStore + RevocationStore {}

impl<T: ConnectionStore + SessionStore + RevocationStore> Store for T {}
