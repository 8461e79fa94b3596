//! A refresher on a file that the test changes as another node would, and a scripted provider.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use domain::{
    connection::{Connection, Grant},
    ids::{ConnectionId, SessionId},
    vault::secret::RefreshToken,
};
use jiff::SignedDuration;
use snyk_app::{
    clock::{Clock as _, SystemClock},
    provider::ProviderError,
    refresh::{RefreshError, Refresher},
    store::{Account, Store},
};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tokio_util::task::TaskTracker;

use crate::common::{
    bed::{self, Raw, sqlite},
    provider::{Provider, TokenEndpoint},
    records::*,
};

/// Another owner takes the lease.
pub(crate) const TAKE_OVER: &str =
    "UPDATE connections SET lease = 'other', lease_ends_at = 9000000000000";
/// That owner stores its pair.
pub(crate) const STORE: &str =
    "UPDATE connections SET generation = generation + 1, lease = NULL, lease_ends_at = NULL";
/// That owner gives up.
pub(crate) const RELEASE: &str = "UPDATE connections SET lease = NULL, lease_ends_at = NULL";
/// An owner died long ago.
pub(crate) const ABANDON: &str = "UPDATE connections SET lease = 'dead', lease_ends_at = 1";
/// A person disconnects.
pub(crate) const DISCONNECT: &str = "UPDATE connections SET status = 'disconnected', access_token = NULL, \
     refresh_token = NULL, lease = NULL, lease_ends_at = NULL";
/// The next pair is stored, and the answer of the database is lost.
pub(crate) const LOSE_COMMIT: &str = "CREATE TRIGGER lost AFTER UPDATE OF generation ON connections \
     BEGIN SELECT RAISE(FAIL, 'lost'); END";
/// No pair can be stored.
pub(crate) const REFUSE_PAIRS: &str = "CREATE TRIGGER refused BEFORE UPDATE OF generation ON connections \
     BEGIN SELECT RAISE(ABORT, 'refused'); END";
/// Pairs can be stored again.
pub(crate) const TAKE_PAIRS: &str = "DROP TRIGGER refused";
/// The row cannot be read under the lease.
pub(crate) const BREAK_ROW: &str = "CREATE TRIGGER odd AFTER UPDATE OF lease ON connections \
     BEGIN UPDATE connections SET orgs = 'odd'; END";
/// Nothing happens.
pub(crate) const NOTHING: &str = "SELECT 1";

#[derive(Clone, Copy, Debug)]
pub(crate) enum Reply {
    Pair,
    Lost,
    Rejected,
    ClientRejected,
    Later(Option<Duration>),
    /// After more than one interval of the heartbeat.
    SlowPair,
    SlowRejection,
}

/// One presentation: what happens to the row before the answer arrives, and what 400 ms later.
pub(crate) type Step = (&'static str, Reply, &'static str);

/// A token endpoint whose answers are scripted.
#[derive(Debug)]
pub(crate) struct Script {
    url: String,
    steps: Mutex<VecDeque<Step>>,
    pub(crate) presented: AtomicU32,
    pub(crate) revoked: AtomicU32,
    /// The remaining milliseconds of the lease, before the last slow answer.
    pub(crate) leased_for: AtomicI64,
}

#[async_trait]
impl TokenEndpoint for Script {
    async fn refresh(&self, _: &RefreshToken) -> Result<Grant, ProviderError> {
        self.presented.fetch_add(1, Ordering::SeqCst);
        let (before, reply, after) =
            self.steps
                .lock()
                .unwrap()
                .pop_front()
                .unwrap_or((NOTHING, Reply::Pair, NOTHING));
        change(&self.url, before).await;
        let url = self.url.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(400)).await;
            change(&url, after).await;
        });
        if matches!(reply, Reply::SlowPair | Reply::SlowRejection) {
            tokio::time::sleep(Duration::from_millis(3_300)).await;
            self.leased_for
                .store(leased_for(&self.url).await, Ordering::SeqCst);
        }
        match reply {
            Reply::Pair | Reply::SlowPair => Ok(grant_at("next", SystemClock.now())),
            Reply::Lost => Err(ProviderError::AnswerLost(None)),
            Reply::Rejected | Reply::SlowRejection => Err(ProviderError::GrantRejected {
                error: "invalid_grant".to_owned(),
            }),
            Reply::ClientRejected => Err(ProviderError::ClientRejected {
                error: "invalid_client".to_owned(),
            }),
            Reply::Later(after) => Err(ProviderError::Later { status: 503, after }),
        }
    }

    async fn revoke(&self, _: &RefreshToken) -> Result<(), ProviderError> {
        self.revoked.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Changes the row as another process would.
pub(crate) async fn change(url: &str, sql: &'static str) {
    let mut file = SqliteConnection::connect(url).await.unwrap();
    sqlx::query(sql).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
}

/// Returns the refresher of a node.
fn node(store: &Arc<dyn Store>, provider: &Arc<Provider<Script>>) -> Arc<Refresher> {
    Arc::new(Refresher::new(
        Arc::clone(store),
        Arc::clone(provider) as _,
        Arc::new(SystemClock),
        TaskTracker::new(),
    ))
}

/// Returns the remaining milliseconds of the lease.
async fn leased_for(url: &str) -> i64 {
    let mut file = SqliteConnection::connect(url).await.unwrap();
    let left: (i64,) = sqlx::query_as(
        "SELECT lease_ends_at - CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM connections",
    )
    .fetch_one(&mut file)
    .await
    .unwrap();
    left.0
}

/// A refresher, and a connection to refresh.
pub(crate) struct Bed {
    pub(crate) refresher: Arc<Refresher>,
    provider: Arc<Provider<Script>>,
    store: Arc<dyn Store>,
    pub(crate) connection: Connection,
    pub(crate) url: String,
    _database: Arc<dyn Raw>,
}

/// The rest of a row after a refresh.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct After {
    pub(crate) generation: u64,
    access: String,
    pub(crate) presented: u32,
    pub(crate) revoked: u32,
    pub(crate) leased: bool,
}

