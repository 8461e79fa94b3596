//! Faults under load: servers that are killed, paused and restarted, and a database that restarts,
//! while people read and refresh. The model of the refresh protocol checks every order of these events
//! (`backend/domain/tests/refresh_model`); this checks the programs.
//!
//! The clients see what a load balancer lets them see: each request goes to a server at random, and to
//! another one if the first cannot be reached, breaks off, takes long or answers 503. Access tokens live
//! for two seconds and refresh tokens can be used once, so that nearly every call needs a refresh, and a
//! pair that is lost ends its connection.

#![expect(clippy::print_stdout, reason = "it reports what happened")]

mod causes;
mod fleet;
mod history;
mod load_balancer;
mod people;
mod record;
mod schedule;
mod tally;

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use test_postgres::{Cluster, Database};
use tokio::{task::JoinHandle, time::sleep};

use self::{
    causes::cause,
    fleet::{Fleet, Node, restart_database},
    history::History,
    people::{EndState, Owned, Visit, Visitor},
    record::{Chain, Record},
    schedule::{Dice, NODES, NodeFault, Schedule},
};

/// How long the load lasts before the first fault, so that caches are in use, and after the last one.
const WARM_UP: Duration = Duration::from_secs(2);
/// How often the record of the sandbox is read.
const READ_INTERVAL: Duration = Duration::from_secs(5);

