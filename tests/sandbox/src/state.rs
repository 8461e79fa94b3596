//! What the sandbox remembers, shared by all requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::faults::Rules;
use crate::grants::Grants;
use crate::record::Record;
use crate::rest::pagination::NextForm;
use crate::rest::rate_limit::RateLimit;
use crate::settings::Settings;
use crate::stats::Stats;
use crate::world::World;

/// A cheap handle on everything.
#[derive(Debug, Clone)]
pub(crate) struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: String,
    world: World,
    settings: Mutex<Arc<Settings>>,
    grants: Mutex<Grants>,
    rules: Mutex<Rules>,
    record: Mutex<Record>,
    stats: Mutex<Stats>,
    rate_limit: Mutex<RateLimit>,
    /// How many links to a next page were given out.
    links: AtomicUsize,
}

impl Sandbox {
    /// A fresh sandbox that is reached at `base`.
    pub(crate) fn new(base: String, settings: Settings, world: World) -> Self {
        let mut grants = Grants::default();
        grants.learn(&settings.client_secret);
        Self(Arc::new(Inner {
            base,
            world,
            settings: Mutex::new(Arc::new(settings)),
            grants: Mutex::new(grants),
            rules: Mutex::default(),
            record: Mutex::default(),
            stats: Mutex::default(),
            rate_limit: Mutex::default(),
            links: AtomicUsize::new(0),
        }))
    }

    /// The address that clients reach it at.
    pub(crate) fn base(&self) -> &str {
        &self.0.base
    }

    /// What the organizations have.
    pub(crate) fn world(&self) -> &World {
        &self.0.world
    }

    /// The settings as they are now.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&lock(&self.0.settings))
    }

    /// Replaces the settings.
    pub(crate) fn set(&self, settings: Settings) {
        self.grants().learn(&settings.client_secret);
        *lock(&self.0.settings) = Arc::new(settings);
    }

    /// What was given out.
    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        lock(&self.0.grants)
    }

    /// The faults asked for.
    pub(crate) fn rules(&self) -> MutexGuard<'_, Rules> {
        lock(&self.0.rules)
    }

    /// The requests seen.
    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        lock(&self.0.record)
    }

    /// The counts.
    pub(crate) fn stats(&self) -> MutexGuard<'_, Stats> {
        lock(&self.0.stats)
    }

    /// What each token has asked.
    pub(crate) fn rate_limit(&self) -> MutexGuard<'_, RateLimit> {
        lock(&self.0.rate_limit)
    }

    /// The form of the next `links.next`: they take turns, because a client must read them all.
    pub(crate) fn next_form(&self) -> NextForm {
        NextForm::nth(self.0.links.fetch_add(1, Ordering::Relaxed))
    }
}

/// A panic while holding a lock leaves counts and tables that are still worth reading.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
