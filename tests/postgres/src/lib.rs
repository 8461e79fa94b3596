//! A real PostgreSQL for tests: a throw-away cluster in a temporary folder, on a free port, and an
//! empty database for each test.
//!
//! Each test may run in a process of its own, and a cluster takes a second to create. So the processes
//! of a run share one: the first creates it, each holds a shared lock on a file of it, and a guard that
//! finds no lock for some seconds stops it and removes its folder. Nothing has to be set up or cleaned
//! up by hand.
//!
//! PostgreSQL does not run as root. If the tests do, its programs run as `postgres` or `nobody`.

#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, and so does what it needs"
)]

mod cluster;
mod database;
mod pooler;
mod programs;
mod replica;

pub use self::{
    cluster::{Cluster, PASSWORD, Stop, USER},
    database::Database,
    pooler::Pooler,
    replica::Replica,
};
