//! The state of the sandbox, shared by all requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::apps::Apps;
use crate::faults::Rules;
use crate::grants::Grants;
use crate::record::Record;
use crate::rest::pagination::NextForm;
use crate::rest::rate_limit::RateLimit;
use crate::settings::Settings;
use crate::stats::Stats;
use crate::world::World;

/// A cheaply cloneable handle to the state.
#[derive(Debug, Clone)]
pub(crate) struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: String,
    world: World,
    settings: Mutex<Arc<Settings>>,
    apps: Mutex<Apps>,
    grants: Mutex<Grants>,
    rules: Mutex<Rules>,
    record: Mutex<Record>,
    stats: Mutex<Stats>,
    rate_limit: Mutex<RateLimit>,
    /// The number of links to a next page so far.
    links: AtomicUsize,
}

impl Sandbox {
    /// Creates a sandbox with the URL `base`.
    pub(crate) fn new(base: String, settings: Settings, world: World) -> Self {
        let mut grants = Grants::default();
        grants.learn(&settings.client_secret);
        Self(Arc::new(Inner {
            base,
            world,
            settings: Mutex::new(Arc::new(settings)),
            apps: Mutex::default(),
            grants: Mutex::new(grants),
            rules: Mutex::default(),
            record: Mutex::default(),
            stats: Mutex::default(),
            rate_limit: Mutex::default(),
            links: AtomicUsize::new(0),
        }))
    }

    /// Returns the URL for clients.
    pub(crate) fn base(&self) -> &str {
        &self.0.base
    }

    /// Returns the invented resources of the organizations.
    pub(crate) fn world(&self) -> &World {
        &self.0.world
    }

    /// Returns the current settings.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&lock(&self.0.settings))
    }

    pub(crate) fn set(&self, settings: Settings) {
        let secrets = [&settings.client_secret];
        for secret in secrets.into_iter().chain(&settings.further_secrets) {
            self.grants().learn(secret);
        }
        *lock(&self.0.settings) = Arc::new(settings);
    }

    /// Returns the settings of a client: of the app that was registered at the start, or of one that
    /// was created at the API.
    pub(crate) fn client(&self, client_id: &str) -> Option<Arc<Settings>> {
        let settings = self.settings();
        if settings.client_id == client_id {
            return Some(settings);
        }
        let apps = self.apps();
        let app = apps.of_client(client_id)?;
        Some(Arc::new(app.settings(&settings)))
    }

    /// Returns the settings of the client with these credentials.
    pub(crate) fn authenticated(&self, client_id: &str, secret: &str) -> Option<Arc<Settings>> {
        let settings = self.client(client_id)?;
        let is_valid = match self.apps().of_client(client_id) {
            Some(app) => app.has_secret(secret),
            None => {
                settings.client_secret == secret
                    || settings.further_secrets.iter().any(|known| known == secret)
            }
        };
        is_valid.then_some(settings)
    }

    /// Locks the apps that were created at the API.
    pub(crate) fn apps(&self) -> MutexGuard<'_, Apps> {
        lock(&self.0.apps)
    }

    /// Locks the issued codes and tokens.
    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        lock(&self.0.grants)
    }

    /// Locks the active faults.
    pub(crate) fn rules(&self) -> MutexGuard<'_, Rules> {
        lock(&self.0.rules)
    }

    /// Locks the recorded requests.
    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        lock(&self.0.record)
    }

    /// Locks the counters.
    pub(crate) fn stats(&self) -> MutexGuard<'_, Stats> {
        lock(&self.0.stats)
    }

    /// Locks the rate limits of all tokens.
    pub(crate) fn rate_limit(&self) -> MutexGuard<'_, RateLimit> {
        lock(&self.0.rate_limit)
    }

    /// Returns the form of the next `links.next`. The forms alternate, because a client must
    /// support all of them.
    pub(crate) fn next_form(&self) -> NextForm {
        NextForm::nth(self.0.links.fetch_add(1, Ordering::Relaxed))
    }
}

/// Ignores poisoning: after a panic the counters and tables are still useful.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
