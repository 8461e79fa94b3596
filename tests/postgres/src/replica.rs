//! A second server that follows a cluster, and can take its place.

use std::time::{Duration, Instant};

use crate::{cluster::Cluster, database::Database};

/// The name of the replica at its primary.
const NAME: &str = "replica";

/// A replica of a cluster, on another port. A commit on the primary waits for it.
#[derive(Debug)]
pub struct Replica(Cluster);

impl Replica {
    /// Creates a replica of the cluster of a database, and waits until it follows.
    ///
    /// # Panics
    ///
    /// If it cannot be created, or does not follow.
    #[must_use]
    pub fn of(database: &Database) -> Self {
        let primary = database.cluster;
        let replica = Self(Cluster::following(primary.port, NAME));
        database.execute(&format!(
            "ALTER SYSTEM SET synchronous_standby_names = '{NAME}'"
        ));
        database.execute("SELECT pg_reload_conf()");
        let began = Instant::now();
        let follows = "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        while database.query(follows) != ["1"] {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "it does not follow"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        replica
    }

    /// Returns its port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.0.port
    }

    /// Makes it the primary.
    ///
    /// # Panics
    ///
    /// If it does not become one.
    pub fn promote(&self) {
        self.0.promote();
    }
}
