//! The contract of the store's port: one suite for each store, for the SQLite file alone and with a
//! cache in front of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{sync::Arc, time::Duration};

use domain::{
    connection::{Connection, Consent, Grant, Identity, State, Subject, Tokens},
    ids::{AttemptId, ConnectionId, RevocationId, SessionId},
    session::{NewSession, SessionToken, TokenHash},
    vault::{
        Vault,
        secret::{AccessToken, RefreshToken},
    },
};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use shared::{
    api::connection::{Context, Org},
    scope::Scopes,
};
use snyk_app::store::{
    Account, ConnectionStore as _, NewLogin, Revocation, RevocationStore as _, SessionStore as _,
    Store, StoreError,
    cache::CachedStore,
    lease::{Acquisition, Lease, LeaseStore as _, Settlement},
    sealer::Sealer,
    sqlite::SqliteStore,
};
use sqlx::Connection as _;

#[path = "store/accounts.rs"]
mod accounts;
#[path = "store/cache.rs"]
mod cache;
#[path = "store/fixture.rs"]
mod fixture;
#[path = "store/revocations.rs"]
mod revocations;
#[path = "store/sealed.rs"]
mod sealed;
#[path = "store/sweeps.rs"]
mod sweeps;

/// A store, and its file.
struct Bed<S> {
    store: S,
    file: Arc<SqliteStore>,
    folder: tempfile::TempDir,
}

async fn sqlite() -> Bed<Arc<SqliteStore>> {
    let folder = tempfile::tempdir().unwrap();
    let secret = SecretString::from("0123456789abcdef0123456789abcdef");
    let vault = Arc::new(Vault::new(&secret, &[]));
    let path = folder.path().join("app.db");
    let file = Arc::new(SqliteStore::open(&path, vault).await.unwrap());
    Bed {
        store: Arc::clone(&file),
        file,
        folder,
    }
}

async fn cached() -> Bed<CachedStore<SqliteStore>> {
    let Bed { file, folder, .. } = sqlite().await;
    Bed {
        store: CachedStore::new(Arc::clone(&file)),
        file,
        folder,
    }
}

