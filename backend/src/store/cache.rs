//! A cache in front of a store. Every proxied request reads its session and the connection that the
//! session is authorized for; cached, they cost neither a query nor a decryption.
//!
//! Every write of this process goes through here. After it, exactly what it changed is read anew,
//! and a read that was in flight during it is not cached. So no value is older than the last write
//! that finished. After a write that failed or was cancelled, everything that it may have changed is
//! read anew. Writes of other processes on the same database become visible with the next call of
//! [`detect_foreign_writes`](SessionStore::detect_foreign_writes), which the server makes every second.
//! A write that continues after its caller was cancelled becomes visible after [`TTL`] at the latest;
//! so those that matter run in tasks that no caller cancels.

mod entries;
mod stamps;
mod uncached;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{
    connection::{Connection, Consent},
    ids::{AttemptId, ConnectionId, RevocationId, SessionId},
    session::TokenHash,
};
use jiff::Timestamp;

use self::{entries::Entries, stamps::Stamps};
use super::{
    Account, Change, Changed, ConnectionStore, Ended, ForeignWrites, LastRefresh, ListedSession,
    Live, NewLogin, SealedTokens, SessionStore, Store, StoreError, StoredSession,
    lease::{Acquisition, Lease, LeaseStore, SettleError, Settlement},
};
use crate::metrics::Cache;

/// Maximum number of cached sessions.
const MAX_SESSIONS: u64 = 16_384;
/// Maximum approximate size of the cached connections, in bytes.
const MAX_CONNECTIONS_SIZE: u64 = 32 << 20;
/// Approximate size of a connection without its organizations, in bytes.
const CONNECTION_SIZE: usize = 2_048;
/// Approximate size of an organization, in bytes.
const ORG_SIZE: usize = 192;
/// Time to live of a value. It bounds how long a value that nobody uses stays in memory, and how old
/// one may be that a change escaped.
const TTL: Duration = Duration::from_mins(1);

/// A store that caches the reads of another one.
pub struct CachedStore<S: ?Sized> {
    inner: Arc<S>,
    stamps: Stamps,
    sessions: Entries<TokenHash, StoredSession>,
    /// Connections by the session that is authorized for them: one lookup admits a request.
    connections: Entries<(SessionId, ConnectionId), Authorized>,
}

/// A connection that a session is authorized for.
#[derive(Clone)]
struct Authorized {
    session: SessionId,
    connection: Arc<Connection>,
}

impl<S: fmt::Debug + ?Sized> fmt::Debug for CachedStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedStore")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

impl<S: Store + ?Sized> CachedStore<S> {
    /// Wraps a store. From then on, all access must go through the wrapper.
    #[must_use]
    pub fn new(inner: Arc<S>) -> Self {
        let size = |authorized: &Authorized| {
            let size = CONNECTION_SIZE + ORG_SIZE * authorized.connection.orgs.len();
            u32::try_from(size).unwrap_or(u32::MAX)
        };
        Self {
            inner,
            stamps: Stamps::new(),
            sessions: Entries::new(
                Cache::Sessions,
                MAX_SESSIONS,
                TTL,
                |_| 1,
                |session| [Stamps::of_session(&session.id); 2],
            ),
            connections: Entries::new(
                Cache::Connections,
                MAX_CONNECTIONS_SIZE,
                TTL,
                size,
                |found| {
                    [
                        Stamps::of_session(&found.session),
                        Stamps::of_connection(&found.connection.id),
                    ]
                },
            ),
        }
    }

    /// Runs a write that reports what it changed.
    async fn write<T>(
        &self,
        write: impl Future<Output = Result<Changed<T>, StoreError>>,
    ) -> Result<Changed<T>, StoreError> {
        let mut forget = ForgetOnDrop {
            stamps: &self.stamps,
            scope: Scope::All,
        };
        let changed = write.await?;
        forget.scope = Scope::These(changed.changes.clone());
        Ok(changed)
    }

    /// Runs a write that changes nothing but what its arguments name.
    async fn write_one<T, E>(
        &self,
        change: Change,
        write: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let _forget = ForgetOnDrop {
            stamps: &self.stamps,
            scope: Scope::These(vec![change]),
        };
        write.await
    }
}

/// The changes of a write, as far as they are known.
enum Scope {
    These(Vec<Change>),
    All,
}

/// Records changes when dropped, so that also a write whose caller is cancelled is recorded: it may
/// take effect.
struct ForgetOnDrop<'a> {
    stamps: &'a Stamps,
    scope: Scope,
}

impl Drop for ForgetOnDrop<'_> {
    fn drop(&mut self) {
        match &self.scope {
            Scope::These(changes) => {
                for change in changes {
                    self.stamps.record(change);
                }
            }
            Scope::All => self.stamps.record_all(),
        }
    }
}

#[async_trait]
impl<S: Store + ?Sized> ConnectionStore for CachedStore<S> {
    /// Not cached: the refresh reloads the connection after it acquires the lease, and must see the
    /// current state.
    async fn connection(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        self.inner.connection(id).await
    }

    async fn connections_of(
        &self,
        session: &SessionId,
    ) -> Result<Vec<Connection<SealedTokens>>, StoreError> {
        self.inner.connections_of(session).await
    }

