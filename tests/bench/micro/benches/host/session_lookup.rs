//! The look-ups that admit a proxied request: the session of a cookie, and the connection that it
//! is authorized for, with both in the cache, and without a cache.

use std::sync::Arc;

use criterion::Criterion;
use domain::{
    connection::{Grant, Tokens},
    ids::{AttemptId, ConnectionId, SessionId},
    session::{BrowserName, NewSession, SessionToken, TokenHash},
    vault::{
        Vault,
        secret::{AccessToken, RefreshToken},
    },
};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use shared::{api::connection::Org, scope::Scopes};
use snyk_app::store::{
    Account, NewLogin, Store, cache::CachedStore, repository::Repository, sqlite::SqliteDatabase,
};
use tokio::runtime::Runtime;

pub(crate) fn all(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let secret = SecretString::from("0123456789abcdef0123456789abcdef");
    let database = Arc::new(runtime.block_on(SqliteDatabase::open(&path)).unwrap());
    let vault = Arc::new(Vault::new(&secret, &[]));
    let opened = runtime.block_on(Repository::open(Arc::clone(&database), vault));
    let uncached = Arc::new(opened.unwrap());
    let cached = CachedStore::new(Arc::clone(&uncached));
    let connection = ConnectionId::generate();
    let token = runtime.block_on(sign_in(&cached, &connection));
    let mut group = criterion.benchmark_group("session_lookup");
    group.bench_function("cached", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| admit(&cached, &token, &connection));
    });
    group.bench_function("from SQLite", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| admit(&*uncached, &token, &connection));
    });
    group.finish();
    runtime.block_on(database.close());
}

/// Looks up what a request needs, and fails without it.
async fn admit(store: &impl Store, token: &TokenHash, connection: &ConnectionId) {
    let session = store.session(token).await.unwrap().unwrap();
    let authorized = store.authorized(&session.id, connection).await.unwrap();
    authorized.unwrap();
}

async fn sign_in(store: &impl Store, connection: &ConnectionId) -> TokenHash {
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let in_an_hour = now + SignedDuration::from_hours(1);
    let orgs = [Org {
        id: "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11".to_owned(),
        name: "Acme".to_owned(),
        slug: "acme".to_owned(),
        group: None,
    }];
    let session = NewSession {
        id: SessionId::generate(),
        token_hash: SessionToken::generate().unwrap().hash(),
        browser: BrowserName::from_stored("Chrome on Linux"),
        expires_at: in_an_hour,
    };
    let grant = Grant {
        tokens: Tokens {
            access: AccessToken::new("a".repeat(800)),
            refresh: RefreshToken::new("r".repeat(64)),
        },
        access_expires_at: in_an_hour,
        refresh_expires_at: None,
        scopes: None,
    };
    let login = NewLogin {
        connection_id: connection,
        account: Account {
            subject: None,
            context: None,
            orgs: &orgs,
            is_whole: true,
            due_at: in_an_hour,
            tries: 0,
        },
        reconnects: None,
        scopes: &Scopes::parse("org.read"),
        grant: &grant,
        session: &session,
        attempt_id: &AttemptId::from_stored("attempt".to_owned()),
        sibling_attempts: &[],
        earlier_sessions: &[],
        now,
    };
    let stored = store.finish_login(login).await.unwrap();
    stored.value.unwrap();
    session.token_hash
}
