//! People who sign in, and read and refresh what they connected.

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::client::{Answer, Client};
use tokio::{task::JoinSet, time::sleep};

use super::{
    fleet::Fleet,
    load_balancer::{LoadBalancer, Request},
    schedule::{Dice, NODES},
};

/// How many sign in at the same time.
const SIGN_INS: usize = 8;

/// How long servers may differ about a connection. It only ends a run that hangs.
const AGREEMENT_TIMEOUT: Duration = Duration::from_mins(1);

/// A connection, and whose it is.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    pub(super) id: String,
    /// The authorization code that it began with.
    pub(super) code: String,
    /// The person's id at the provider, which no other connection has.
    person: String,
    /// Whether the person was told to connect again.
    pub(super) is_lost: bool,
}

/// How a visit goes.
pub(super) struct Visit {
    pub(super) fleet: Arc<Fleet>,
    pub(super) dice: Dice,
    /// How long a person looks at an answer, in milliseconds.
    pub(super) looks: Range<u64>,
    pub(super) is_over: Arc<AtomicBool>,
}

/// A browser with its connections, each of another person at the provider.
#[derive(Debug)]
pub(super) struct Visitor {
    browser: Client,
    pub(super) connections: Vec<Owned>,
}

/// The state of a connection at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EndState {
    pub(super) status: String,
    pub(super) generation: u64,
}

impl Owned {
    fn path(&self, rest: &str) -> String {
        format!("/api/connections/{}{rest}", self.id)
    }
}

/// Signs visitors in, each at any of the servers, until there are so many connections.
pub(super) async fn sign_in(
    fleet: &Arc<Fleet>,
    visitors: usize,
    connections: usize,
) -> Vec<Visitor> {
    let mut tasks = JoinSet::new();
    let mut signed_in = Vec::new();
    for number in 0..visitors {
        if tasks.len() == SIGN_INS {
            signed_in.push(tasks.join_next().await.unwrap().unwrap());
        }
        let fleet = Arc::clone(fleet);
        let people: Vec<usize> = (0..connections)
            .filter(|person| person % visitors == number)
            .collect();
        tasks.spawn(async move {
            let mut visitor = Visitor {
                browser: fleet.load_balancer.browser(),
                connections: Vec::new(),
            };
            for person in people {
                visitor
                    .connect(&fleet, &format!("person-{person}@example.test"))
                    .await;
            }
            visitor
        });
    }
    while let Some(visitor) = tasks.join_next().await {
        signed_in.push(visitor.unwrap());
    }
    signed_in
}

impl Visitor {
    async fn connect(&mut self, fleet: &Fleet, email: &str) {
        let attempt = self.browser.make_attempt();
        let body = json!({ "state": attempt.state, "code_verifier": attempt.verifier });
        let begin = Request::post("/api/login", body);
        let answer = fleet.load_balancer.send(&mut self.browser, &begin).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        let (callback, person) = fleet.sandbox.consent_of(&attempt, email).await;
        let finish = Request::post("/api/connections", callback.body());
        let answer = fleet.load_balancer.send(&mut self.browser, &finish).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let connection = answer.json()["connection"].take();
        self.connections.push(Owned {
            id: connection["id"].as_str().unwrap().to_owned(),
            code: callback.get("code").to_owned(),
            person,
            is_lost: false,
        });
    }

    /// Reads and refreshes until the end.
    pub(super) async fn visit(mut self, visit: Visit) -> Self {
        let mut dice = visit.dice;
        let load_balancer = &visit.fleet.load_balancer;
        while !visit.is_over.load(Ordering::Relaxed) {
            let number = dice.index(self.connections.len());
            match dice.index(20) {
                0 => self.read_session(load_balancer).await,
                1 => self.read_connection(load_balancer, number).await,
                2 => self.refresh(load_balancer, number).await,
                // A page reads several things at once, of which each may come to another server.
                3..8 => {
                    let mut other = self.clone_for(number);
                    tokio::join!(
                        self.read_from_snyk(load_balancer, number),
                        other.read_from_snyk(load_balancer, 0)
                    );
                    self.connections[number].is_lost |= other.connections[0].is_lost;
                }
                _ => self.read_from_snyk(load_balancer, number).await,
            }
            sleep(dice.milliseconds(visit.looks.clone())).await;
        }
        self
    }

