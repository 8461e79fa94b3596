//! A server that is killed or paused in the middle of a refresh, beside one that goes on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_postgres::Database;
use tests::{
    Bed,
    client::{Answer, Client},
};
use tokio::task::JoinHandle;

use super::{
    call_path,
    nodes::{at, second_server},
    refresh,
};

/// How long a lease lives after the last sign of its owner, and what the rest of a call may take.
const LEASE_LIFETIME: Duration = Duration::from_secs(10);
const REST: Duration = Duration::from_secs(4);

/// Delays the token answers of the sandbox: before or after it has issued the pair.
async fn delay_refreshes(bed: &Bed, when: &str) {
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "times": 1,
            "fault": { "kind": "delay", "ms": 1_000, "when": when } }))
        .await;
}

/// Starts a call that needs a new token, and returns when the token request has arrived.
async fn in_mid_refresh(bed: &Bed, browser: &Client, path: &str) -> JoinHandle<()> {
    bed.sandbox.expire_access_tokens().await;
    let before = bed.sandbox.seen("/oauth2/token").await;
    let request = browser.request(reqwest::Method::GET, path);
    // It breaks off if the server is killed.
    let mut browser = browser.clone();
    let call = tokio::spawn(async move {
        let _ = browser.try_send(request).await;
    });
    let began = Instant::now();
    while bed.sandbox.seen("/oauth2/token").await == before {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "no refresh begins"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    call
}

async fn timed_get(browser: &mut Client, path: &str) -> (Answer, Duration) {
    let began = Instant::now();
    let answer = browser.get(path).await;
    (answer, began.elapsed())
}

async fn generation(browser: &mut Client) -> Value {
    browser.connections().await.remove(0)["generation"].clone()
}

#[tokio::test]
async fn rel_3_a_server_that_is_killed_with_the_lease_holds_the_other_up_for_its_lifetime_at_most()
{
    let database = Database::create();
    let url = database.url();
    let mut bed = Bed::with(&["--rotation", "grace:60"], &[("DATABASE_URL", &url)]).await;
    let second = second_server(&bed, &database).await;
    let (browser, connection) = bed.connected().await;
    let path = call_path(&connection);
    let mut other = at(&second, &browser);
    for (round, when) in (1..).zip(["before", "after"]) {
        delay_refreshes(&bed, when).await;
        let call = in_mid_refresh(&bed, &browser, &path).await;
        bed.app.kill();
        call.await.unwrap();
        let (answer, waited) = timed_get(&mut other, &path).await;
        assert_eq!(answer.status, 200, "{when}: {}", answer.text);
        assert!(waited < LEASE_LIFETIME + REST, "{when}: {waited:?}");
        assert_eq!(generation(&mut other).await, round, "{when}");
        println!("killed {when} the exchange: the other one waited {waited:?}");
        bed.sandbox.heal().await;
        bed.app.start_again(&[]).await;
    }
    assert_eq!(browser.clone().get(&path).await.status, 200);
}

/// The pair that a paused server was waiting for is stored when it goes on, if nobody else has refreshed.
#[tokio::test]
async fn rel_3_a_server_that_is_paused_for_longer_than_its_lease_stores_its_pair_late() {
    let database = Database::create();
    let bed = super::bed(&database).await;
    let second = second_server(&bed, &database).await;
    let (browser, connection) = bed.connected().await;
    let path = call_path(&connection);
    delay_refreshes(&bed, "after").await;
    let call = in_mid_refresh(&bed, &browser, &path).await;
    bed.app.signal("STOP");
    tokio::time::sleep(LEASE_LIFETIME + Duration::from_secs(2)).await;
    bed.app.signal("CONT");
    call.await.unwrap();
    let mut other = at(&second, &browser);
    assert_eq!(other.get(&path).await.status, 200);
    assert_eq!(generation(&mut other).await, 1);
    assert_eq!(refresh(&mut other, &connection).await["generation"], 2);
    assert_eq!(bed.sandbox.count("reuses").await, 0);
    assert_eq!(bed.sandbox.count("revocations").await, 0);
}

/// If another one has refreshed meanwhile, the late pair replaces nothing.
#[tokio::test]
async fn rel_3_a_server_that_was_overtaken_while_it_was_paused_replaces_nothing() {
    let database = Database::create();
    let url = database.url();
    let bed = Bed::with(&["--rotation", "grace:60"], &[("DATABASE_URL", &url)]).await;
    let second = second_server(&bed, &database).await;
    let (browser, connection) = bed.connected().await;
    let path = call_path(&connection);
    let mut other = at(&second, &browser);
    delay_refreshes(&bed, "after").await;
    let call = in_mid_refresh(&bed, &browser, &path).await;
    bed.app.signal("STOP");
    let (answer, waited) = timed_get(&mut other, &path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(waited < LEASE_LIFETIME + REST, "{waited:?}");
    println!("paused: the other one waited {waited:?}");
    let pair = "SELECT generation::text || encode(refresh_token, 'hex') FROM connections";
    let stored = database.query(pair);
    bed.app.signal("CONT");
    call.await.unwrap();
    assert_eq!(browser.clone().get(&path).await.status, 200);
    assert_eq!(database.query(pair), stored);
    assert_eq!(bed.sandbox.count("revocations").await, 0);
    assert_eq!(refresh(&mut other, &connection).await["generation"], 2);
    assert_eq!(browser.clone().get(&path).await.status, 200);
}
