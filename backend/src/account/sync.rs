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

use super::{AccountReader, at_login, backoff};
use crate::{
    clock::Clock,
    connection::{Connection, Consent, State, Subject},
    provider::{AccountError, ProviderClient},
    refresh::{RefreshError, Refresher},
    snyk_client::OutboundRateLimit,
    store::{Store, StoreError},
    vault::secret::AccessToken,
};

/// How often what is due is looked for.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Most requests of readings at once: after an outage they must not all come at the same time. One
/// that waits for as long as Snyk asked keeps nobody else from reading.
const MAX_CONCURRENT: usize = 8;
/// Most readings that a look begins.
const BATCH: u32 = 64;
/// What was read so far of a long list is stored so often.
const STORED_EVERY: Duration = Duration::from_secs(5);
/// How long a person who asks waits for a reading; it goes on without them.
const PERSON_WAITS: Duration = Duration::from_secs(8);

/// Keeps what connections reach up to date.
#[derive(Debug)]
pub struct AccountSync {
    store: Arc<dyn Store>,
    provider: Arc<dyn ProviderClient>,
    refresher: Arc<Refresher>,
    outbound_rate_limit: Arc<OutboundRateLimit>,
    clock: Arc<dyn Clock>,
    /// Closed when the server stops. A reading is not waited for: it is taken up at the next start.
    tasks: TaskTracker,
    /// What subjects are told apart by besides: the provider's address and the client id.
    scope: (String, String),
    /// For one request each.
    permits: Semaphore,
    /// Readings under way.
    in_flight: Mutex<HashMap<Consent, watch::Receiver<()>>>,
}

/// Why a reading does not go on now.
#[derive(Debug, thiserror::Error)]
enum SyncError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SyncError {
    /// How long Snyk asks to wait.
    fn asked(&self) -> Option<Duration> {
        match self {
            Self::Account(error) => backoff::asked_by(error),
            Self::Refresh(_) | Self::Store(_) => None,
        }
    }
}