    async fn authorized(
        &self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<Option<Arc<Connection>>, StoreError> {
        let key = (session.clone(), id.clone());
        let found = self
            .connections
            .get_or_load(&self.stamps, &key, || async {
                let connection = self.inner.authorized(session, id).await?;
                Ok(connection.map(|connection| Authorized {
                    session: session.clone(),
                    connection,
                }))
            })
            .await?;
        Ok(found.map(|authorized| authorized.connection))
    }

    async fn finish_login(
        &self,
        login: NewLogin<'_>,
    ) -> Result<Changed<Option<Connection>>, StoreError> {
        self.write(self.inner.finish_login(login)).await
    }

    async fn is_login_stored(&self, attempt: &AttemptId) -> Result<bool, StoreError> {
        self.inner.is_login_stored(attempt).await
    }

    async fn store_account(
        &self,
        consent: &Consent,
        account: Account<'_>,
        now: Timestamp,
    ) -> Result<Changed<bool>, StoreError> {
        self.write(self.inner.store_account(consent, account, now))
            .await
    }

    async fn due_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Consent>, StoreError> {
        self.inner.due_accounts(now, limit).await
    }

    async fn by_last_refresh(
        &self,
        after: Option<&LastRefresh>,
        limit: u32,
    ) -> Result<Vec<LastRefresh>, StoreError> {
        self.inner.by_last_refresh(after, limit).await
    }

    async fn disconnect(
        &self,
        id: &ConnectionId,
        revocation_id: &RevocationId,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        let write = self.inner.disconnect(id, revocation_id, now);
        self.write_one(Change::Connection(id.clone()), write).await
    }
}

#[async_trait]
impl<S: Store + ?Sized> LeaseStore for CachedStore<S> {
    async fn acquire_lease(
        &self,
        id: &ConnectionId,
        generation: u64,
        lifetime: Duration,
    ) -> Result<Acquisition, StoreError> {
        self.inner.acquire_lease(id, generation, lifetime).await
    }

    async fn renew_lease(&self, lease: &Lease, lifetime: Duration) -> Result<bool, StoreError> {
        self.inner.renew_lease(lease, lifetime).await
    }

    async fn settle_lease(
        &self,
        lease: Lease,
        settlement: Settlement<'_>,
    ) -> Result<bool, SettleError> {
        if matches!(settlement, Settlement::Nothing | Settlement::Unknown) {
            return self.inner.settle_lease(lease, settlement).await;
        }
        let id = lease.connection().clone();
        let write = self.inner.settle_lease(lease, settlement);
        self.write_one(Change::Connection(id), write).await
    }
}

#[async_trait]
impl<S: Store + ?Sized> SessionStore for CachedStore<S> {
    async fn sessions(
        &self,
        tokens: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError> {
        if let [token] = tokens {
            let found = self
                .sessions
                .get_or_load(&self.stamps, token, || async {
                    let found = self.inner.sessions(tokens).await?;
                    Ok(found.into_iter().next().map(|(_, session)| session))
                })
                .await?;
            return Ok(found.map(|session| (*token, session)).into_iter().collect());
        }
        let mut found = Vec::new();
        let mut others = Vec::new();
        for token in tokens {
            match self.sessions.get(&self.stamps, token).await {
                Some(session) => found.push((*token, session)),
                None => others.push(*token),
            }
        }
        if others.is_empty() {
            return Ok(found);
        }
        let since = self.stamps.now();
        for (token, session) in self.inner.sessions(&others).await? {
            self.sessions.put(token, session.clone(), since).await;
            found.push((token, session));
        }
        found.sort_by_key(|(token, _)| tokens.iter().position(|presented| presented == token));
        Ok(found)
    }

    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        let write = self.inner.touch_session(id, now);
        self.write_one(Change::Session(id.clone()), write).await
    }

    async fn end_session(&self, token: &TokenHash) -> Result<Changed<()>, StoreError> {
        self.write(self.inner.end_session(token)).await
    }

    async fn sessions_sharing_with(
        &self,
        session: &SessionId,
        live: Live,
    ) -> Result<Vec<ListedSession>, StoreError> {
        self.inner.sessions_sharing_with(session, live).await
    }

    async fn end_session_sharing_with(
        &self,
        session: &SessionId,
        other: &SessionId,
    ) -> Result<Changed<bool>, StoreError> {
        self.write(self.inner.end_session_sharing_with(session, other))
            .await
    }

    async fn claim(&self, attempt: &AttemptId, ends_at: Timestamp) -> Result<bool, StoreError> {
        self.inner.claim(attempt, ends_at).await
    }

    /// Changes nothing that counts: a swept session has expired by its own timestamps, which every
    /// caller checks.
    async fn sweep(&self, now: Timestamp, unused_since: Timestamp) -> Result<(), StoreError> {
        self.inner.sweep(now, unused_since).await
    }

    async fn evict_ended(&self) {
        self.sessions.sweep().await;
        self.connections.sweep().await;
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }

    async fn detect_foreign_writes(&self) -> Result<ForeignWrites, StoreError> {
        let written = self.inner.detect_foreign_writes().await?;
        match &written {
            ForeignWrites::These(changes) => {
                for change in changes {
                    self.stamps.record(change);
                }
            }
            ForeignWrites::Any => self.stamps.record_all(),
        }
        Ok(written)
    }

    async fn wait_for_foreign_write(&self) {
        self.inner.wait_for_foreign_write().await;
    }
}
