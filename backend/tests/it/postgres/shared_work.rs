//! What nodes divide among themselves: one leads, and all of them together keep a rate.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use domain::ids::ConnectionId;
use snyk_app::{
    outbound_rate_limit::{MAX_PER_MINUTE, OutboundRateLimit},
    rate_shares,
    store::{RateShare, Store, Work, database::NodeRecords as _},
};
use test_postgres::Database;

use super::node;
use crate::common::{bed::open_node, records::connect};

#[tokio::test]
async fn one_node_leads_until_it_ends_or_says_nothing() {
    let server = Database::create();
    let nodes = [
        open_node(&server.url()).await,
        open_node(&server.url()).await,
        open_node(&server.url()).await,
    ];
    let leads = async |work: Work| {
        let mut leads = Vec::new();
        for node in &nodes {
            leads.push(node.lead(work).await.unwrap());
        }
        leads
    };
    for _ in 0..2 {
        assert_eq!(leads(Work::Expired).await, [true, false, false]);
    }
    // Each kind of work has a leader of its own.
    assert!(nodes[1].lead(Work::Revocations).await.unwrap());
    assert_eq!(leads(Work::Revocations).await, [false, true, false]);

    // It says nothing for longer than its leadership.
    server.execute("UPDATE leaders SET ends_at = ends_at - 31000 WHERE work = 'expired'");
    assert!(nodes[2].lead(Work::Expired).await.unwrap());
    assert_eq!(leads(Work::Expired).await, [false, false, true]);

    // One that stops says so.
    nodes[1].close().await;
    assert!(nodes[0].lead(Work::Revocations).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_nodes_that_want_to_lead_at_once_one_does() {
    let server = Database::create();
    let mut nodes = Vec::new();
    for _ in 0..6 {
        nodes.push(Arc::new(open_node(&server.url()).await));
    }
    for work in [
        Work::Expired,
        Work::Orphans,
        Work::Revocations,
        Work::Accounts,
        Work::IdleConnections,
    ] {
        let asked: Vec<_> = nodes
            .iter()
            .map(|node| {
                let node = Arc::clone(node);
                tokio::spawn(async move { node.lead(work).await.unwrap() })
            })
            .collect();
        let mut leaders = 0;
        for asked in asked {
            leaders += u32::from(asked.await.unwrap());
        }
        assert_eq!(leaders, 1, "{work:?}");
    }
}

async fn connected(store: &dyn Store) -> ConnectionId {
    connect(store, "one").await.0.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_ask_at_once_are_never_given_more_than_the_rate() {
    let server = Database::create();
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(node(&server).await);
    }
    let connection = connected(&*nodes[0]).await;
    let given = Arc::new(AtomicU32::new(0));
    let asking: Vec<_> = nodes
        .iter()
        .map(|node| {
            let (node, connection) = (Arc::clone(node), connection.clone());
            let given = Arc::clone(&given);
            tokio::spawn(async move {
                let mut held = 0;
                for _ in 0..20 {
                    let by = node
                        .extend_rate_share(&connection, held, 100)
                        .await
                        .unwrap();
                    held += by;
                    given.fetch_add(by, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for asking in asking {
        asking.await.unwrap();
    }
    // Each of four nodes may send twenty without a share.
    assert_eq!(given.load(Ordering::SeqCst) + 4 * 20, MAX_PER_MINUTE);
    let stored = server.query("SELECT SUM(requests) FROM rate_shares");
    assert_eq!(stored, [(MAX_PER_MINUTE - 80).to_string()]);

    // What one gives back, another one gets. Its share is not deleted before all of it has been used.
    let held = server.query("SELECT requests FROM rate_shares ORDER BY node LIMIT 1");
    let held: u32 = held[0].parse().unwrap();
    for node in &nodes {
        let reduced = RateShare {
            connection: connection.clone(),
            requests: 0,
        };
        node.keep_rate_shares(&[reduced]).await.unwrap();
    }
    assert!(held > 0);
    assert!(server.query("SELECT requests FROM rate_shares").is_empty());
    let all = nodes[3].extend_rate_share(&connection, 0, 9_999).await;
    assert_eq!(all.unwrap() + 80, MAX_PER_MINUTE);

    // A node that has ended keeps its share until its last request is a minute old.
    assert_eq!(
        nodes[0].extend_rate_share(&connection, 0, 9).await.unwrap(),
        0
    );
    server.execute("UPDATE rate_shares SET ends_at = ends_at - 119000");
    assert_eq!(
        nodes[0].extend_rate_share(&connection, 0, 9).await.unwrap(),
        0
    );
    server.execute("UPDATE rate_shares SET ends_at = ends_at - 1001");
    assert_eq!(
        nodes[0].extend_rate_share(&connection, 0, 9).await.unwrap(),
        9
    );

    let unknown = ConnectionId::presented("unknown");
    assert_eq!(nodes[0].extend_rate_share(&unknown, 0, 9).await.unwrap(), 0);
}

/// Bursts on every node at once: together they send what Snyk allows, and nearly all of that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_together_keep_the_rate_of_a_connection() {
    let server = Database::create();
    let mut limits = Vec::new();
    let mut first = None;
    for _ in 0..3 {
        let store = node(&server).await;
        let limit = Arc::new(OutboundRateLimit::new(true, store.is_shared()));
        limits.push(Arc::clone(&limit));
        first.get_or_insert_with(|| Arc::clone(&store));
        tokio::spawn(async move { rate_shares::run(&*store, &limit).await });
    }
    let connection = connected(&*first.unwrap()).await;
    let sent = Arc::new(AtomicU32::new(0));
    let sending: Vec<_> = (0..60)
        .map(|number| {
            let limit = Arc::clone(&limits[number % 3]);
            let (connection, sent) = (connection.clone(), Arc::clone(&sent));
            tokio::spawn(async move {
                for _ in 0..200 {
                    if limit.take(&connection).await.is_ok() {
                        sent.fetch_add(1, Ordering::SeqCst);
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
        })
        .collect();
    for sending in sending {
        sending.await.unwrap();
    }
    let sent = sent.load(Ordering::SeqCst);
    // The part of a fourth node is reserved.
    assert!((1_500..=MAX_PER_MINUTE).contains(&sent), "{sent}");
}

/// The first requests do not wait for the database, which is away.
#[tokio::test]
async fn without_the_database_a_node_sends_few_requests_and_none_waits_long() {
    let limit = OutboundRateLimit::new(true, true);
    let connection = ConnectionId::presented("one");
    for _ in 0..20 {
        limit.take(&connection).await.unwrap();
    }
    let began = std::time::Instant::now();
    limit.take(&connection).await.unwrap_err();
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}
