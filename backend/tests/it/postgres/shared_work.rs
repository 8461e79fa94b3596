//! What nodes share: one leads, and all of them together keep a rate.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use domain::ids::ConnectionId;
use snyk_app::{
    outbound_rate_limit::{MAX_PER_MINUTE, OutboundRateLimit},
    rate_shares,
    store::{RateShare, Store, Work, database::SharedWorkRecords as _},
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
    server.execute("UPDATE leaders SET ends_at = 1 WHERE work = 'expired'");
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
        Work::UnusedConnections,
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

fn share(connection: &ConnectionId, requests: u32) -> RateShare {
    RateShare {
        connection: connection.clone(),
        requests,
    }
}

/// What eight nodes may send without a share.
const RESERVED: u32 = 8 * 20;

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
                    let share = node.extend_rate_share(&connection, held, 100).await;
                    let share = share.unwrap();
                    assert!((held..=held + 100).contains(&share), "{held} {share}");
                    given.fetch_add(share - held, Ordering::SeqCst);
                    held = share;
                }
            })
        })
        .collect();
    for asking in asking {
        asking.await.unwrap();
    }
    assert_eq!(given.load(Ordering::SeqCst) + RESERVED, MAX_PER_MINUTE);
    let stored = server.query("SELECT SUM(requests) FROM rate_shares");
    assert_eq!(stored, [(MAX_PER_MINUTE - RESERVED).to_string()]);
    let fifth = node(&server).await;
    let refused = fifth.extend_rate_share(&connection, 0, 1).await;
    assert_eq!(refused.unwrap(), 0);
}

#[tokio::test]
async fn what_one_node_gives_back_another_one_gets() {
    let server = Database::create();
    let (one, other) = (node(&server).await, node(&server).await);
    let connection = connected(&*one).await;
    let all = MAX_PER_MINUTE - RESERVED;
    let extended = one.extend_rate_share(&connection, 0, 9_999).await;
    assert_eq!(extended.unwrap(), all);
    let kept = one.keep_rate_shares(&[share(&connection, 300)]).await;
    assert_eq!(kept.unwrap(), [share(&connection, 300)]);
    let extended = other.extend_rate_share(&connection, 0, 9_999).await;
    assert_eq!(extended.unwrap(), all - 300);
    // Not more than it has, and nothing at all after it was given back.
    let kept = one.keep_rate_shares(&[share(&connection, 900)]).await;
    assert_eq!(kept.unwrap(), [share(&connection, 300)]);
    let kept = one.keep_rate_shares(&[share(&connection, 0)]).await;
    assert_eq!(kept.unwrap(), []);
    let kept = one.keep_rate_shares(&[share(&connection, 100)]).await;
    assert_eq!(kept.unwrap(), []);
    let extended = other.extend_rate_share(&connection, all - 300, 9_999).await;
    assert_eq!(extended.unwrap(), all);
    let unknown = ConnectionId::presented("unknown");
    assert_eq!(one.extend_rate_share(&unknown, 0, 9).await.unwrap(), 0);
}

/// A share that has ended in the database belongs to others, whatever its node believes.
#[tokio::test]
async fn a_share_that_has_ended_is_not_kept() {
    let server = Database::create();
    let (one, other) = (node(&server).await, node(&server).await);
    let connection = connected(&*one).await;
    let extended = one.extend_rate_share(&connection, 0, 9_999).await;
    let all = extended.unwrap();
    let asks = async || other.extend_rate_share(&connection, 0, 9).await.unwrap();
    // Its last request may be less than a minute old.
    server.execute("UPDATE rate_shares SET ends_at = ends_at - 70000");
    assert_eq!(asks().await, 0);
    server.execute("UPDATE rate_shares SET ends_at = 1");
    assert_eq!(asks().await, 9);
    for _ in 0..2 {
        let kept = one.keep_rate_shares(&[share(&connection, all)]).await;
        assert_eq!(kept.unwrap(), []);
        // As after a failover to a replica that lacks it.
        server.execute("DELETE FROM rate_shares WHERE requests > 9");
    }
}

/// The successor of a node that was stopped need not wait for two minutes.
#[tokio::test]
async fn the_shares_of_a_node_that_stops_are_free_when_its_last_request_is_a_minute_old() {
    let server = Database::create();
    let database = open_node(&server.url()).await;
    let other = node(&server).await;
    let connection = connected(&*other).await;
    let extended = database.extend_rate_share(&connection, 0, 500).await;
    assert_eq!(extended.unwrap(), 500);
    database.close().await;
    let left = "SELECT (ends_at - EXTRACT(EPOCH FROM clock_timestamp()) * 1000) BETWEEN 1 AND 65000 \
                FROM rate_shares";
    assert_eq!(server.query(left), ["t"]);
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
    let began = Instant::now();
    let sending: Vec<_> = (0..60)
        .map(|number| {
            let limit = Arc::clone(&limits[number % 3]);
            let (connection, sent) = (connection.clone(), Arc::clone(&sent));
            tokio::spawn(async move {
                // Within a minute, so that all of it counts.
                while began.elapsed() < Duration::from_secs(30)
                    && sent.load(Ordering::SeqCst) + RESERVED < MAX_PER_MINUTE
                {
                    if limit.take(&connection).await.is_ok() {
                        sent.fetch_add(1, Ordering::SeqCst);
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                for _ in 0..20 {
                    if limit.take(&connection).await.is_ok() {
                        sent.fetch_add(1, Ordering::SeqCst);
                    }
                }
            })
        })
        .collect();
    for sending in sending {
        sending.await.unwrap();
    }
    assert!(
        began.elapsed() < Duration::from_secs(55),
        "the minute is over"
    );
    let sent = sent.load(Ordering::SeqCst);
    // The parts of five more nodes are reserved.
    assert!((1_400..=MAX_PER_MINUTE - 100).contains(&sent), "{sent}");
}
