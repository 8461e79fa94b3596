//! A store in front of a store: what every proxied call asks, who the session is and which
//! connection it reaches, is remembered, so that such a call costs neither a query nor a decryption.
//!
//! Every write of this process goes through here and takes out what it changes, and a read that was
//! under way meanwhile is not kept: what is remembered is never older than the last write that
//! finished. For a write that goes on after its caller went away, and for another process on the
//! same database, nothing is believed for longer than [`BELIEVED`].

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
    Account, ConnectionStore, Ended, NewLogin, Revocation, RevocationStore, SessionStore, Store,
    StoreError, StoredSession,
};
use crate::{
    connection::{Connection, Consent, Grant},
    session::{SessionId, TokenHash},
};

/// How many sessions, connections and ties between them are remembered; the least used go first.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();
/// How long what is remembered is believed.
const TTL: Duration = Duration::from_secs(5);

/// Remembers what the store behind it said, until something changes it.
#[derive(Debug)]
pub struct CachedStore<S> {
    inner: Arc<S>,
    memory: Mutex<Memory>,
}

/// What is remembered.
#[derive(Debug)]
struct Memory {
    /// Counts the writes: a read that began before one is not remembered after it.
    writes: u64,
    sessions: TtlCache<TokenHash, StoredSession>,
    memberships: TtlCache<(SessionId, String), ()>,
    connections: TtlCache<String, Arc<Connection>>,
}

/// So many things, each for so long.
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

    /// Forgets what is not believed any more. The longest unused come first, and what was used of
    /// late may have to wait for the next time.
    fn sweep(&mut self) {
        while let Some((_, (since, _))) = self.0.peek_lru()
            && since.elapsed() >= TTL
        {
            self.0.pop_lru();
        }
    }

    fn forget(&mut self, key: &K) {
        self.0.pop(key);
    }

    fn forget_all(&mut self) {
        self.0.clear();
    }
}

impl<S: Store> CachedStore<S> {
    /// Puts a memory in front of a store. From then on everything must go through it.
    #[must_use]
    pub fn new(inner: Arc<S>) -> Self {
        Self {
            inner,
            memory: Mutex::new(Memory {
                writes: 0,
                sessions: TtlCache::new(),
                memberships: TtlCache::new(),
                connections: TtlCache::new(),
            }),
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a write and forgets what it may have changed, whether it succeeded or not: of one that
    /// failed, nobody knows how far it came.
    async fn write<T>(
        &self,
        write: impl Future<Output = Result<T, StoreError>>,
        forget: impl Fn(&mut Memory),
    ) -> Result<T, StoreError> {
        // A write whose caller goes away can still reach the database, so it is counted on every
        // way out.
        let _forgets = Forgets {
            memory: &self.memory,
            forget,
        };
        write.await
    }
}

/// Forgets when it goes out of scope.
struct Forgets<'a, F: Fn(&mut Memory)> {
    memory: &'a Mutex<Memory>,
    forget: F,
}

impl<F: Fn(&mut Memory)> Drop for Forgets<'_, F> {
    fn drop(&mut self) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.writes += 1;
        (self.forget)(&mut memory);
    }
}

impl Memory {
    fn sweep(&mut self) {
        self.sessions.sweep();
        self.memberships.sweep();
        self.connections.sweep();
    }

    fn forget_sessions(&mut self) {
        self.sessions.forget_all();
        self.memberships.forget_all();
    }
}

#[async_trait]
impl<S: Store> ConnectionStore for CachedStore<S> {
    /// Not remembered: the refresh asks this after it took its lease, and must hear what stands now.
    async fn connection(&self, id: &str) -> Result<Option<Connection>, StoreError> {
        self.inner.connection(id).await
    }

    async fn connections_of(&self, session: &SessionId) -> Result<Vec<Connection>, StoreError> {
        self.inner.connections_of(session).await
    }

    async fn authorized(
        &self,
        session: &SessionId,
        id: &str,
    ) -> Result<Option<Arc<Connection>>, StoreError> {
        let tie = (session.clone(), id.to_owned());
        let writes = {
            let mut memory = self.memory();
            if memory.memberships.get(&tie).is_some()
                && let Some(connection) = memory.connections.get(&tie.1)
            {
                return Ok(Some(connection));
            }
            memory.writes
        };
        let found = self.inner.authorized(session, id).await?;
        if let Some(connection) = &found {
            let mut memory = self.memory();
            if memory.writes == writes {
                memory
                    .connections
                    .put(tie.1.clone(), Arc::clone(connection));
                memory.memberships.put(tie, ());
            }
        }
        Ok(found)
    }

    async fn finish_login(&self, login: NewLogin<'_>) -> Result<Option<Connection>, StoreError> {
        // Which connection is replaced shows only afterwards.
        self.write(self.inner.finish_login(login), |memory| {
            memory.forget_sessions();
            memory.connections.forget_all();
        })
        .await
    }

    async fn store_account(
        &self,
        consent: &Consent,
        account: Account<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // Two connections may become one, which shows only afterwards.
        let write = self.inner.store_account(consent, account, now);
        self.write(write, |memory| {
            memory.connections.forget_all();
            memory.memberships.forget_all();
        })
        .await
    }

    async fn due_accounts(&self, now: Timestamp, at_most: u32) -> Result<Vec<Consent>, StoreError> {
        self.inner.due_accounts(now, at_most).await
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
            |memory| {
                memory.connections.forget(&id.to_owned());
            },
        )
        .await
    }

    async fn mark_reconnect_needed(&self, id: &str, generation: u64) -> Result<bool, StoreError> {
        self.write(self.inner.mark_reconnect_needed(id, generation), |memory| {
            memory.connections.forget(&id.to_owned());
        })
        .await
    }

    async fn disconnect(
        &self,
        id: &str,
        revocation_id: &str,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        self.write(self.inner.disconnect(id, revocation_id, now), |memory| {
            memory.connections.forget(&id.to_owned());
            memory.memberships.forget_all();
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

    /// What no session reaches is not remembered either.
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
            let mut memory = self.memory();
            let mut known = Vec::new();
            for token in tokens {
                let session = memory.sessions.get(token);
                known.extend(session.map(|session| (*token, session)));
            }
            (known, memory.writes)
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
        let mut memory = self.memory();
        if memory.writes == writes {
            for (token, session) in &read {
                memory.sessions.put(*token, session.clone());
            }
        }
        drop(memory);
        found.extend(read);
        found.sort_by_key(|(token, _)| tokens.iter().position(|asked| asked == token));
        Ok(found)
    }

    async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        self.write(self.inner.touch_session(id, now), |memory| {
            memory.sessions.forget_all();
        })
        .await
    }

    async fn end_session(&self, token: &TokenHash) -> Result<(), StoreError> {
        self.write(self.inner.end_session(token), Memory::forget_sessions)
            .await
    }

    async fn claim(&self, attempt: &str, ends_at: Timestamp) -> Result<bool, StoreError> {
        self.inner.claim(attempt, ends_at).await
    }

    /// Of what is remembered too, so that no token stays in memory that nobody asks for. A session
    /// that is swept has ended by its own times, which whoever asks for it looks at.
    async fn sweep(&self, now: Timestamp, unused_since: Timestamp) -> Result<(), StoreError> {
        self.memory().sweep();
        self.inner.sweep(now, unused_since).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}
