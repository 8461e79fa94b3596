//! Background synchronization of accounts: reads what a login left incomplete, and what is due.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    connection::{Connection, Consent, State, Subject},
    vault::secret::AccessToken,
};
use tokio::{
    sync::{Semaphore, watch},
    time::Instant,
};
use tokio_util::task::TaskTracker;

use super::{AccountReader, at_login, backoff};
use crate::{
    clock::Clock,
    outbound_rate_limit::OutboundRateLimit,
    provider::{AccountError, ProviderClient},
    refresh::{RefreshError, Refresher},
    request_context::carried,
    store::{Store, StoreError, Work},
};

/// Interval at which the store is polled for due accounts.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Maximum number of concurrent account requests: after an outage, many accounts are due at once.
/// The permit is not held during a `Retry-After` delay, so that one read does not block the others.
const MAX_CONCURRENT: usize = 8;
/// Maximum number of reads that one poll starts.
const BATCH: u32 = 64;
/// Interval at which the progress of a long read is stored.
const STORE_INTERVAL: Duration = Duration::from_secs(5);
/// Maximum time that a person waits for a requested read; it continues without them.
const INTERACTIVE_TIMEOUT: Duration = Duration::from_secs(8);

/// Keeps the accounts of connections up to date.
#[derive(Debug)]
pub struct AccountSync {
    store: Arc<dyn Store>,
    provider: Arc<dyn ProviderClient>,
    refresher: Arc<Refresher>,
    outbound_rate_limit: Arc<OutboundRateLimit>,
    clock: Arc<dyn Clock>,
    /// Closed when the server stops. Reads are not awaited then: they resume at the next start.
    tasks: TaskTracker,
    /// The provider's address and the client id, which are part of each subject.
    scope: (String, String),
    /// Held for one request each.
    permits: Semaphore,
    /// Reads in flight.
    in_flight: Mutex<HashMap<Consent, watch::Receiver<()>>>,
}

/// The reasons why a read stops for now.
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
    /// Returns the delay that Snyk requests.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Account(error) => backoff::retry_after(error),
            Self::Refresh(_) | Self::Store(_) => None,
        }
    }
}

impl AccountSync {
    /// Creates the synchronizer; `scope` is the provider's address and the app's client id.
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

    /// Reads the account of a new token, as far as it arrives while the person waits.
    pub async fn read_at_login(&self, token: &AccessToken) -> AccountReader {
        at_login::read(&*self.provider, token).await
    }

    /// Returns the subject that an account identifies, if it does.
    #[must_use]
    pub fn subject(&self, reader: &AccountReader) -> Option<Subject> {
        reader.subject(&self.scope.0, &self.scope.1)
    }

    /// Continues in the background with what a login could not read.
    pub fn read_in_background(self: &Arc<Self>, consent: Consent, mut reader: AccountReader) {
        reader.retry_unknown_identity();
        if !reader.is_whole() {
            drop(self.start(consent, reader));
        }
    }

    /// Reads the account of a consent again, for a person who waits some seconds.
    pub async fn read_now(self: &Arc<Self>, consent: Consent) {
        let mut ended = self.start(consent, AccountReader::default());
        // Nothing is ever sent: the channel closes when the read has ended.
        let _ = tokio::time::timeout(INTERACTIVE_TIMEOUT, ended.changed()).await;
    }

