//! A cache in front of a store. Every proxied request reads its session and the connection that the
//! session is authorized for; cached, they cost neither a query nor a decryption.
//!
//! Every write of this process goes through here and invalidates what it changes, and a read that
//! was in flight during a write is not cached. So no entry is older than the last write that
//! finished. Writes that continue after their caller was cancelled, and writes of other processes
//! on the same database, become visible after [`TTL`] at the latest.

use std::{
    hash::Hash,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use jiff::Timestamp;
use lru::LruCache;

use super::{
    Account, ConnectionStore, Ended, NewLogin, Revocation, RevocationStore, SealedTokens,
    SessionStore, Store, StoreError, StoredSession,
};
use crate::{
    connection::{Connection, Consent, Grant},
    session::{SessionId, TokenHash},
};

/// Capacity of each of the caches; the least recently used entries are evicted first.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();
/// Time to live of an entry.
const TTL: Duration = Duration::from_secs(5);

/// A store that caches the reads of another one.
#[derive(Debug)]
pub struct CachedStore<S> {
    inner: Arc<S>,
    caches: Mutex<Caches>,
}

/// The caches.
#[derive(Debug)]
struct Caches {
    /// The number of writes: a read that began before a write is not cached after it.
    writes: u64,
    sessions: TtlCache<TokenHash, StoredSession>,
    memberships: TtlCache<(SessionId, String), ()>,
    connections: TtlCache<String, Arc<Connection>>,
}

/// A bounded cache whose entries expire.
#[derive(Debug)]
struct TtlCache<K: Hash + Eq, V>(LruCache<K, (Instant, V)>);

impl<K: Hash + Eq, V: Clone> TtlCache<K, V> {
    fn new() -> Self {
        Self(LruCache::new(CAPACITY))
    }

    fn get(&mut self, key: &K) -> Option<V> {
        let (since, value) = self.0.get(key)?;
        if since.elapsed() < TTL {
            return Some(value.clone());
        }
        self.0.pop(key);
        None
    }

    fn put(&mut self, key: K, value: V) {
        self.0.put(key, (Instant::now(), value));
    }

    /// Evicts expired entries, the least recently used first. One that was used recently may stay
    /// until the next sweep.
    fn sweep(&mut self) {
        while let Some((_, (since, _))) = self.0.peek_lru()
            && since.elapsed() >= TTL
        {
            self.0.pop_lru();
        }
    }

    fn remove(&mut self, key: &K) {
        self.0.pop(key);
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl<S: Store> CachedStore<S> {
    /// Wraps a store. From then on, all access must go through the wrapper.
    #[must_use]
    pub fn new(inner: Arc<S>) -> Self {
        Self {
            inner,
            caches: Mutex::new(Caches {
                writes: 0,
                sessions: TtlCache::new(),
                memberships: TtlCache::new(),
                connections: TtlCache::new(),
            }),
        }
    }

    fn caches(&self) -> MutexGuard<'_, Caches> {
        self.caches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a write and invalidates what it may have changed, whether it succeeded or not: a failed
    /// write may have taken effect.
    async fn write<T>(
        &self,
        write: impl Future<Output = Result<T, StoreError>>,
        invalidate: impl Fn(&mut Caches),
    ) -> Result<T, StoreError> {
        // A write whose caller is cancelled may still take effect, so the guard invalidates on
        // every way out.
        let _guard = InvalidateOnDrop {
            caches: &self.caches,
            invalidate,
        };
        write.await
    }
}

/// Counts a write and invalidates the caches when dropped.
struct InvalidateOnDrop<'a, F: Fn(&mut Caches)> {
    caches: &'a Mutex<Caches>,
    invalidate: F,
}

impl<F: Fn(&mut Caches)> Drop for InvalidateOnDrop<'_, F> {
    fn drop(&mut self) {
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        caches.writes += 1;
        (self.invalidate)(&mut caches);
    }
}

impl Caches {
    fn sweep(&mut self) {
        self.sessions.sweep();
        self.memberships.sweep();
        self.connections.sweep();
    }

    fn clear_sessions(&mut self) {
        self.sessions.clear();
        self.memberships.clear();
    }
}

#[async_trait]
impl<S: Store> ConnectionStore for CachedStore<S> {
    /// Not cached: the refresh reloads the connection after it acquires the lease, and must see the
    /// current state.
    async fn connection(&self, id: &str) -> Result<Option<Connection>, StoreError> {
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
        id: &str,
    ) -> Result<Option<Arc<Connection>>, StoreError> {
        let membership = (session.clone(), id.to_owned());
        let writes = {
            let mut caches = self.caches();
            if caches.memberships.get(&membership).is_some()
                && let Some(connection) = caches.connections.get(&membership.1)
            {
                return Ok(Some(connection));
            }
            caches.writes
        };
        let found = self.inner.authorized(session, id).await?;
        if let Some(connection) = &found {
            let mut caches = self.caches();
            if caches.writes == writes {
                caches
                    .connections
                    .put(membership.1.clone(), Arc::clone(connection));
                caches.memberships.put(membership, ());
            }
        }
        Ok(found)
    }

    async fn finish_login(&self, login: NewLogin<'_>) -> Result<Option<Connection>, StoreError> {
        // Only the result shows which connection is replaced.
        self.write(self.inner.finish_login(login), |caches| {
            caches.clear_sessions();
            caches.connections.clear();
        })
        .await
    }

    async fn store_account(
        &self,
        consent: &Consent,
        account: Account<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // Two connections may be merged, which only the result shows.
        let write = self.inner.store_account(consent, account, now);
        self.write(write, |caches| {
            caches.connections.clear();
            caches.memberships.clear();
        })
        .await
    }

    async fn due_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Consent>, StoreError> {
        self.inner.due_accounts(now, limit).await
    }

    async fn acquire_lease(
        &self,
        id: &str,
        generation: u64,
        owner: &str,
        now: Timestamp,
        ends_at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.inner
            .acquire_lease(id, generation, owner, now, ends_at)
            .await
    }

    async fn renew_lease(
        &self,
        id: &str,
        owner: &str,
        ends_at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.inner.renew_lease(id, owner, ends_at).await
    }

    async fn release_lease(&self, id: &str, owner: &str) -> Result<(), StoreError> {
        self.inner.release_lease(id, owner).await
    }

    async fn store_grant(
        &self,
        id: &str,
        generation: u64,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(
            self.inner.store_grant(id, generation, grant, now),
            |caches| {
                caches.connections.remove(&id.to_owned());
            },
        )
        .await
    }

    async fn mark_reconnect_needed(&self, id: &str, generation: u64) -> Result<bool, StoreError> {
        self.write(self.inner.mark_reconnect_needed(id, generation), |caches| {
            caches.connections.remove(&id.to_owned());
        })
        .await
    }

    async fn disconnect(
        &self,
        id: &str,
        revocation_id: &str,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        self.write(self.inner.disconnect(id, revocation_id, now), |caches| {
            caches.connections.remove(&id.to_owned());
            caches.memberships.clear();
        })
        .await
    }
}

#[async_trait]
impl<S: Store> RevocationStore for CachedStore<S> {
    async fn enqueue_revocation(
        &self,
        revocation: &Revocation,
        ends_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.inner
            .enqueue_revocation(revocation, ends_at, now)
            .await
    }

    async fn due_revocations(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation>, StoreError> {
        self.inner.due_revocations(now, limit).await
    }

    async fn postpone_revocation(&self, id: &str, next_at: Timestamp) -> Result<(), StoreError> {
        self.inner.postpone_revocation(id, next_at).await
    }

    async fn complete_revocation(&self, id: &str) -> Result<(), StoreError> {
        self.inner.complete_revocation(id).await
    }

    async fn remove_expired_revocations(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        self.inner.remove_expired_revocations(now).await
    }

    /// Invalidates nothing: without a membership, a connection is not served from the cache either.
    async fn sweep_orphaned(&self, now: Timestamp, since: Timestamp) -> Result<u64, StoreError> {
        self.inner.sweep_orphaned(now, since).await
    }
}

#[async_trait]
impl<S: Store> SessionStore for CachedStore<S> {
    async fn sessions(
        &self,
        tokens: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError> {
        let (mut found, writes) = {
            let mut caches = self.caches();
            let mut known = Vec::new();
            for token in tokens {
                let session = caches.sessions.get(token);
                known.extend(session.map(|session| (*token, session)));
            }
            (known, caches.writes)
        };
        let others: Vec<TokenHash> = tokens
            .iter()
            .filter(|token| !found.iter().any(|(known, _)| known == *token))
            .copied()
            .collect();
        if others.is_empty() {
            return Ok(found);
        }
        let read = self.inner.sessions(&others).await?;
        let mut caches = self.caches();
        if caches.writes == writes {
            for (token, session) in &read {
                caches.sessions.put(*token, session.clone());
            }
        }
        drop(caches);
        found.extend(read);
        found.sort_by_key(|(token, _)| tokens.iter().position(|presented| presented == token));
        Ok(found)
    }

    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        self.write(self.inner.touch_session(id, now), |caches| {
            caches.sessions.clear();
        })
        .await
    }

    async fn end_session(&self, token: &TokenHash) -> Result<(), StoreError> {
        self.write(self.inner.end_session(token), Caches::clear_sessions)
            .await
    }

    async fn claim(&self, attempt: &str, ends_at: Timestamp) -> Result<bool, StoreError> {
        self.inner.claim(attempt, ends_at).await
    }

    /// Sweeps the cache too, so that no unused token stays in memory. A swept session has expired
    /// by its own timestamps, which every caller checks.
    async fn sweep(&self, now: Timestamp, unused_since: Timestamp) -> Result<(), StoreError> {
        self.caches().sweep();
        self.inner.sweep(now, unused_since).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}
