//! The plans of all statements on a filled database: each finds its rows by an index.
//!
//! The server logs the plan of each statement that it runs, those of foreign keys too. So no list here
//! has to be kept up to date: what a method of the store does is checked if it is called.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{
    connection::Label,
    ids::{AttemptId, ConnectionId, EventId, RevocationId, SessionId},
    session::SessionToken,
};
use shared::api::admin::{EventKind, InstallSort, InstallStatus};
use snyk_app::{
    config::database_url::DatabaseUrl,
    store::{
        NewLogin, RateShare, SealedToken, Store, Work,
        database::{
            AdminRecords, EventGroup, EventPage, InstallPage, NewEvent, Replacement, SealedColumn,
            SealedRecords as _, Search,
        },
        lease::Settlement,
        postgres::PostgresMaintenance,
    },
};
use test_postgres::Database;

use crate::common::{
    bed::{Bed, postgres},
    records::*,
};

/// Fills the tables with `$n` rows each.
const FILL: &str = "
INSERT INTO connections (id, subject, status, orgs, scopes, connected_at, refreshed_at, generation,
        access_expires_at, refresh_expires_at, access_token, refresh_token, orgs_complete,
        orgs_read_at, orgs_due_at, orgs_tries)
    SELECT 'c' || i, 's' || i, 'active', '[]', 'org.read', i, i, 0, i, 2 * i,
        sha512(int8send(i)), sha512(int8send(i)), TRUE, i, 1700000000000 + i, 0
    FROM generate_series(1, $n) i;
INSERT INTO sessions (token_hash, id, browser, signed_in_at, last_used_at, expires_at)
    SELECT sha256(int8send(i)), 's' || i, 'a browser', i, 1800000000000 + i, 1900000000000 + i
    FROM generate_series(1, $n) i;
INSERT INTO session_connections (session_id, connection_id)
    SELECT 's' || i, 'c' || i FROM generate_series(1, $n) i;
INSERT INTO claims (attempt, ends_at)
    SELECT 'a' || i, 1900000000000 + i FROM generate_series(1, $n) i;
INSERT INTO revocations (id, refresh_token, asked_at, next_at, ends_at)
    SELECT 'r' || i, sha512(int8send(i)), i, 1900000000000 + i, 2000000000000 + i
    FROM generate_series(1, $n) i;
INSERT INTO rate_shares (connection_id, node, requests, ends_at)
    SELECT 'c' || i, 'n', 100, 1900000000000 + i FROM generate_series(1, $n) i;
UPDATE connections SET name = id, name_key = id, search_text = id, refresh_failed_at = i
    FROM generate_series(1, 9) i WHERE id = 'c' || i;
UPDATE connections SET search_text = id WHERE search_text IS NULL;
INSERT INTO events (id, at, kind, detail, connection_id, connection_name)
    SELECT '01EVENT' || lpad(i::text, 19, '0'), i, 'refreshed', '', 'c' || i, ''
    FROM generate_series(1, $n) i;
INSERT INTO changes (at, id, node, kind, record)
    SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) - 60000 + i % 10000,
        'e' || i, 'n', 'session', 's' FROM generate_series(1, $n) i;
ANALYZE;";

/// Statements that go over a table, each with the reason.
const SCANS: [(&str, &str); 3] = [
    (
        "SELECT COUNT(",
        "a command of the operator that says how much there is to do",
    ),
    (
        "SELECT (SELECT COUNT(*) FROM connections WHERE status = 'active')",
        "the totals of an administrator, which count nearly all connections",
    ),
    (
        "SELECT scopes, substr(",
        "the settings as an administrator sees them, which say what all connections were granted",
    ),
];
/// The tables that grow with the number of people.
const LARGE: [&str; 8] = [
    "connections",
    "sessions",
    "session_connections",
    "claims",
    "rate_shares",
    "revocations",
    "changes",
    "events",
];

async fn each_statement_finds_its_rows_by_an_index(rows: u32) {
    let (database, server) = postgres().await;
    let server = Arc::new(server);
    // It opens the store as a node does, and keeps it open.
    let _bed = Bed::over((database, Arc::clone(&server)), false).await;
    let server = server.server();
    server.execute(&FILL.replace("$n", &rows.to_string()));
    log_plans(server);
    // A node that opens its connections from now on.
    let store = super::node(server).await;
    use_all(&*store, server).await;
    use_administration(&*store.administration()).await;
    use_maintenance(server).await;

    let plans = plans(&server.cluster.log_of(&server.name));
    let mut scans = Vec::new();
    for (statement, plan) in &plans {
        let is_scan = plan.lines().any(|line| {
            let scanned = line.split("Seq Scan on ").nth(1);
            let table = scanned.and_then(|rest| rest.split_whitespace().next());
            table.is_some_and(|table| LARGE.contains(&table))
        });
        // It goes over a page of connections, for which a small table is read as a whole.
        let is_page = rows < 100_000 && statement.starts_with("WITH page AS");
        let is_expected = is_page || SCANS.iter().any(|(start, _)| statement.starts_with(start));
        if is_scan && !is_expected {
            scans.push(format!("{statement}\n{plan}"));
        }
    }
    assert!(scans.is_empty(), "{}", scans.join("\n"));
    // So that a server that logs nothing is no success.
    assert!(
        plans.len() >= 75,
        "only {} statements: {:?}",
        plans.len(),
        plans.keys()
    );
}

