//! Three servers behind one name, on one database, and what is done to them.

use std::time::{Duration, Instant};

use serde_json::json;
use test_postgres::{Cluster, Database};
use tests::{app::App, client, free_port, registration::CLIENT_SECRET, sandbox::Sandbox};
use tokio::time::sleep;

use super::{
    history::{NodeHistory, Span, now},
    load_balancer::LoadBalancer,
    schedule::{Kind, NODES, NodeFault, Outage},
};

/// How long a server may take to start on a busy machine.
const START_TIMEOUT: Duration = Duration::from_mins(2);
/// How long the sandbox takes for a refresh, before and after it consumes the token: a kill often
/// falls into it.
const BEFORE_CONSUMPTION: u64 = 20;
const AFTER_CONSUMPTION: u64 = 80;

/// A server.
pub(super) struct Node {
    app: App,
    pub(super) history: NodeHistory,
}

/// The sandbox, the servers, and what leads to them.
pub(super) struct Fleet {
    pub(super) sandbox: Sandbox,
    pub(super) nodes: Vec<Node>,
    pub(super) load_balancer: LoadBalancer,
    pub(super) secrets: Vec<String>,
}

impl Fleet {
    /// Starts everything. Access tokens live for two seconds.
    pub(super) async fn start(database: &Database) -> Self {
        // Nobody listens there: it is the name that the load balancer has.
        let public_port = free_port();
        let flags = [
            "--context",
            "user",
            "--access-ttl",
            "2",
            "--rotation",
            "strict",
        ];
        let sandbox = Sandbox::start(public_port, &flags).await;
        // By its secret, the record of token requests tells which server sent one.
        let secrets: Vec<String> = (0..NODES)
            .map(|number| format!("{CLIENT_SECRET}-{number}"))
            .collect();
        sandbox
            .set(json!({ "further_secrets": secrets, "rate_limit": null }))
            .await;
        let public_url = format!("http://localhost:{public_port}");
        let mut nodes = Vec::new();
        for secret in &secrets {
            let variables = [
                ("DATABASE_URL", database.url()),
                ("CLIENT_SECRET", secret.clone()),
                ("PUBLIC_URL", public_url.clone()),
                ("REDIRECT_URI", format!("{public_url}/callback")),
                ("LOG", "warn".to_owned()),
            ];
            let variables = variables
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            nodes.push(Node {
                app: App::start(free_port(), &sandbox.url, &variables).await,
                history: NodeHistory::default(),
            });
        }
        let urls = nodes.iter().map(|node| node.app.url.clone()).collect();
        Self {
            load_balancer: LoadBalancer::new(&public_url, urls),
            sandbox,
            nodes,
            secrets,
        }
    }

    /// Makes the sandbox slow, so that refreshes are under way at each moment.
    pub(super) async fn slow_refreshes(&self) {
        let delay = |ms, when| {
            json!({ "on": { "endpoint": "token.refresh" },
                "fault": { "kind": "delay", "ms": ms, "when": when } })
        };
        let delays = [
            delay(BEFORE_CONSUMPTION, "before"),
            delay(AFTER_CONSUMPTION, "after"),
        ];
        self.sandbox.fault(json!(delays)).await;
    }
}

impl Node {
    /// Does to it what the schedule says, from `began` on.
    pub(super) async fn suffer(mut self, faults: Vec<NodeFault>, began: Instant) -> Self {
        for fault in faults {
            tokio::time::sleep_until((began + fault.at).into()).await;
            assert!(self.app.is_running(), "it ended: {}", self.app.output());
            let from = now();
            match fault.kind {
                Kind::Kill => {
                    self.app.kill();
                    let to = now();
                    self.history.kills.push(Span { from, to });
                    sleep(fault.lasts).await;
                    self.start().await;
                }
                Kind::Restart => {
                    self.stop().await;
                    sleep(fault.lasts).await;
                    self.start().await;
                }
                Kind::ShortPause | Kind::LongPause => {
                    self.app.signal("STOP");
                    sleep(fault.lasts).await;
                    self.app.signal("CONT");
                    let to = now();
                    self.history.pauses.push(Span { from, to });
                }
            }
        }
        self
    }

    /// Asks it to end, which must succeed.
    pub(super) async fn stop(&mut self) {
        let from = now();
        self.app.terminate();
        let code = self.app.exit_code().await;
        assert_eq!(code, Some(0), "{}", self.app.output());
        let to = now();
        self.history.restarts.push(Span { from, to });
    }

    /// Starts it, as a supervisor does: again and again while it finds no database.
    async fn start(&mut self) {
        let began = Instant::now();
        let probe = client::http();
        let address = format!("{}/readyz", self.app.url);
        self.app.relaunch();
        loop {
            let answer = probe.get(&address).timeout(Duration::from_secs(5));
            if answer
                .send()
                .await
                .is_ok_and(|answer| answer.status() == 200)
            {
                return;
            }
            if !self.app.is_running() {
                self.history.failed_starts += 1;
                self.app.relaunch();
            }
            let output = || self.app.output();
            assert!(began.elapsed() < START_TIMEOUT, "not ready: {}", output());
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Returns everything that it printed.
    pub(super) fn output(&self) -> String {
        self.app.output()
    }
}

/// Restarts the database as the schedule says, and returns when it was away.
pub(super) async fn restart_database(
    cluster: &'static Cluster,
    outages: [Outage; 2],
    began: Instant,
) -> Vec<Span> {
    let mut spans = Vec::new();
    for outage in outages {
        tokio::time::sleep_until((began + outage.at).into()).await;
        let from = now();
        let restart = move || {
            cluster.stop(outage.how);
            std::thread::sleep(outage.lasts);
            cluster.start();
        };
        tokio::task::spawn_blocking(restart).await.unwrap();
        spans.push(Span { from, to: now() });
    }
    spans
}
