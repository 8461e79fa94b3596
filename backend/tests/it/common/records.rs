//! Records to put into a store.

use std::{sync::LazyLock, time::Duration};

use domain::{
    connection::{Connection, Grant, Identity, State, Subject, Tokens},
    ids::{AttemptId, ConnectionId, SessionId},
    session::{BrowserName, NewSession, SessionToken, TokenHash},
    vault::secret::{AccessToken, RefreshToken},
};
use jiff::{SignedDuration, Timestamp};
use shared::{
    api::connection::{Context, Org},
    scope::Scopes,
};
use snyk_app::store::{
    Account, Live, NewLogin, Store, StoreError,
    lease::{Acquisition, Lease, Settlement},
};

static SCOPES: LazyLock<Scopes> = LazyLock::new(|| Scopes::parse("org.read"));
static ATTEMPT: LazyLock<AttemptId> = LazyLock::new(|| AttemptId::from_stored("a".to_owned()));

/// The time of the caller, which no lease depends on.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// Returns the time so many seconds after [`now`].
pub(crate) fn at(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

/// Returns a token pair that is issued at a time, with the tokens `name-access` and `name-refresh`.
pub(crate) fn grant_at(name: &str, issued_at: Timestamp) -> Grant {
    Grant {
        tokens: Tokens {
            access: AccessToken::new(format!("{name}-access")),
            refresh: RefreshToken::new(format!("{name}-refresh")),
        },
        access_expires_at: issued_at + SignedDuration::from_hours(1),
        refresh_expires_at: None,
        scopes: None,
    }
}

/// Returns a token pair that is issued [`now`].
pub(crate) fn grant(name: &str) -> Grant {
    grant_at(name, now())
}

pub(crate) fn org(name: &str) -> Org {
    Org {
        id: name.to_owned(),
        name: name.to_owned(),
        slug: name.to_owned(),
        group: None,
    }
}

/// Returns the subject of the bot of exactly these organizations.
pub(crate) fn bot_of(orgs: &[Org]) -> Option<Subject> {
    let bot = Identity {
        context: Some(Context::Tenant),
        user: None,
    };
    Subject::identified("https://api.example", "client", &bot, Some(orgs))
}

/// Returns an account of these organizations, complete or not.
pub(crate) fn account<'a>(
    subject: Option<&'a Subject>,
    orgs: &'a [Org],
    is_whole: bool,
) -> Account<'a> {
    Account {
        subject,
        context: subject.map(|_| Context::Tenant),
        orgs,
        is_whole,
        due_at: now() + SignedDuration::from_hours(1),
        tries: u32::from(!is_whole),
    }
}

/// Returns a new session, which begins at a time.
pub(crate) fn session(id: SessionId, now: Timestamp) -> NewSession {
    NewSession {
        id,
        token_hash: SessionToken::generate().unwrap().hash(),
        browser: BrowserName::from_stored("Firefox on Linux"),
        expires_at: now + SignedDuration::from_hours(24),
    }
}

/// Returns what is live [`now`], if it was used within a day.
pub(crate) fn live(limit: u32) -> Live {
    Live {
        now: now(),
        unused_since: now() - SignedDuration::from_hours(24),
        limit,
    }
}

/// Returns a login in a browser without earlier sessions.
pub(crate) fn login<'a>(
    connection_id: &'a ConnectionId,
    account: Account<'a>,
    grant: &'a Grant,
    session: &'a NewSession,
    now: Timestamp,
) -> NewLogin<'a> {
    NewLogin {
        connection_id,
        account,
        reconnects: None,
        scopes: &SCOPES,
        grant,
        session,
        attempt_id: &ATTEMPT,
        sibling_attempts: &[],
        earlier_sessions: &[],
        now,
    }
}

/// Stores a login, which must succeed.
pub(crate) async fn finish(store: &dyn Store, login: NewLogin<'_>) -> Connection {
    let stored = store.finish_login(login).await.unwrap();
    stored.value.unwrap()
}

/// Connects the account that `name` stands for, in a new session.
pub(crate) async fn connect(store: &dyn Store, name: &str) -> (Connection, SessionId, TokenHash) {
    let orgs = [org(name)];
    let subject = bot_of(&orgs);
    connect_what(store, name, account(subject.as_ref(), &orgs, true)).await
}

/// Connects an account, as far as it has been read, in a new session.
pub(crate) async fn connect_what(
    store: &dyn Store,
    name: &str,
    account: Account<'_>,
) -> (Connection, SessionId, TokenHash) {
    connect_in(store, name, account, SessionId::generate()).await
}

/// Connects an account in a new session of this id.
pub(crate) async fn connect_in(
    store: &dyn Store,
    name: &str,
    account: Account<'_>,
    id: SessionId,
) -> (Connection, SessionId, TokenHash) {
    let session = session(id, now());
    let connection_id = ConnectionId::from_stored(format!("{name}-{}", session.id));
    let grant = grant(name);
    let login = login(&connection_id, account, &grant, &session, now());
    let connection = finish(store, login).await;
    (connection, session.id, session.token_hash)
}

/// Acquires the lease for a refresh of `generation`. Returns `None` if it is not current.
pub(crate) async fn lease(store: &dyn Store, id: &ConnectionId, generation: u64) -> Option<Lease> {
    let lifetime = Duration::from_secs(10);
    match store.acquire_lease(id, generation, lifetime).await.unwrap() {
        Acquisition::Free(lease) | Acquisition::Abandoned(lease) => Some(lease),
        Acquisition::Held => panic!("the lease is held"),
        Acquisition::Superseded => None,
    }
}

pub(crate) async fn settle(
    store: &dyn Store,
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
pub(crate) async fn store_grant(
    store: &dyn Store,
    id: &ConnectionId,
    generation: u64,
    grant: &Grant,
    issued_at: Timestamp,
) -> Result<bool, StoreError> {
    let pair = Settlement::Pair { grant, issued_at };
    settle(store, id, generation, pair).await
}

/// Marks the connection as a refresh does whose token is rejected.
pub(crate) async fn mark_reconnect_needed(
    store: &dyn Store,
    id: &ConnectionId,
    generation: u64,
) -> Result<bool, StoreError> {
    settle(store, id, generation, Settlement::ReconnectNeeded).await
}

/// Returns the access token of a connection, or why it has none.
pub(crate) fn access_token(connection: &Connection) -> &str {
    match &connection.state {
        State::Active(tokens) => tokens.access.secret(),
        State::ReconnectNeeded => "reconnect needed",
        State::Disconnected => "disconnected",
    }
}