/// Returns the statements of a log, each with its plan.
fn plans(log: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in log.split("LOG:  duration: ").skip(1) {
        let Some((_, rest)) = entry.split_once("Query Text: ") else {
            continue;
        };
        // The plan begins with the first line that has a cost.
        let mut lines = rest.lines();
        let is_plan = |line: &&str| line.contains("(cost=");
        let statement: Vec<_> = lines.clone().take_while(|line| !is_plan(line)).collect();
        let plan: Vec<_> = lines.by_ref().skip(statement.len()).collect();
        found.insert(statement.join(" "), plan.join("\n"));
    }
    found
}

fn log_plans(server: &Database) {
    for (setting, value) in [
        ("session_preload_libraries", "auto_explain"),
        ("auto_explain.log_min_duration", "0"),
        ("auto_explain.log_nested_statements", "on"),
    ] {
        let name = &server.name;
        server.execute(&format!("ALTER DATABASE {name} SET {setting} = '{value}'"));
    }
}

/// Calls each method of the store, in each way that runs other statements.
async fn use_all(store: &dyn Store, server: &Database) {
    let attempts = ["a1", "a2"].map(|id| AttemptId::from_stored(id.to_owned()));
    // A login, one that replaces its session, and one beside it in the same browser.
    let (one, session_id, token) = connect(store, "one").await;
    let orgs = [org("one")];
    let subject = bot_of(&orgs);
    let again = grant("again");
    let mut last = token;
    for attempt in &attempts {
        let next = session(SessionId::generate(), now());
        let login = NewLogin {
            attempt_id: attempt,
            sibling_attempts: &attempts,
            reconnects: Some(&one.id),
            earlier_sessions: &[last],
            ..login(
                &one.id,
                account(subject.as_ref(), &orgs, true),
                &again,
                &next,
                now(),
            )
        };
        finish(store, login).await;
        last = next.token_hash;
    }
    assert!(store.is_login_stored(&attempts[0]).await.unwrap());
    let signed_in = store.session(&last).await.unwrap().unwrap().id;
    let (_, beside, _) = connect(store, "one").await;
    let sharing = store.sessions_sharing_with(&signed_in, live(9)).await;
    assert_eq!(sharing.unwrap().len(), 2);
    let ended = store.end_session_sharing_with(&signed_in, &beside).await;
    assert!(ended.unwrap().value);
    store.connections_of(&session_id).await.unwrap();
    store.authorized(&session_id, &one.id).await.unwrap();
    store.connection(&one.id).await.unwrap();
    store.touch_session(&session_id, now()).await.unwrap();
    store.due_accounts(at(9_999_999), 10).await.unwrap();
    let first = store.by_last_refresh(None, 10).await.unwrap();
    let next = store.by_last_refresh(first.last(), 10).await.unwrap();
    assert_eq!(next.len(), 10);

    // What nodes share.
    assert!(store.lead(Work::Accounts).await.unwrap());
    assert_eq!(store.extend_rate_share(&one.id, 0, 9).await.unwrap(), 9);
    for requests in [5, 0] {
        let share = RateShare {
            connection: one.id.clone(),
            requests,
        };
        store.keep_rate_shares(&[share]).await.unwrap();
    }

    // An account of another connection, and one that merges two.
    let (two, _, token_of_two) = connect_what(store, "two", account(None, &[], false)).await;
    let consent = two.consent();
    let unknown = account(None, &orgs, false);
    store.store_account(&consent, unknown, now()).await.unwrap();
    let known = account(subject.as_ref(), &orgs, true);
    let merged = store.store_account(&consent, known, now()).await.unwrap();
    assert_eq!(merged.changes.len(), 2);

    // Leases, in each outcome.
    let generation = async || store.connection(&one.id).await.unwrap().unwrap().generation;
    let next = grant("next");
    for settlement in [
        Settlement::Nothing,
        Settlement::Unknown,
        Settlement::Pair {
            grant: &next,
            issued_at: now(),
        },
        Settlement::ReconnectNeeded,
    ] {
        let lease = lease(store, &one.id, generation().await).await.unwrap();
        let lifetime = Duration::from_secs(9);
        assert!(store.renew_lease(&lease, lifetime).await.unwrap());
        assert!(store.settle_lease(lease, settlement).await.unwrap());
    }
    let lifetime = Duration::from_secs(9);
    store.acquire_lease(&one.id, 99, lifetime).await.unwrap();

    // Ends, and what follows from them.
    let id = RevocationId::generate();
    let (three, ..) = connect(store, "three").await;
    let ended = store.disconnect(&three.id, &id, now()).await.unwrap();
    let revocation = ended.revocation.unwrap();
    store
        .enqueue_revocation(Some(&three.id), &revocation, None, now())
        .await
        .unwrap();
    store.due_revocations(now(), 10).await.unwrap();
    store.postpone_revocation(&id, at(5)).await.unwrap();
    store.complete_revocation(&id).await.unwrap();
    store.remove_expired_revocations(now()).await.unwrap();
    let claimed = AttemptId::from_stored("claimed".to_owned());
    assert!(store.claim(&claimed, at(-5)).await.unwrap());
    store.end_session(&token_of_two).await.unwrap();
    store.end_session(&last).await.unwrap();
    store.sweep(now(), at(-60)).await.unwrap();
    store.sweep_orphaned(now(), at(-100)).await.unwrap();
    server.execute("UPDATE connections SET unreached_since = 1 WHERE id IN ('c1', 'c2')");
    assert!(store.sweep_orphaned(at(10), at(5)).await.unwrap() >= 1);
    store.detect_foreign_writes().await.unwrap();
    store.ping().await.unwrap();
    store.ping().await.unwrap();
}

