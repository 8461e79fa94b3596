//! A read of the store that is overtaken by a write must not be cached: its result is outdated.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use domain::{
    connection::{Connection, Consent, Grant, State, Subject, Tokens},
    ids::{AttemptId, ConnectionId, RevocationId, SessionId},
    session::{ListedSession, StoredSession, TokenHash},
    vault::secret::{AccessToken, RefreshToken},
};
use jiff::Timestamp;
use shared::scope::Scopes;
use snyk_app::store::{
    Account, Administered, Changed, ConnectionStore, Ended, ForeignWrites, LastRefresh, Live,
    NewLogin, RateShare, Revocation, RevocationStore, SealedTokens, SessionStore, SharedWork,
    StoreError, Work,
    cache::CachedStore,
    database::AdminRecords,
    lease::{Acquisition, Lease, LeaseStore, SettleError, Settlement},
};
use tokio::sync::Semaphore;

/// A store with one connection, whose reads return the state at the time of the call, and only when
/// released.
#[derive(Debug)]
struct Slow {
    generation: AtomicU64,
    asked: Semaphore,
    let_go: Semaphore,
}

const NOT_ASKED: &str = "this test does not ask that";

#[async_trait]
impl ConnectionStore for Slow {
    async fn authorized(
        &self,
        _: &SessionId,
        id: &ConnectionId,
    ) -> Result<Option<Arc<Connection>>, StoreError> {
        let generation = self.generation.load(Ordering::SeqCst);
        self.asked.add_permits(1);
        self.let_go.acquire().await.unwrap().forget();
        Ok(Some(Arc::new(connection(id, generation))))
    }

    async fn connection(&self, _: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn connections_of(
        &self,
        _: &SessionId,
    ) -> Result<Vec<Connection<SealedTokens>>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn finish_login(
        &self,
        _: NewLogin<'_>,
    ) -> Result<Changed<Option<Connection>>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn is_login_stored(&self, _: &AttemptId) -> Result<bool, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn store_account(
        &self,
        _: &Consent,
        _: Account<'_>,
        _: Timestamp,
    ) -> Result<Changed<bool>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn due_accounts(&self, _: Timestamp, _: u32) -> Result<Vec<Consent>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn by_last_refresh(
        &self,
        _: Option<&LastRefresh>,
        _: u32,
    ) -> Result<Vec<LastRefresh>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn disconnect(
        &self,
        _: &ConnectionId,
        _: &RevocationId,
        _: Timestamp,
    ) -> Result<Ended, StoreError> {
        unreachable!("{NOT_ASKED}")
    }
}

#[async_trait]
impl LeaseStore for Slow {
    async fn settle_lease(&self, lease: Lease, _: Settlement<'_>) -> Result<bool, SettleError> {
        let generation = lease.generation() + 1;
        self.generation.store(generation, Ordering::SeqCst);
        Ok(true)
    }

    async fn acquire_lease(
        &self,
        _: &ConnectionId,
        _: u64,
        _: Duration,
    ) -> Result<Acquisition, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn renew_lease(&self, _: &Lease, _: Duration) -> Result<bool, StoreError> {
        unreachable!("{NOT_ASKED}")
    }
}

#[async_trait]
impl SharedWork for Slow {
    fn is_shared(&self) -> bool {
        unreachable!("{NOT_ASKED}")
    }

    async fn lead(&self, _: Work) -> Result<bool, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn extend_rate_share(&self, _: &ConnectionId, _: u32, _: u32) -> Result<u32, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn keep_rate_shares(&self, _: &[RateShare]) -> Result<Vec<RateShare>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }
}

#[async_trait]
impl RevocationStore for Slow {
    async fn enqueue_revocation(
        &self,
        _: Option<&ConnectionId>,
        _: &Revocation,
        _: Option<Timestamp>,
        _: Timestamp,
    ) -> Result<(), StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn due_revocations(&self, _: Timestamp, _: u32) -> Result<Vec<Revocation>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn postpone_revocation(&self, _: &RevocationId, _: Timestamp) -> Result<(), StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn sweep_orphaned(&self, _: Timestamp, _: Timestamp) -> Result<u64, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn remove_expired_revocations(
        &self,
        _: Timestamp,
    ) -> Result<Vec<RevocationId>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn complete_revocation(&self, _: &RevocationId) -> Result<(), StoreError> {
        unreachable!("{NOT_ASKED}")
    }
}

