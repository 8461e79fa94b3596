//! A database that stops and starts under load.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use test_postgres::{Cluster, Database, Stop};
use tests::{Bed, app::App, client::Client};
use tokio::task::JoinHandle;

use super::{
    bed, call_path,
    nodes::{at, second_server},
    refresh,
};

const PEOPLE: usize = 6;

/// Reads and refreshes until the end, and counts the statuses.
async fn load(mut browser: Client, path: String, is_over: Arc<AtomicBool>) -> BTreeMap<u16, usize> {
    let refresh = path.replace("/snyk/rest/self", "/refresh");
    let mut statuses = BTreeMap::new();
    while !is_over.load(Ordering::Relaxed) {
        for answer in [
            browser.get(&path).await,
            browser.get("/api/session").await,
            browser.post(&refresh, &json!({})).await,
        ] {
            *statuses.entry(answer.status).or_default() += 1;
            let is_expected = matches!(answer.status, 200 | 503);
            assert!(is_expected, "{}: {}", answer.status, answer.text);
        }
    }
    statuses
}

/// Waits until a server says that it is ready, or that it is not.
pub(super) async fn becomes(app: &App, status: u16, within: Duration) -> Duration {
    let began = Instant::now();
    let mut probe = Client::new(&app.url);
    while probe.get("/readyz").await.status != status {
        assert!(began.elapsed() < within, "not {status} after {within:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    began.elapsed()
}

/// Refreshes until the pair is newer. A server that has not heard of the last refresh by another one a
/// moment ago takes that one's pair for the new one.
async fn becomes_newer(browser: &mut Client, connection: &Value) {
    let generation = |connection: &Value| connection["generation"].as_u64().unwrap();
    let before = generation(&browser.connections().await[0]);
    let began = Instant::now();
    while generation(&refresh(browser, connection).await) <= before {
        assert!(began.elapsed() < Duration::from_secs(5), "no new pair");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Connects some people, each at one of two servers.
pub(super) async fn people_at(bed: &Bed, second: &App) -> Vec<(Client, Value)> {
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let (browser, connection) = bed.connected().await;
        let server = [&bed.app, second][number % 2];
        people.push((at(server, &browser), connection));
    }
    people
}

/// Starts the load of all people.
pub(super) fn start_load(
    people: &[(Client, Value)],
    is_over: &Arc<AtomicBool>,
) -> Vec<JoinHandle<BTreeMap<u16, usize>>> {
    let start = |(browser, connection): &(Client, Value)| {
        let load = load(browser.clone(), call_path(connection), Arc::clone(is_over));
        tokio::spawn(load)
    };
    people.iter().map(start).collect()
}

/// Ends the load, and returns how often there was each status.
pub(super) async fn end_load(
    loads: Vec<JoinHandle<BTreeMap<u16, usize>>>,
    is_over: &AtomicBool,
) -> BTreeMap<u16, usize> {
    is_over.store(true, Ordering::Relaxed);
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for load in loads {
        for (status, count) in load.await.unwrap() {
            *statuses.entry(status).or_default() += count;
        }
    }
    statuses
}

/// Checks that each connection is active and can be refreshed.
pub(super) async fn all_are_well(people: &mut [(Client, Value)]) {
    for (browser, connection) in people {
        let stored = browser.connections().await.remove(0);
        assert_eq!(stored["status"], "active", "{stored}");
        becomes_newer(browser, connection).await;
        assert_eq!(browser.get(&call_path(connection)).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_4_a_database_that_restarts_under_load_signs_nobody_out() {
    let cluster = Cluster::own();
    let database = Database::create_in(cluster);
    let bed = bed(&database).await;
    let second = second_server(&bed, &database).await;
    let mut people = people_at(&bed, &second).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let loads = start_load(&people, &is_over);
    for how in [Stop::Fast, Stop::Crash] {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cluster.stop(how);
        let mut noticed = Duration::ZERO;
        for app in [&bed.app, &second] {
            noticed = noticed.max(becomes(app, 503, Duration::from_secs(4)).await);
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        cluster.start();
        let mut back = Duration::ZERO;
        for app in [&bed.app, &second] {
            back = back.max(becomes(app, 200, Duration::from_secs(15)).await);
        }
        println!("{how:?}: not ready after {noticed:?}, ready again after {back:?}");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    println!("answers: {:?}", end_load(loads, &is_over).await);
    all_are_well(&mut people).await;
    assert_eq!(bed.sandbox.count("reuses").await, 0);
    assert_eq!(bed.sandbox.count("revocations").await, 0);
}
