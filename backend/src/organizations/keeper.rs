//! The reading in the background: what a login left, and what is due.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, watch},
    time::Instant,
};
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::{Reading, at_login, backoff};
use crate::{
    clock::Clock,
    connection::{Connection, Consent, State, Subject},
    provider::{ProviderClient, ReachError},
    refresh::{RefreshError, Refresher},
    snyk_client::Pace,
    store::{Store, StoreError},
    vault::secret::AccessToken,
};

/// How often what is due is looked for.
const LOOK: Duration = Duration::from_secs(5);
/// Most requests of readings at once: after an outage they must not all come at the same time. One
/// that waits for as long as Snyk asked keeps nobody else from reading.
const AT_ONCE: usize = 8;
/// Most readings that a look begins.
const OF_A_LOOK: u32 = 64;
/// What was read so far of a long list is stored so often.
const STORED_EVERY: Duration = Duration::from_secs(5);
/// How long a person who asks waits for a reading; it goes on without them.
const PERSON_WAITS: Duration = Duration::from_secs(8);

/// Keeps what connections reach up to date.
#[derive(Debug)]
pub struct Organizations {
    store: Arc<dyn Store>,
    provider: Arc<dyn ProviderClient>,
    refresher: Arc<Refresher>,
    pace: Arc<Pace>,
    clock: Arc<dyn Clock>,
    /// Closed when the server stops. A reading is not waited for: it is taken up at the next start.
    tasks: TaskTracker,
    /// What subjects are told apart by besides: the provider's address and the client id.
    scope: (String, String),
    /// For one request each.
    permits: Semaphore,
    /// Readings under way.
    under_way: Mutex<HashMap<Consent, watch::Receiver<()>>>,
}

/// Why a reading does not go on now.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Reach(#[from] ReachError),
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Stopped {
    /// How long Snyk asks to wait.
    fn asked(&self) -> Option<Duration> {
        match self {
            Self::Reach(error) => backoff::asked_by(error),
            Self::Refresh(_) | Self::Store(_) => None,
        }
    }
}