impl Administered for Slow {
    fn administration(&self) -> Arc<dyn AdminRecords> {
        unreachable!("{NOT_ASKED}")
    }
}

#[async_trait]
impl SessionStore for Slow {
    async fn sessions(
        &self,
        _: &[TokenHash],
    ) -> Result<Vec<(TokenHash, StoredSession)>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn touch_session(&self, _: &SessionId, _: Timestamp) -> Result<(), StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn end_session(&self, _: &TokenHash) -> Result<Changed<()>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn sessions_sharing_with(
        &self,
        _: &SessionId,
        _: Live,
    ) -> Result<Vec<ListedSession>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn end_session_sharing_with(
        &self,
        _: &SessionId,
        _: &SessionId,
    ) -> Result<Changed<bool>, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn claim(&self, _: &AttemptId, _: Timestamp) -> Result<bool, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn sweep(&self, _: Timestamp, _: Timestamp) -> Result<(), StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn ping(&self) -> Result<(), StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn detect_foreign_writes(&self) -> Result<ForeignWrites, StoreError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn wait_for_foreign_write(&self) {
        unreachable!("{NOT_ASKED}")
    }
}

/// Returns the id of the one connection.
fn c() -> ConnectionId {
    ConnectionId::presented("c")
}

fn tokens() -> Tokens {
    Tokens {
        access: AccessToken::new("a".to_owned()),
        refresh: RefreshToken::new("r".to_owned()),
    }
}

fn connection(id: &ConnectionId, generation: u64) -> Connection {
    let now = Timestamp::UNIX_EPOCH;
    Connection {
        id: id.clone(),
        subject: Subject::from_stored("s".to_owned()),
        context: None,
        orgs: Vec::new(),
        orgs_complete: true,
        orgs_tries: 0,
        scopes: Scopes::default(),
        connected_at: now,
        refreshed_at: now,
        generation,
        access_expires_at: now,
        refresh_expires_at: None,
        state: State::Active(tokens()),
    }
}

#[tokio::test]
async fn a_read_that_a_write_overtook_is_not_cached() {
    let slow = Arc::new(Slow {
        generation: AtomicU64::new(0),
        asked: Semaphore::new(0),
        let_go: Semaphore::new(0),
    });
    let cached = Arc::new(CachedStore::new(Arc::clone(&slow)));
    let session = SessionId::generate();
    let generation = async || {
        let connection = cached.authorized(&session, &c()).await.unwrap();
        connection.unwrap().generation
    };

    // It has called the store, and its result is still in flight when the pair is replaced.
    let reading = tokio::spawn({
        let (cached, session) = (Arc::clone(&cached), session.clone());
        async move {
            cached
                .authorized(&session, &c())
                .await
                .unwrap()
                .unwrap()
                .generation
        }
    });
    slow.asked.acquire().await.unwrap().forget();
    let grant = Grant {
        tokens: tokens(),
        access_expires_at: Timestamp::UNIX_EPOCH,
        refresh_expires_at: None,
        scopes: None,
    };
    let lease = Lease::new(c(), 0, "owner".to_owned());
    let pair = Settlement::Pair {
        grant: &grant,
        issued_at: Timestamp::UNIX_EPOCH,
    };
    let stored = cached.settle_lease(lease, pair).await;
    assert!(stored.unwrap());
    slow.let_go.add_permits(1);
    assert_eq!(reading.await.unwrap(), 0, "what stood when it asked");

    slow.let_go.add_permits(1);
    assert_eq!(generation().await, 1, "asked anew");
    assert_eq!(slow.asked.available_permits(), 1);
    assert_eq!(generation().await, 1, "and now remembered");
    assert_eq!(slow.asked.available_permits(), 1);
}
