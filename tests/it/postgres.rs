//! The app on PostgreSQL: one server, its commands beside it, and two servers on one database.

mod commits;
mod failover;
mod failures;
mod move_store;
mod nodes;
mod outage;
mod upkeep;

use std::time::Duration;

use serde_json::{Value, json};
use test_postgres::{Database, PASSWORD, Pooler};
use tests::{Bed, app::ENCRYPTION_SECRET, client::Client, command};

/// Starts a server on a new database, at a sandbox that accepts each refresh token once.
async fn bed(database: &Database) -> Bed {
    let url = database.url();
    Bed::with(&["--rotation", "strict"], &[("DATABASE_URL", &url)]).await
}

/// Returns the path of a call at Snyk with a connection.
fn call_path(connection: &Value) -> String {
    let id = connection["id"].as_str().unwrap();
    format!("/api/connections/{id}/snyk/rest/self")
}

async fn refresh(browser: &mut Client, connection: &Value) -> Value {
    let path = format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    );
    let answer = browser.post(&path, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    browser.connections().await.remove(0)
}

#[tokio::test]
async fn a_connection_lives_through_calls_refreshes_and_restarts() {
    let database = Database::create();
    let mut bed = bed(&database).await;
    let (mut browser, connection) = bed.connected().await;
    let path = call_path(&connection);
    assert_eq!(browser.get(&path).await.status, 200);
    assert_eq!(refresh(&mut browser, &connection).await["generation"], 1);

    // A killed server and one that stopped leave the same behind: everything.
    bed.app.start_again(&[]).await;
    assert_eq!(browser.get(&path).await.status, 200);
    assert_eq!(bed.app.stop(), Some(0));
    // Only the one that stopped could say so.
    assert_eq!(database.query("SELECT COUNT(*) FROM nodes"), ["1"]);
    bed.app.start_again(&[]).await;
    assert_eq!(refresh(&mut browser, &connection).await["generation"], 2);
    assert_eq!(bed.sandbox.count("reuses").await, 0);

    // The database has tokens sealed only.
    let tokens = "SELECT encode(access_token, 'escape') || encode(refresh_token, 'escape') \
                  FROM connections";
    let tokens = database.query(tokens);
    assert!(!tokens.is_empty());
    for secret in bed.sandbox.secrets().await {
        let is_open = tokens.iter().any(|tokens| tokens.contains(&secret));
        assert!(!is_open, "a token in the open");
    }

    let disconnected = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    assert_eq!(browser.delete(&disconnected).await.status, 204);
    assert_eq!(browser.delete("/api/session").await.status, 204);
    assert_eq!(browser.get(&path).await.status, 401);

    // The log is at its most detailed level here.
    let output = bed.app.output();
    for secret in [PASSWORD, ENCRYPTION_SECRET] {
        assert!(!output.contains(secret), "{secret}");
    }
}

