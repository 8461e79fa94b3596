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
    connection::{Connection, Grant, Identity, State, Tokens},
    ids::{AttemptId, ConnectionId, SessionId},
    session::{NewSession, SessionToken},
    vault::{
        Vault,
        secret::{AccessToken, RefreshToken},
    },
};
use jiff::SignedDuration;
use secrecy::SecretString;
use shared::{pkce::CodeVerifier, scope::Scopes};
use snyk_app::{
    clock::{Clock as _, SystemClock},
    provider::{AccountError, ApiAnswer, OrgList, ProviderClient, ProviderError},
    refresh::{RefreshError, Refresher},
    store::{
        Account, ConnectionStore as _, NewLogin, SessionStore as _, cache::CachedStore,
        sqlite::SqliteStore,
    },
};
use sqlx::{Connection as _, SqliteConnection};
use tokio_util::task::TaskTracker;

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

/// A provider whose answers are scripted.
#[derive(Debug)]
pub(crate) struct Provider {
    url: String,
    steps: Mutex<VecDeque<Step>>,
    pub(crate) presented: AtomicU32,
    pub(crate) revoked: AtomicU32,
    /// The remaining milliseconds of the lease, before the last slow answer.
    pub(crate) leased_for: AtomicI64,
}

const NOT_ASKED: &str = "this test does not ask that";

#[async_trait]
impl ProviderClient for Provider {
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
            Reply::Pair | Reply::SlowPair => Ok(grant("next")),
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

    async fn exchange(&self, _: String, _: &CodeVerifier) -> Result<Grant, ProviderError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn identity(&self, _: &AccessToken) -> Result<Identity, AccountError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn next_orgs(&self, _: &AccessToken, _: &mut OrgList) -> Result<(), AccountError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn get(&self, _: &str, _: &AccessToken) -> Result<ApiAnswer, ProviderError> {
        unreachable!("{NOT_ASKED}")
    }
}

/// Changes the row as another process would.
pub(crate) async fn change(url: &str, sql: &'static str) {
    let mut file = SqliteConnection::connect(url).await.unwrap();
    sqlx::query(sql).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
}

/// Returns the refresher of a node.
fn node(store: &Arc<CachedStore<SqliteStore>>, provider: &Arc<Provider>) -> Arc<Refresher> {
    Arc::new(Refresher::new(
        Arc::clone(store) as _,
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

fn grant(name: &str) -> Grant {
    Grant {
        tokens: Tokens {
            access: AccessToken::new(format!("{name}-access")),
            refresh: RefreshToken::new(format!("{name}-refresh")),
        },
        access_expires_at: SystemClock.now() + SignedDuration::from_hours(1),
        refresh_expires_at: None,
        scopes: None,
    }
}

/// A refresher, and a connection to refresh.
pub(crate) struct Bed {
    pub(crate) refresher: Arc<Refresher>,
    pub(crate) provider: Arc<Provider>,
    store: Arc<CachedStore<SqliteStore>>,
    pub(crate) connection: Connection,
    pub(crate) url: String,
    _folder: tempfile::TempDir,
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
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("app.db").display());
        let secret = SecretString::from("0123456789abcdef0123456789abcdef");
        let vault = Arc::new(Vault::new(&secret, &[]));
        let store = Arc::new(CachedStore::new(Arc::new(
            SqliteStore::open(&folder.path().join("app.db"), vault)
                .await
                .unwrap(),
        )));
        let now = SystemClock.now();
        let session = NewSession {
            id: SessionId::generate(),
            token_hash: SessionToken::generate().unwrap().hash(),
            browser: "a browser".to_owned(),
            expires_at: now + SignedDuration::from_hours(24),
        };
        let first = Grant {
            access_expires_at: now + left,
            ..grant("first")
        };
        let connection = store
            .finish_login(NewLogin {
                connection_id: &ConnectionId::presented("c"),
                account: Account {
                    subject: None,
                    context: None,
                    orgs: &[],
                    is_whole: true,
                    due_at: now,
                    tries: 0,
                },
                reconnects: None,
                scopes: &Scopes::parse("org.read"),
                grant: &first,
                session: &session,
                attempt_id: &AttemptId::from_stored("attempt".to_owned()),
                sibling_attempts: &[],
                earlier_sessions: &[],
                now: now + left - SignedDuration::from_hours(1),
            })
            .await
            .unwrap()
            .value
            .unwrap();
        assert!(store.session(&session.token_hash).await.unwrap().is_some());
        let provider = Arc::new(Provider {
            url: url.clone(),
            steps: Mutex::new(steps.iter().copied().collect()),
            presented: AtomicU32::new(0),
            revoked: AtomicU32::new(0),
            leased_for: AtomicI64::new(0),
        });
        let refresher = node(&store, &provider);
        Self {
            refresher,
            provider,
            store,
            connection,
            url,
            _folder: folder,
        }
    }

    pub(crate) async fn renew(&self) -> Result<u64, RefreshError> {
        let renewed = self.refresher.renew(&self.connection.id, 0).await?;
        Ok(renewed.generation)
    }

    /// Returns the refresher of another node on the same database.
    pub(crate) fn other_node(&self) -> Arc<Refresher> {
        node(&self.store, &self.provider)
    }

    pub(crate) async fn is_leased(&self) -> bool {
        let mut file = SqliteConnection::connect(&self.url).await.unwrap();
        let leases = sqlx::query("SELECT 1 FROM connections WHERE lease IS NOT NULL")
            .fetch_all(&mut file)
            .await;
        !leases.unwrap().is_empty()
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
            access: match row.state {
                State::Active(tokens) => tokens.access.secret().to_owned(),
                other => format!("{other:?}"),
            },
            presented: self.provider.presented.load(Ordering::SeqCst),
            revoked: self.provider.revoked.load(Ordering::SeqCst),
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