/// Returns a sealer with the key of every store here.
fn sealer() -> Sealer {
    let secret = SecretString::from("0123456789abcdef0123456789abcdef");
    Sealer::new(Arc::new(Vault::new(&secret, &[])))
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn grant(name: &str) -> Grant {
    Grant {
        tokens: Tokens {
            access: AccessToken::new(format!("{name}-access")),
            refresh: RefreshToken::new(format!("{name}-refresh")),
        },
        access_expires_at: now() + SignedDuration::from_hours(1),
        refresh_expires_at: None,
        scopes: None,
    }
}

fn org(name: &str) -> Org {
    Org {
        id: name.to_owned(),
        name: name.to_owned(),
        slug: name.to_owned(),
    }
}

/// Returns the subject of the bot of exactly these organizations.
fn bot_of(orgs: &[Org]) -> Option<Subject> {
    let bot = Identity {
        context: Some(Context::Tenant),
        user: None,
    };
    Subject::identified("https://api.example", "client", &bot, Some(orgs))
}

/// Returns an account of these organizations, complete or not.
fn account<'a>(subject: Option<&'a Subject>, orgs: &'a [Org], is_whole: bool) -> Account<'a> {
    Account {
        subject,
        context: subject.map(|_| Context::Tenant),
        orgs,
        is_whole,
        due_at: now() + SignedDuration::from_hours(1),
        tries: u32::from(!is_whole),
    }
}

/// Connects the account that `name` stands for, in a new session.
async fn connect(store: &impl Store, name: &str) -> (Connection, SessionId, TokenHash) {
    let orgs = [org(name)];
    let subject = bot_of(&orgs);
    connect_what(store, name, account(subject.as_ref(), &orgs, true)).await
}

/// Connects an account, as far as it has been read, in a new session.
async fn connect_what(
    store: &impl Store,
    name: &str,
    account: Account<'_>,
) -> (Connection, SessionId, TokenHash) {
    connect_in(store, name, account, SessionId::generate()).await
}

/// Connects an account in a new session of this id.
async fn connect_in(
    store: &impl Store,
    name: &str,
    account: Account<'_>,
    id: SessionId,
) -> (Connection, SessionId, TokenHash) {
    let session = NewSession {
        id,
        token_hash: SessionToken::generate().unwrap().hash(),
        browser: "a browser".to_owned(),
        expires_at: now() + SignedDuration::from_hours(24),
    };
    let connection = store
        .finish_login(NewLogin {
            connection_id: &ConnectionId::from_stored(format!("{name}-{}", session.id)),
            account,
            reconnects: None,
            scopes: &Scopes::parse("org.read"),
            grant: &grant(name),
            session: &session,
            attempt_id: &AttemptId::from_stored("attempt".to_owned()),
            sibling_attempts: &[],
            earlier_sessions: &[],
            now: now(),
        })
        .await
        .unwrap()
        .value
        .unwrap();
    (connection, session.id, session.token_hash)
}

/// Acquires the lease for a refresh of `generation`. Returns `None` if it is not current.
async fn lease(store: &impl Store, id: &ConnectionId, generation: u64) -> Option<Lease> {
    let lifetime = Duration::from_secs(10);
    match store.acquire_lease(id, generation, lifetime).await.unwrap() {
        Acquisition::Free(lease) | Acquisition::Abandoned(lease) => Some(lease),
        Acquisition::Held => panic!("the lease is held"),
        Acquisition::Superseded => None,
    }
}

async fn settle(
    store: &impl Store,
    id: &ConnectionId,
    generation: u64,
    settlement: Settlement<'_>,
) -> Result<bool, StoreError> {
    match lease(store, id, generation).await {
        Some(lease) => {
            let settled = store.settle_lease(lease, settlement).await;
            settled.map_err(|error| error.cause)
        }
        None => Ok(false),
    }
}

/// Replaces the pair of `generation` as a refresh does.
async fn store_grant(
    store: &impl Store,
    id: &ConnectionId,
    generation: u64,
    grant: &Grant,
    issued_at: Timestamp,
) -> Result<bool, StoreError> {
    let pair = Settlement::Pair { grant, issued_at };
    settle(store, id, generation, pair).await
}

/// Marks the connection as a refresh does whose token is rejected.
async fn mark_reconnect_needed(
    store: &impl Store,
    id: &ConnectionId,
    generation: u64,
) -> Result<bool, StoreError> {
    settle(store, id, generation, Settlement::ReconnectNeeded).await
}

fn access_token(connection: &Connection) -> &str {
    match &connection.state {
        State::Active(tokens) => tokens.access.secret(),
        State::ReconnectNeeded => "reconnect needed",
        State::Disconnected => "disconnected",
    }
}

async fn keeps_the_contract(store: &impl Store) {
    let (one, session, token) = connect(store, "one").await;
    let (two, other_session, _) = connect(store, "two").await;
    let authorized =
        async |session: &SessionId, id: &ConnectionId| store.authorized(session, id).await.unwrap();

    // Read twice, so that the second read can come from a cache.
    for _ in 0..2 {
        assert_eq!(store.session(&token).await.unwrap().unwrap().id, session);
        let connection = authorized(&session, &one.id).await.unwrap();
        assert_eq!(access_token(&connection), "one-access");
        assert!(
            authorized(&session, &two.id).await.is_none(),
            "a connection of another session"
        );
        assert!(authorized(&other_session, &one.id).await.is_none());
        assert!(
            authorized(&session, &ConnectionId::presented("unknown"))
                .await
                .is_none()
        );
    }

    // A new pair is visible at once, and only if its generation is the next one.
    let stored = store_grant(store, &one.id, 0, &grant("next"), now()).await;
    assert!(stored.unwrap());
    let connection = authorized(&session, &one.id).await.unwrap();
    assert_eq!(
        (connection.generation, access_token(&connection)),
        (1, "next-access")
    );
    let late = store_grant(store, &one.id, 0, &grant("late"), now()).await;
    assert!(!late.unwrap());
    let connection = authorized(&session, &one.id).await.unwrap();
    assert_eq!(access_token(&connection), "next-access");

    // A use is recorded.
    let later = now() + SignedDuration::from_hours(5);
    store.touch_session(&session, later).await.unwrap();
    let used = store.session(&token).await.unwrap().unwrap();
    assert_eq!(used.last_used_at, later);

    // The same subject connected in another browser: both sessions get the later pair.
    let (again, third_session, _) = connect(store, "one").await;
    assert_eq!((&again.id, again.generation), (&one.id, 2));
    for session in [&session, &third_session] {
        let connection = authorized(session, &one.id).await.unwrap();
        assert_eq!(access_token(&connection), "one-access");
    }

    // Rejected tokens are erased at once.
    assert!(mark_reconnect_needed(store, &one.id, 2).await.unwrap());
    let connection = authorized(&session, &one.id).await.unwrap();
    assert_eq!(access_token(&connection), "reconnect needed");

    // A session that has ended has no connections and cannot be found.
    store.end_session(&token).await.unwrap();
    assert!(store.session(&token).await.unwrap().is_none());
    assert!(authorized(&session, &one.id).await.is_none());
    assert!(authorized(&third_session, &one.id).await.is_some());

    // No session is authorized for a disconnected connection.
    let two_before = authorized(&other_session, &two.id).await.unwrap();
    assert_eq!(access_token(&two_before), "two-access");
    let revocation = store
        .disconnect(&two.id, &RevocationId::generate(), now())
        .await;
    assert!(revocation.unwrap().revocation.is_some());
    assert!(authorized(&other_session, &two.id).await.is_none());
}

#[tokio::test]
async fn the_file_keeps_the_contract() {
    keeps_the_contract(&*sqlite().await.store).await;
    accounts::stores_accounts(&*sqlite().await.store).await;
}

#[tokio::test]
async fn the_cache_keeps_the_contract() {
    keeps_the_contract(&cached().await.store).await;
    accounts::stores_accounts(&cached().await.store).await;
}

#[tokio::test]
async fn what_an_earlier_version_stored_is_known_again() {
    let Bed {
        store,
        file,
        folder,
    } = sqlite().await;
    let (connection, ..) = connect(&*store, "one").await;
    drop(store);
    file.close().await;
    drop(file);
    let url = format!("sqlite://{}", folder.path().join("app.db").display());
    let mut earlier = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("UPDATE connections SET subject = 'https://api.example client bot of one'")
        .execute(&mut earlier)
        .await
        .unwrap();
    earlier.close().await.unwrap();
    let secret = SecretString::from("0123456789abcdef0123456789abcdef");
    let vault = Arc::new(Vault::new(&secret, &[]));
    let path = folder.path().join("app.db");
    let store = SqliteStore::open(&path, vault).await.unwrap();
    let (again, ..) = connect(&store, "one").await;
    assert_eq!((&again.id, again.generation), (&connection.id, 1));
}

#[tokio::test]
async fn a_cached_read_costs_no_query() {
    let bed = cached().await;
    let (connection, session, token) = connect(&bed.store, "one").await;
    let lease = lease(&bed.store, &connection.id, 0).await.unwrap();
    for asked_before in [true, false] {
        if !asked_before {
            // From here on every query fails.
            bed.file.close().await;
        }
        assert!(bed.store.session(&token).await.unwrap().is_some());
        let authorized = bed
            .store
            .authorized(&session, &connection.id)
            .await
            .unwrap();
        assert_eq!(access_token(&authorized.unwrap()), "one-access");
    }
    // Reads that are never cached: the owner of a lease gets the current state or an error.
    assert!(bed.store.connection(&connection.id).await.is_err());
    assert!(bed.store.connections_of(&session).await.is_err());
    // A failed write may have taken effect: nothing is cached after it.
    assert!(
        bed.store
            .settle_lease(lease, Settlement::ReconnectNeeded)
            .await
            .is_err()
    );
    assert!(
        bed.store
            .authorized(&session, &connection.id)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn sec_46_a_row_that_does_not_open_is_alone_in_it() {
    let bed = sqlite().await;
    let store = &*bed.store;
    let (one, session, _) = connect(store, "one").await;
    let (two, other_session, _) = connect(store, "two").await;
    // Move the token of one row into the other.
    let url = format!("sqlite://{}", bed.folder.path().join("app.db").display());
    let mut file = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query(
        "UPDATE connections SET access_token = \
             (SELECT access_token FROM connections WHERE id = $1) WHERE id = $2",
    )
    .bind(two.id.as_str())
    .bind(one.id.as_str())
    .execute(&mut file)
    .await
    .unwrap();

    let mut all = store.connections_of(&session).await.unwrap();
    let opened = sealer().open(all.remove(0));
    assert_eq!(access_token(&opened), "reconnect needed");
    let authorized = store.authorized(&session, &one.id).await.unwrap().unwrap();
    assert_eq!(access_token(&authorized), "reconnect needed");
    let authorized = store.authorized(&other_session, &two.id).await.unwrap();
    assert_eq!(access_token(&authorized.unwrap()), "two-access");
    // It can be disconnected, and it can be reconnected.
    let (again, ..) = connect(store, "one").await;
    assert_eq!((&again.id, access_token(&again)), (&one.id, "one-access"));
    let ended = store
        .disconnect(&one.id, &RevocationId::generate(), now())
        .await
        .unwrap();
    assert!(!ended.more_may_live);
    assert_eq!(store.due_revocations(now(), 9).await.unwrap().len(), 1);
}