/// How much of everything.
struct Scale {
    lasts: Duration,
    people: usize,
    connections: usize,
    /// How long a person looks at an answer, in milliseconds. Two cores that run unoptimized programs have
    /// to serve them all: access tokens would expire in a queue.
    looks: Range<u64>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_4_faults_under_load_lose_only_what_was_consumed_unheard() {
    run(Scale {
        lasts: Duration::from_secs(24),
        people: 40,
        connections: 100,
        looks: 100..900,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `cargo xtask test --only it --ignored -- faults`"]
async fn rel_4_five_minutes_of_faults_lose_only_what_was_consumed_unheard() {
    run(Scale {
        lasts: Duration::from_mins(5),
        people: 200,
        connections: 500,
        looks: 500..4_500,
    })
    .await;
}

async fn run(scale: Scale) {
    let seed = schedule::seed();
    let schedule = Schedule::of(seed, scale.lasts);
    let cluster = Cluster::own();
    let database = Database::create_in(cluster);
    let mut fleet = Fleet::start(&database).await;
    let nodes = std::mem::take(&mut fleet.nodes);
    let fleet = Arc::new(fleet);
    let visitors = people::sign_in(&fleet, scale.people, scale.connections).await;
    fleet.slow_refreshes().await;

    let is_over = Arc::new(AtomicBool::new(false));
    let record = tokio::spawn(read_record(Arc::clone(&fleet), Arc::clone(&is_over)));
    let visits: Vec<JoinHandle<Visitor>> = visitors
        .into_iter()
        .zip(seed..)
        .map(|(visitor, seed)| {
            let visit = Visit {
                fleet: Arc::clone(&fleet),
                dice: Dice::new(seed),
                looks: scale.looks.clone(),
                is_over: Arc::clone(&is_over),
            };
            tokio::spawn(visitor.visit(visit))
        })
        .collect();
    let (mut nodes, history) = carry_out(schedule, nodes, cluster).await;
    sleep(WARM_UP).await;
    is_over.store(true, Ordering::Relaxed);

    let mut ends = Vec::new();
    for visit in visits {
        ends.push(tokio::spawn(visit.await.unwrap().end(Arc::clone(&fleet))));
    }
    let mut states: Vec<(Owned, EndState)> = Vec::new();
    for end in ends {
        states.extend(end.await.unwrap());
    }
    // What is under way is finished, and part of the record.
    for node in &mut nodes {
        node.stop().await;
        assert!(!node.output().contains("panicked"), "{}", node.output());
    }
    let mut record = record.await.unwrap();
    record.read_on(&fleet.sandbox, &fleet.secrets).await;

    println!("{}", fleet.load_balancer.tally);
    let chains = record.chains(states.iter().map(|(owned, _)| &*owned.code));
    let stored = stored(&database);
    let problems = judge(&states, &stored, &chains, &history);
    let known: usize = chains.iter().map(|chain| chain.repeated.len()).sum();
    let counted = fleet.sandbox.count("reuses").await + fleet.sandbox.count("concurrent").await;
    println!(
        "token requests: {}, of which the provider refused {counted}",
        record.len()
    );
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(known as u64, counted, "the sandbox counts others");
    fleet.load_balancer.tally.assert_clean();
}

async fn read_record(fleet: Arc<Fleet>, is_over: Arc<AtomicBool>) -> Record {
    let mut record = Record::default();
    while !is_over.load(Ordering::Relaxed) {
        record.read_on(&fleet.sandbox, &fleet.secrets).await;
        sleep(READ_INTERVAL).await;
    }
    record
}

/// Does to the servers and the database what the schedule says, and returns when everything is well
/// again.
async fn carry_out(
    schedule: Schedule,
    nodes: Vec<Node>,
    cluster: &'static Cluster,
) -> (Vec<Node>, History) {
    let began = Instant::now() + WARM_UP;
    let mut of_node: Vec<Vec<NodeFault>> = vec![Vec::new(); NODES];
    let mut kinds = BTreeMap::new();
    for fault in schedule.nodes {
        *kinds.entry(fault.kind).or_insert(0) += 1;
        of_node[fault.node].push(fault);
    }
    let suffering: Vec<_> = nodes
        .into_iter()
        .zip(of_node)
        .map(|(node, faults)| tokio::spawn(node.suffer(faults, began)))
        .collect();
    let outages = restart_database(cluster, schedule.outages, began).await;
    let mut nodes = Vec::new();
    for node in suffering {
        nodes.push(node.await.unwrap());
    }
    let history = History {
        nodes: nodes.iter().map(|node| node.history.clone()).collect(),
        outages,
    };
    let away: Vec<_> = history.outages.iter().map(|away| away.length()).collect();
    let retries: usize = history.nodes.iter().map(|node| node.failed_starts).sum();
    println!(
        "{:.0} s of faults: {kinds:?}; database away for {away:?} ms; starts without a database: \
         {retries}",
        began.elapsed().as_secs_f64()
    );
    (nodes, history)
}

/// Returns the connections in the database, by their ids.
fn stored(database: &Database) -> BTreeMap<String, EndState> {
    let rows = database.query("SELECT id || ' ' || status || ' ' || generation FROM connections");
    let parse = |row: String| {
        let mut columns = row.split(' ').map(ToOwned::to_owned);
        let mut next = || columns.next().unwrap();
        let (id, status, generation) = (next(), next(), next().parse().unwrap());
        (id, EndState { status, generation })
    };
    rows.into_iter().map(parse).collect()
}

/// Compares the end of each connection with what happened to it, and returns what has no good cause.
fn judge(
    states: &[(Owned, EndState)],
    stored: &BTreeMap<String, EndState>,
    chains: &[Chain],
    history: &History,
) -> Vec<String> {
    let mut problems = Vec::new();
    let mut causes = BTreeMap::new();
    let mut ends = BTreeMap::new();
    let mut refreshes = 0;
    for ((owned, seen), chain) in states.iter().zip(chains) {
        // Since it was seen, a server may have refreshed it once more, to read its organizations.
        let end = &stored[&owned.id];
        *ends.entry(&*end.status).or_insert(0) += 1;
        refreshes += chain.refreshes;
        let mut is_explained = false;
        for [first, second] in &chain.repeated {
            let Some(cause) = cause(first, second, history) else {
                problems.push(format!("{} again: {first:?}, {second:?}", owned.id));
                continue;
            };
            println!("{}: {first}, again {second}: {cause:?}", owned.id);
            *causes.entry(cause).or_insert(0) += 1;
            // The provider gave a pair that nobody stored, and refused the token then.
            is_explained |= first.is_granted() && !second.is_granted();
        }
        let is_right = end.status == seen.status
            && match &*end.status {
                // No pair was lost: each has its generation.
                "active" => {
                    !owned.is_lost && end.generation == chain.refreshes && chain.revocations == 0
                }
                "reconnect_needed" => owned.is_lost && is_explained,
                _ => false,
            };
        if !is_right {
            problems.push(format!("{owned:?} ends as {end:?} after {chain:?}"));
        }
    }
    let repeated: usize = causes.values().sum();
    println!("refreshes: {refreshes}; tokens presented again: {repeated}, by cause {causes:?}");
    println!("connections at the end: {ends:?}");
    if !problems.is_empty() {
        println!("{history:#?}");
    }
    problems
}