    fn clone_for(&self, number: usize) -> Self {
        Self {
            browser: self.browser.clone(),
            connections: vec![self.connections[number].clone()],
        }
    }

    /// Reads whose connection it is, from the provider.
    async fn read_from_snyk(&mut self, load_balancer: &LoadBalancer, number: usize) {
        let owned = &mut self.connections[number];
        let request = Request::get(owned.path("/snyk/rest/self"));
        let answer = load_balancer.send(&mut self.browser, &request).await;
        let is_right = |body: &Value| body["data"]["id"] == owned.person;
        check(
            load_balancer,
            &request,
            &answer,
            &mut owned.is_lost,
            is_right,
        );
    }

    async fn refresh(&mut self, load_balancer: &LoadBalancer, number: usize) {
        let owned = &mut self.connections[number];
        let request = Request::post(owned.path("/refresh"), json!({}));
        let answer = load_balancer.send(&mut self.browser, &request).await;
        let is_right = |body: &Value| body["id"] == owned.id;
        check(
            load_balancer,
            &request,
            &answer,
            &mut owned.is_lost,
            is_right,
        );
    }

    async fn read_connection(&mut self, load_balancer: &LoadBalancer, number: usize) {
        let owned = &self.connections[number];
        let request = Request::get(owned.path(""));
        let answer = load_balancer.send(&mut self.browser, &request).await;
        let is_right = |body: &Value| body["id"] == owned.id;
        check(load_balancer, &request, &answer, &mut false, is_right);
    }

    async fn read_session(&mut self, load_balancer: &LoadBalancer) {
        let request = Request::get("/api/session");
        let answer = load_balancer.send(&mut self.browser, &request).await;
        let expected: BTreeSet<_> = self.connections.iter().map(|owned| &*owned.id).collect();
        let is_right = |body: &Value| {
            let connections = body["connections"].as_array().into_iter().flatten();
            let ids: BTreeSet<_> = connections.filter_map(|one| one["id"].as_str()).collect();
            ids == expected
        };
        check(load_balancer, &request, &answer, &mut false, is_right);
    }

    /// Uses and refreshes each connection for the last time, and returns its state, which all servers
    /// must agree about. Those that were lost stay lost.
    pub(super) async fn end(mut self, fleet: Arc<Fleet>) -> Vec<(Owned, EndState)> {
        let load_balancer = &fleet.load_balancer;
        let mut states = Vec::new();
        for number in 0..self.connections.len() {
            self.read_from_snyk(load_balancer, number).await;
            self.refresh(load_balancer, number).await;
            let owned = self.connections[number].clone();
            let state = self.end_state(load_balancer, &owned).await;
            states.push((owned, state));
        }
        states
    }

    /// Returns the state that all servers report. They learn of it within a second or so.
    async fn end_state(&mut self, load_balancer: &LoadBalancer, owned: &Owned) -> EndState {
        let request = Request::get(owned.path(""));
        let began = Instant::now();
        loop {
            let mut states = Vec::new();
            for node in 0..NODES {
                let browser = &mut self.browser;
                let answer = load_balancer.send_to_node(node, browser, &request).await;
                assert_eq!(answer.status, 200, "{}: {}", owned.id, answer.text);
                let body = answer.json();
                states.push(EndState {
                    status: body["status"].as_str().unwrap().to_owned(),
                    generation: body["generation"].as_u64().unwrap(),
                });
            }
            if states.iter().all(|state| *state == states[0]) {
                return states.swap_remove(0);
            }
            let waited = began.elapsed();
            assert!(waited < AGREEMENT_TIMEOUT, "{}: {states:?}", owned.id);
            sleep(Duration::from_millis(300)).await;
        }
    }
}

/// Checks an answer that is not to be tried again. `is_lost` becomes true if the person is told to
/// connect again, and then stays true.
fn check(
    load_balancer: &LoadBalancer,
    request: &Request,
    answer: &Answer,
    is_lost: &mut bool,
    is_right: impl FnOnce(&Value) -> bool,
) {
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let is_right = match answer.status {
        200 => is_right(&body) && !*is_lost,
        409 if body["code"] == "reconnect_needed" => {
            *is_lost = true;
            true
        }
        _ => false,
    };
    if !is_right {
        let (path, status, text) = (&request.path, answer.status, &answer.text);
        load_balancer
            .tally
            .violated(format!("{path}: {status} {text}"));
    }
}