impl Organizations {
    /// Makes one; `scope` is the provider's address and the app's client id.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        provider: Arc<dyn ProviderClient>,
        refresher: Arc<Refresher>,
        pace: Arc<Pace>,
        clock: Arc<dyn Clock>,
        tasks: TaskTracker,
        scope: (String, String),
    ) -> Self {
        Self {
            store,
            provider,
            refresher,
            pace,
            clock,
            tasks,
            scope,
            permits: Semaphore::new(AT_ONCE),
            under_way: Mutex::default(),
        }
    }

    /// Reads what a new token reaches, as far as that comes while a person waits.
    pub async fn read_at_login(&self, token: &AccessToken) -> Reading {
        at_login::read(&*self.provider, token).await
    }

    /// What is known to be connected by a reading.
    #[must_use]
    pub fn subject(&self, reading: &Reading) -> Option<Subject> {
        reading.subject(&self.scope.0, &self.scope.1)
    }

    /// Goes on in the background with what a login could not read.
    pub fn go_on(self: &Arc<Self>, consent: Consent, mut reading: Reading) {
        reading.ask_again_who();
        if !reading.is_whole() {
            drop(self.start(consent, reading));
        }
    }

    /// Reads again what was consented to, for a person who waits some seconds.
    pub async fn read_now(self: &Arc<Self>, consent: Consent) {
        let mut ended = self.start(consent, Reading::default());
        // Nothing is ever sent: the channel closes when the reading has ended.
        let _ = tokio::time::timeout(PERSON_WAITS, ended.changed()).await;
    }

    /// Reads again and again what is due.
    pub async fn keep(self: Arc<Self>) {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            match self.store.due_reaches(self.clock.now(), OF_A_LOOK).await {
                Ok(due) => {
                    for consent in due {
                        drop(self.start(consent, Reading::default()));
                    }
                }
                Err(error) => tracing::warn!(%error, "What is to be read again cannot be told"),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Consent, watch::Receiver<()>>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the reading of a consent, or starts one in a task of its own. The channel closes when it
    /// has ended.
    fn start(self: &Arc<Self>, consent: Consent, reading: Reading) -> watch::Receiver<()> {
        let mut under_way = self.lock();
        if let Some(ended) = under_way.get(&consent) {
            return ended.clone();
        }
        let (send, ended) = watch::channel(());
        under_way.insert(consent.clone(), ended.clone());
        let entry = UnderWay {
            of: Arc::clone(self),
            consent,
            _send: send,
        };
        tokio::spawn(
            async move {
                if let Err(error) = entry.of.read(&entry.consent, reading).await {
                    tracing::warn!(connection = entry.consent.connection, %error, "What a connection reaches could not be read; it is tried again");
                }
            }
            .in_current_span(),
        );
        ended
    }

    /// Reads to the end, or until it fails in a way that is better tried later from the beginning.
    async fn read(&self, consent: &Consent, mut reading: Reading) -> Result<(), Stopped> {
        let Some(first) = self.stands(consent).await? else {
            return Ok(());
        };
        let mut failures = first.orgs_tries;
        let mut stored_at = Instant::now();
        loop {
            if let Some(asked) = reading.asked.take() {
                tokio::time::sleep(backoff::with_jitter(asked)).await;
            }
            if reading.is_whole() {
                return Ok(self.put(consent, &reading, 0).await?);
            }
            if self.tasks.is_closed() {
                return Ok(());
            }
            let Some(connection) = self.stands(consent).await? else {
                return Ok(());
            };
            match self.ask(&connection, &mut reading).await {
                Ok(()) => {
                    failures = 0;
                    if stored_at.elapsed() >= STORED_EVERY && !reading.is_whole() {
                        stored_at = Instant::now();
                        self.put(consent, &reading, 1).await?;
                    }
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    reading.asked = error.asked();
                    self.put(consent, &reading, failures).await?;
                    if reading.asked.is_none() {
                        return Err(error);
                    }
                    tracing::info!(connection = connection.id, %error, "Snyk asks to wait; the reading goes on then");
                }
            }
        }
    }

    /// The connection, if it works and no later consent took its place.
    async fn stands(&self, consent: &Consent) -> Result<Option<Connection>, StoreError> {
        let connection = self.store.connection(&consent.connection).await?;
        Ok(connection.filter(|connection| {
            matches!(connection.state, State::Active(_)) && connection.connected_at == consent.at
        }))
    }

    /// Asks once, in turn under Snyk's rate. A 401 earns one refresh and one repeat.
    async fn ask(&self, connection: &Connection, reading: &mut Reading) -> Result<(), Stopped> {
        while let Err(after) = self.pace.take(&connection.id, Instant::now()) {
            tokio::time::sleep(after).await;
        }
        // Never closed.
        let _permit = self.permits.acquire().await;
        let (token, generation) = self.refresher.access_token(connection).await?;
        match reading.go_on(&*self.provider, &token).await {
            Err(ReachError::Unauthorized)
                if !self.refresher.is_refused(&connection.id, generation) => {}
            done => return Ok(done?),
        }
        let renewed = self
            .refresher
            .renew_unless_paused(&connection.id, generation)
            .await?;
        let (token, generation) = self.refresher.access_token(&renewed).await?;
        let again = reading.go_on(&*self.provider, &token).await;
        if matches!(again, Err(ReachError::Unauthorized)) {
            self.refresher.note_refused(&connection.id, generation);
        }
        Ok(again?)
    }

    async fn put(
        &self,
        consent: &Consent,
        reading: &Reading,
        tries: u32,
    ) -> Result<(), StoreError> {
        let subject = self.subject(reading);
        let now = self.clock.now();
        let reach = reading.reach(subject.as_ref(), tries, now);
        self.store.store_reach(consent, reach, now).await?;
        if reading.is_whole() {
            tracing::info!(
                connection = consent.connection,
                orgs = reach.orgs.len(),
                "What a connection reaches was read"
            );
        }
        Ok(())
    }
}

/// A reading under way; it is none any more when this is dropped.
struct UnderWay {
    of: Arc<Organizations>,
    consent: Consent,
    _send: watch::Sender<()>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.of.lock().remove(&self.consent);
    }
}