/// Reads and changes what an administrator sees, in each way that runs other statements.
async fn use_administration(admin: &dyn AdminRecords) {
    let mut statuses = vec![None];
    statuses.extend(
        [
            InstallStatus::Active,
            InstallStatus::RefreshFailing,
            InstallStatus::ReconnectNeeded,
            InstallStatus::Disconnected,
        ]
        .map(Some),
    );
    for sort in [
        InstallSort::Name,
        InstallSort::Refreshed,
        InstallSort::Ending,
        InstallSort::Connected,
    ] {
        for status in &statuses {
            let mut page = InstallPage {
                search: None,
                status: *status,
                sort,
                after: None,
                limit: 5,
                now: now(),
                unused_since: now(),
            };
            let first = admin.installs(&page).await.unwrap();
            page.after = first.last().map(|last| last.place.clone());
            admin.installs(&page).await.unwrap();
            page.search = Some(Search {
                text: "c1".to_owned(),
                id: "C1".to_owned(),
                org: r#""id":"c1""#.to_owned(),
            });
            admin.installs(&page).await.unwrap();
            page.after = None;
            admin.installs(&page).await.unwrap();
        }
    }
    let id = ConnectionId::presented("c1");
    assert!(admin.install(&id, now(), now()).await.unwrap().is_some());
    assert!(!admin.has_pending_revocation(&id).await.unwrap());
    admin.install_totals(now()).await.unwrap();
    admin.install_groups().await.unwrap();
    assert!(admin.undescribed(50).await.unwrap().is_empty());
    let label = Label::of(None, &[]);
    admin.describe(&[(id.clone(), label)]).await.unwrap();
    admin.mark_refresh_failed(&id, 0).await.unwrap();
    let event = NewEvent {
        id: EventId::generate_at(1),
        at: now(),
        kind: EventKind::Refreshed,
        detail: String::new(),
        connection: Some(id.clone()),
        request_id: None,
    };
    admin.insert_events(&[event]).await.unwrap();
    for connection in [None, Some(id)] {
        let page = EventPage {
            kinds: Vec::new(),
            connection,
            before: EventId::last(),
            limit: 100,
        };
        assert!(!admin.events(&page).await.unwrap().is_empty());
    }
    let beyond = admin
        .last_event_beyond(EventGroup::All, 9_000)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        admin
            .delete_events(EventGroup::All, &beyond, 50)
            .await
            .unwrap(),
        50
    );
    let token = SessionToken::generate().unwrap().hash();
    assert!(admin.admin_session(&token).await.unwrap().is_none());
    assert!(!admin.end_admin_session(&token).await.unwrap());
    admin.delete_admin_sessions(now(), 50).await.unwrap();
}

async fn use_maintenance(server: &Database) {
    let DatabaseUrl::Postgres(url) = DatabaseUrl::parse(&server.url()).unwrap() else {
        panic!("it is a URL of PostgreSQL");
    };
    let database = PostgresMaintenance::open(url.options().clone()).await;
    let database = database.unwrap();
    for column in SealedColumn::ALL {
        assert!(database.count_sealed(column).await.unwrap() > 9);
        let found = database.sealed(column, Some("c5"), 10).await.unwrap();
        let replacements: Vec<_> = found
            .into_iter()
            .map(|old| Replacement {
                old,
                new: SealedToken::from_stored(vec![1]),
            })
            .collect();
        assert_eq!(replacements.len(), 10);
        let replaced = database.replace_sealed(column, &replacements).await;
        assert_eq!(replaced.unwrap(), 10);
    }
    assert!(!database.nodes().await.unwrap().is_empty());
}

#[tokio::test]
async fn no_statement_scans_a_table_of_ten_thousand_rows() {
    each_statement_finds_its_rows_by_an_index(10_000).await;
}

#[tokio::test]
#[ignore = "takes minutes: `cargo xtask test --only rust --ignored`"]
async fn no_statement_scans_a_table_of_a_million_rows() {
    each_statement_finds_its_rows_by_an_index(1_000_000).await;
}