impl Bed {
    pub(crate) async fn with(steps: &[Step]) -> Self {
        Self::with_token_until(SignedDuration::from_hours(1), steps).await
    }

    /// Returns a bed whose access token lives as long, of an hour that it had.
    pub(crate) async fn with_token_until(left: SignedDuration, steps: &[Step]) -> Self {
        let (database, file) = sqlite().await;
        let url = format!("sqlite://{}", file.path().display());
        let bed = bed::Bed::over((database, file), true).await;
        let store = bed.store;
        let now = SystemClock.now();
        let session = session(SessionId::generate(), now);
        let first = Grant {
            access_expires_at: now + left,
            ..grant_at("first", now)
        };
        let account = Account {
            due_at: now,
            ..account(None, &[], true)
        };
        let id = ConnectionId::presented("c");
        let connected_at = now + left - SignedDuration::from_hours(1);
        let login = login(&id, account, &first, &session, connected_at);
        let connection = finish(&*store, login).await;
        assert!(store.session(&session.token_hash).await.unwrap().is_some());
        let provider = Arc::new(Provider(Script {
            url: url.clone(),
            steps: Mutex::new(steps.iter().copied().collect()),
            presented: AtomicU32::new(0),
            revoked: AtomicU32::new(0),
            leased_for: AtomicI64::new(0),
        }));
        let refresher = node(&store, &provider);
        Self {
            refresher,
            provider,
            store,
            connection,
            url,
            _database: bed.database,
        }
    }

    pub(crate) fn script(&self) -> &Script {
        &self.provider.0
    }

    pub(crate) async fn renew(&self) -> Result<u64, RefreshError> {
        let renewed = self.refresher.renew(&self.connection.id, 0).await?;
        Ok(renewed.generation)
    }

    /// Returns the refresher of another node on the same database.
    pub(crate) fn other_node(&self) -> Arc<Refresher> {
        node(&self.store, &self.provider)
    }

    /// Returns whether an owner that follows would have to wait.
    pub(crate) async fn is_leased(&self) -> bool {
        self.finds("lease_ends_at >= CAST(unixepoch('subsec') * 1000 AS INTEGER)")
            .await
    }

    /// Returns whether the next owner is told that the token may have been consumed.
    pub(crate) async fn is_in_doubt(&self) -> bool {
        self.finds("lease IS NOT NULL AND lease_ends_at = 0").await
    }

    async fn finds(&self, condition: &str) -> bool {
        let mut file = SqliteConnection::connect(&self.url).await.unwrap();
        let query = AssertSqlSafe(format!("SELECT 1 FROM connections WHERE {condition}"));
        let found = sqlx::query(query).fetch_all(&mut file).await;
        !found.unwrap().is_empty()
    }

    pub(crate) async fn after(&self) -> After {
        let row = self
            .store
            .connection(&self.connection.id)
            .await
            .unwrap()
            .unwrap();
        After {
            generation: row.generation,
            access: access_token(&row).to_owned(),
            presented: self.script().presented.load(Ordering::SeqCst),
            revoked: self.script().revoked.load(Ordering::SeqCst),
            leased: self.is_leased().await,
        }
    }
}

pub(crate) fn after(generation: u64, access: &str, presented: u32, revoked: u32) -> After {
    After {
        generation,
        access: access.to_owned(),
        presented,
        revoked,
        leased: false,
    }
}