    /// Polls for due accounts for ever, and starts reading them.
    pub async fn run(self: Arc<Self>) {
        let mut poll = tokio::time::interval(POLL_INTERVAL);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            poll.tick().await;
            match self.due().await {
                Ok(due) => {
                    for consent in due {
                        drop(self.start(consent, AccountReader::default()));
                    }
                }
                Err(error) => tracing::warn!(%error, "What is to be read again cannot be told"),
            }
        }
    }

    /// Returns the accounts that this node is to read.
    async fn due(&self) -> Result<Vec<Consent>, StoreError> {
        if self.store.lead(Work::Accounts).await? {
            self.store.due_accounts(self.clock.now(), BATCH).await
        } else {
            Ok(Vec::new())
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Consent, watch::Receiver<()>>> {
        self.in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the read of a consent that is in flight, or starts one in a task of its own. The
    /// channel closes when the read has ended.
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
        tokio::spawn(carried(async move {
            if let Err(error) = entry.of.read(&entry.consent, reader).await {
                tracing::warn!(connection = entry.consent.connection.as_str(), %error, "What a connection reaches could not be read; it is tried again");
            }
        }));
        ended
    }

    /// Reads until the account is complete, or until a failure that a later read handles better.
    async fn read(&self, consent: &Consent, mut reader: AccountReader) -> Result<(), SyncError> {
        let Some(first) = self.reload_active(consent).await? else {
            return Ok(());
        };
        let mut failures = first.orgs_tries;
        let mut stored_at = Instant::now();
        loop {
            if let Some(retry_after) = reader.retry_after.take() {
                tokio::time::sleep(backoff::with_jitter(retry_after)).await;
            }
            if reader.is_whole() {
                return Ok(self.store(consent, &reader, 0, false).await?);
            }
            if self.tasks.is_closed() {
                return Ok(());
            }
            let Some(connection) = self.reload_active(consent).await? else {
                return Ok(());
            };
            match self.request(&connection, &mut reader).await {
                Ok(()) => {
                    failures = 0;
                    if stored_at.elapsed() >= STORE_INTERVAL && !reader.is_whole() {
                        stored_at = Instant::now();
                        self.store(consent, &reader, 1, true).await?;
                    }
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    reader.retry_after = error.retry_after();
                    let goes_on = reader.retry_after.is_some();
                    self.store(consent, &reader, failures, goes_on).await?;
                    if !goes_on {
                        return Err(error);
                    }
                    tracing::info!(connection = connection.id.as_str(), %error, "Snyk asks to wait; the reading goes on then");
                }
            }
        }
    }

    /// Reloads the connection. Returns `None` unless it is active and no later consent replaced it.
    async fn reload_active(&self, consent: &Consent) -> Result<Option<Connection>, StoreError> {
        let connection = self.store.connection(&consent.connection).await?;
        Ok(connection.filter(|connection| {
            matches!(connection.state, State::Active(_)) && connection.connected_at == consent.at
        }))
    }

    /// Sends one request within the rate limit. A 401 is answered by one refresh and one retry.
    async fn request(
        &self,
        connection: &Connection,
        reader: &mut AccountReader,
    ) -> Result<(), SyncError> {
        while let Err(after) = self.outbound_rate_limit.take(&connection.id).await {
            tokio::time::sleep(after).await;
        }
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await;
        let (token, generation) = self.refresher.access_token(connection).await?;
        match reader.read_next(&*self.provider, &token).await {
            Err(AccountError::Unauthorized)
                if !self.refresher.is_refused(&connection.id, generation) => {}
            done => return Ok(done?),
        }
        let refreshed = self
            .refresher
            .renew_unless_paused(&connection.id, generation)
            .await?;
        let (token, generation) = self.refresher.access_token(&refreshed).await?;
        let retried = reader.read_next(&*self.provider, &token).await;
        if matches!(retried, Err(AccountError::Unauthorized)) {
            self.refresher.note_unauthorized(&connection.id, generation);
        }
        Ok(retried?)
    }

    async fn store(
        &self,
        consent: &Consent,
        reader: &AccountReader,
        tries: u32,
        goes_on: bool,
    ) -> Result<(), StoreError> {
        let subject = self.subject(reader);
        let now = self.clock.now();
        let account = reader.account(subject.as_ref(), tries, goes_on, now);
        self.store.store_account(consent, account, now).await?;
        if reader.is_whole() {
            tracing::info!(
                connection = consent.connection.as_str(),
                orgs = account.orgs.len(),
                "What a connection reaches was read"
            );
        }
        Ok(())
    }
}

/// Removes a read from the reads in flight when dropped.
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