impl AccountSync {
    /// Makes one; `scope` is the provider's address and the app's client id.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        provider: Arc<dyn ProviderClient>,
        refresher: Arc<Refresher>,
        outbound_rate_limit: Arc<OutboundRateLimit>,
        clock: Arc<dyn Clock>,
        tasks: TaskTracker,
        scope: (String, String),
    ) -> Self {
        Self {
            store,
            provider,
            refresher,
            outbound_rate_limit,
            clock,
            tasks,
            scope,
            permits: Semaphore::new(MAX_CONCURRENT),
            in_flight: Mutex::default(),
        }
    }

    /// Reads what a new token reaches, as far as that comes while a person waits.
    pub async fn read_at_login(&self, token: &AccessToken) -> AccountReader {
        at_login::read(&*self.provider, token).await
    }

    /// What is known to be connected by a reading.
    #[must_use]
    pub fn subject(&self, reader: &AccountReader) -> Option<Subject> {
        reader.subject(&self.scope.0, &self.scope.1)
    }

    /// Goes on in the background with what a login could not read.
    pub fn read_in_background(self: &Arc<Self>, consent: Consent, mut reader: AccountReader) {
        reader.ask_again_who();
        if !reader.is_whole() {
            drop(self.start(consent, reader));
        }
    }

    /// Reads again what was consented to, for a person who waits some seconds.
    pub async fn read_now(self: &Arc<Self>, consent: Consent) {
        let mut ended = self.start(consent, AccountReader::default());
        // Nothing is ever sent: the channel closes when the reading has ended.
        let _ = tokio::time::timeout(PERSON_WAITS, ended.changed()).await;
    }

    /// Reads again and again what is due.
    pub async fn run(self: Arc<Self>) {
        let mut looks = tokio::time::interval(POLL_INTERVAL);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            match self.store.due_accounts(self.clock.now(), BATCH).await {
                Ok(due) => {
                    for consent in due {
                        drop(self.start(consent, AccountReader::default()));
                    }
                }
                Err(error) => tracing::warn!(%error, "What is to be read again cannot be told"),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Consent, watch::Receiver<()>>> {
        self.in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the reading of a consent, or starts one in a task of its own. The channel closes when it
    /// has ended.
    fn start(self: &Arc<Self>, consent: Consent, reader: AccountReader) -> watch::Receiver<()> {
        let mut in_flight = self.lock();
        if let Some(ended) = in_flight.get(&consent) {
            return ended.clone();
        }
        let (send, ended) = watch::channel(());
        in_flight.insert(consent.clone(), ended.clone());
        let entry = InFlight {
            of: Arc::clone(self),
            consent,
            _send: send,
        };
        tokio::spawn(
            async move {
                if let Err(error) = entry.of.read(&entry.consent, reader).await {
                    tracing::warn!(connection = entry.consent.connection, %error, "What a connection reaches could not be read; it is tried again");
                }
            }
            .in_current_span(),
        );
        ended
    }

    /// Reads to the end, or until it fails in a way that is better tried later from the beginning.
    async fn read(&self, consent: &Consent, mut reader: AccountReader) -> Result<(), SyncError> {
        let Some(first) = self.reload_active(consent).await? else {
            return Ok(());
        };
        let mut failures = first.orgs_tries;
        let mut stored_at = Instant::now();
        loop {
            if let Some(asked) = reader.asked.take() {
                tokio::time::sleep(backoff::with_jitter(asked)).await;
            }
            if reader.is_whole() {
                return Ok(self.store(consent, &reader, 0).await?);
            }
            if self.tasks.is_closed() {
                return Ok(());
            }
            let Some(connection) = self.reload_active(consent).await? else {
                return Ok(());
            };
            match self.ask(&connection, &mut reader).await {
                Ok(()) => {
                    failures = 0;
                    if stored_at.elapsed() >= STORED_EVERY && !reader.is_whole() {
                        stored_at = Instant::now();
                        self.store(consent, &reader, 1).await?;
                    }
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    reader.asked = error.asked();
                    self.store(consent, &reader, failures).await?;
                    if reader.asked.is_none() {
                        return Err(error);
                    }
                    tracing::info!(connection = connection.id, %error, "Snyk asks to wait; the reading goes on then");
                }
            }
        }
    }

    /// The connection, if it works and no later consent took its place.
    async fn reload_active(&self, consent: &Consent) -> Result<Option<Connection>, StoreError> {
        let connection = self.store.connection(&consent.connection).await?;
        Ok(connection.filter(|connection| {
            matches!(connection.state, State::Active(_)) && connection.connected_at == consent.at
        }))
    }

    /// Asks once, in turn under Snyk's rate. A 401 earns one refresh and one repeat.
    async fn ask(
        &self,
        connection: &Connection,
        reader: &mut AccountReader,
    ) -> Result<(), SyncError> {
        while let Err(after) = self
            .outbound_rate_limit
            .take(&connection.id, Instant::now())
        {
            tokio::time::sleep(after).await;
        }
        // Never closed.
        let _permit = self.permits.acquire().await;
        let (token, generation) = self.refresher.access_token(connection).await?;
        match reader.read_next(&*self.provider, &token).await {
            Err(AccountError::Unauthorized)
                if !self.refresher.is_refused(&connection.id, generation) => {}
            done => return Ok(done?),
        }
        let renewed = self
            .refresher
            .renew_unless_paused(&connection.id, generation)
            .await?;
        let (token, generation) = self.refresher.access_token(&renewed).await?;
        let again = reader.read_next(&*self.provider, &token).await;
        if matches!(again, Err(AccountError::Unauthorized)) {
            self.refresher.note_unauthorized(&connection.id, generation);
        }
        Ok(again?)
    }

    async fn store(
        &self,
        consent: &Consent,
        reader: &AccountReader,
        tries: u32,
    ) -> Result<(), StoreError> {
        let subject = self.subject(reader);
        let now = self.clock.now();
        let account = reader.account(subject.as_ref(), tries, now);
        self.store.store_account(consent, account, now).await?;
        if reader.is_whole() {
            tracing::info!(
                connection = consent.connection,
                orgs = account.orgs.len(),
                "What a connection reaches was read"
            );
        }
        Ok(())
    }
}

/// A reading under way; it is none any more when this is dropped.
struct InFlight {
    of: Arc<AccountSync>,
    consent: Consent,
    _send: watch::Sender<()>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.of.lock().remove(&self.consent);
    }
}