/// The session and the token of a call are cached: neither is asked for, nor is anything else.
#[tokio::test]
async fn a_call_whose_session_and_token_are_cached_costs_no_query() {
    let database = Database::create();
    let mut bed = bed(&database).await;
    let (mut browser, connection) = bed.connected().await;
    let path = call_path(&connection);
    let log = format!("ALTER DATABASE {} SET log_statement = 'all'", database.name);
    database.execute(&log);
    // Its connections log their statements.
    bed.app.start_again(&[]).await;
    // The first use of the session is written down a moment later, and the session read once more.
    for _ in 0..2 {
        assert_eq!(browser.get(&path).await.status, 200);
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert_eq!(browser.get(&path).await.status, 200);
    let queries = || {
        let log = database.cluster.log_of(&database.name);
        let of_a_call = ["token_hash = ANY", "JOIN session_connections"];
        let is_of_a_call = |line: &&str| of_a_call.iter().any(|words| line.contains(words));
        log.lines().filter(is_of_a_call).count()
    };
    let before = queries();
    assert!(before > 0, "the first call is logged");
    for _ in 0..200 {
        assert_eq!(browser.get(&path).await.status, 200);
    }
    assert_eq!(queries(), before);
}

#[tokio::test]
async fn commands_run_beside_the_server() {
    let database = Database::create();
    let bed = bed(&database).await;
    let (mut browser, connection) = bed.connected().await;

    let doctor = command::finish(bed.app.command(&["doctor"], &[])).await;
    let output = doctor.output();
    for words in [
        "opens and can be written",
        "They are those of this version",
        "has the same ENCRYPTION_SECRET",
        "decrypts all of the 2 encrypted values",
    ] {
        assert!(output.contains(words), "{words}: {output}");
    }
    assert!(!output.contains(PASSWORD), "{output}");

    let rotate = ["rotate-encryption", "--json"];
    let new = [
        (
            "ENCRYPTION_SECRET",
            "canary-new-secret-7d0e1f2a3b4c5d6e7f80",
        ),
        ("ENCRYPTION_SECRET_PREVIOUS", ENCRYPTION_SECRET),
    ];
    let refused = command::finish(bed.app.command(&rotate, &new)).await;
    assert_eq!(
        refused.code,
        Some(1),
        "the server lacks the key: {}",
        refused.output()
    );
    let mut bed = bed;
    // One that is killed counts as running for half a minute.
    assert_eq!(bed.app.stop(), Some(0));
    bed.app.start_again(&new).await;
    let rotated = command::finish(bed.app.command(&rotate, &new)).await;
    assert_eq!(rotated.code, Some(0), "{}", rotated.output());
    bed.app
        .start_again(&[new[0], ("ENCRYPTION_SECRET_PREVIOUS", "")])
        .await;
    assert_eq!(refresh(&mut browser, &connection).await["generation"], 1);
    assert_eq!(browser.get(&call_path(&connection)).await.status, 200);
}

/// What an operator is told if the server cannot use the database, without the password.
#[tokio::test]
async fn a_database_that_cannot_be_used_is_named_with_what_to_do() {
    let database = Database::create();
    let bed = bed(&database).await;
    let url = database.url();
    let name = &database.name;
    let pooler = Pooler::start(&database);
    for (url, words) in [
        (
            url.replace("canary-", "wrong-canary-"),
            "check user and password",
        ),
        (
            pooler.url(&database).replace("canary-", "wrong-canary-"),
            "check user, password and database",
        ),
        (url.replace(name, "nowhere"), "createdb"),
        (
            url.replace(&format!(":{}/", database.cluster.port), ":1/"),
            "check that it runs",
        ),
        (
            format!("{url}?sslmode=verify-full"),
            "check sslmode and sslrootcert",
        ),
        (
            format!("{url}?sslmode=canary"),
            "sslmode that is not one of",
        ),
        (format!("{url}#canary"), "%23"),
    ] {
        let (code, output) = bed.app.run_to_end(&[("DATABASE_URL", &url)]);
        assert_eq!(code, Some(1), "{words}: {output}");
        assert!(output.contains(words), "{words}: {output}");
        assert!(!output.contains("canary"), "{output}");
    }
}

#[tokio::test]
async fn the_certificate_of_the_server_is_verified_by_sslrootcert() {
    let database = Database::create();
    let certificate = database.cluster.certificate();
    // It is the certificate of `localhost`, and its own authority.
    let url = database.url().replace("127.0.0.1", "localhost");
    let url = format!(
        "{url}?sslmode=verify-full&sslrootcert={}",
        certificate.display()
    );
    let bed = Bed::with(&[], &[("DATABASE_URL", &url)]).await;
    let (mut browser, connection) = bed.connected().await;
    assert_eq!(browser.get(&call_path(&connection)).await.status, 200);
    let encrypted = database.query(
        "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = 'snyk-app' AND datname = current_database()",
    );
    assert_eq!(encrypted, ["t"]);
}
