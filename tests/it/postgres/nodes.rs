//! Two servers on one database.

use std::time::{Duration, Instant};

use test_postgres::Database;
use tests::{Bed, app::App, client::Client, free_port};

use super::{bed, call_path};

/// The second of two servers.
pub(super) async fn second_server(bed: &Bed, database: &Database) -> App {
    let url = database.url();
    App::start(free_port(), &bed.sandbox.url, &[("DATABASE_URL", &url)]).await
}

/// Returns the browser at another server behind the same name.
pub(super) fn at(app: &App, browser: &Client) -> Client {
    let mut other = Client::new(&app.url);
    other.cookies.clone_from(&browser.cookies);
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_40_two_hundred_calls_over_two_servers_on_a_dead_token_are_one_refresh() {
    let database = Database::create();
    let bed = bed(&database).await;
    let second = second_server(&bed, &database).await;
    let (browser, connection) = bed.connected().await;
    let path = call_path(&connection);
    let browsers = [browser.clone(), at(&second, &browser)];
    for round in 1..=10 {
        bed.sandbox.expire_access_tokens().await;
        let calls: Vec<_> = (0..200)
            .map(|number| {
                let (mut browser, path) = (browsers[number % 2].clone(), path.clone());
                tokio::spawn(async move { browser.get(&path).await })
            })
            .collect();
        for call in calls {
            let answer = call.await.unwrap();
            assert_eq!(answer.status, 200, "round {round}: {}", answer.text);
        }
        assert_eq!(bed.sandbox.count("token_refresh").await, round);
    }
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

#[tokio::test]
async fn a_sign_out_and_a_disconnect_hold_on_the_other_server_within_a_second() {
    let database = Database::create();
    let bed = bed(&database).await;
    let second = second_server(&bed, &database).await;
    let mut longest = Duration::ZERO;
    for round in 0..10 {
        let (mut browser, connection) = bed.connected().await;
        let mut other = at(&second, &browser);
        let path = call_path(&connection);
        // Cached there from now on.
        assert_eq!(other.get(&path).await.status, 200);
        let (ends, expected) = if round % 2 == 0 {
            ("/api/session".to_owned(), 401)
        } else {
            let id = connection["id"].as_str().unwrap();
            (format!("/api/connections/{id}"), 404)
        };
        assert_eq!(browser.delete(&ends).await.status, 204);
        let ended_at = Instant::now();
        loop {
            let status = other.get(&path).await.status;
            if status == expected {
                break;
            }
            // A session that was read before it ended reaches nothing any more.
            assert!(matches!(status, 200 | 404), "{status}");
            assert!(ended_at.elapsed() < Duration::from_secs(1), "{ends}");
        }
        longest = longest.max(ended_at.elapsed());
    }
    println!("noticed on the other server after {longest:?} at most");
}

/// PostgreSQL refuses a text with a NUL, which is no failure of the database.
#[tokio::test]
async fn an_id_that_the_database_would_refuse_is_unknown() {
    let database = Database::create();
    let bed = bed(&database).await;
    let (mut mine, connection) = bed.connected().await;
    for id in ["%00", "a%00b", "%ED%A0%80"] {
        let ended = mine.delete(&format!("/api/sessions/{id}")).await;
        assert_eq!(ended.status, 404, "{id}: {}", ended.text);
        for path in ["", "/snyk/rest/self"] {
            let read = mine.get(&format!("/api/connections/{id}{path}")).await;
            assert_eq!(read.status, 404, "{id}: {}", read.text);
        }
    }
    assert_eq!(mine.get(&call_path(&connection)).await.status, 200);
}

#[tokio::test]
async fn sec_28_a_browser_that_another_one_ends_is_out_on_the_other_server_within_a_second() {
    let database = Database::create();
    let bed = bed(&database).await;
    let second = second_server(&bed, &database).await;
    let (mut mine, connection) = bed.connected().await;
    let path = call_path(&connection);
    let mut longest = Duration::ZERO;
    for _ in 0..5 {
        let (browser, _) = bed.connected().await;
        let mut other = at(&second, &browser);
        // Cached there from now on.
        assert_eq!(other.get(&path).await.status, 200);
        let sessions = mine.get("/api/sessions").await.json()["sessions"].clone();
        assert_eq!(sessions.as_array().unwrap().len(), 2);
        assert_eq!(sessions[1]["current"], false);
        let id = sessions[1]["id"].as_str().unwrap();
        let ended = mine.delete(&format!("/api/sessions/{id}")).await;
        assert_eq!(ended.status, 204, "{}", ended.text);
        let ended_at = Instant::now();
        loop {
            let status = other.get(&path).await.status;
            if status == 401 {
                break;
            }
            // A session that was read before it ended reaches nothing any more.
            assert!(matches!(status, 200 | 404), "{status}");
            assert!(ended_at.elapsed() < Duration::from_secs(1), "still in");
        }
        longest = longest.max(ended_at.elapsed());
        assert_eq!(mine.get(&path).await.status, 200, "the connection stays");
    }
    println!("noticed on the other server after {longest:?} at most");
}
