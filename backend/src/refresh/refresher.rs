//! Runs at most one refresh per connection in this process, and shares the result with all waiters.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::{
    connection::{Connection, State},
    ids::ConnectionId,
    refresh::decide::{Decision, decide},
    vault::secret::AccessToken,
};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::{
    backoff::{self, Backoff, RetryDelay},
    concurrency_limit::{ConcurrencyLimit, Urgency},
    driver,
    error::RefreshError,
    resources::Resources,
};
use crate::request_context::carried;
use crate::{
    clock::Clock,
    provider::{ProviderClient, ProviderError},
    store::Store,
};

type Outcome = Option<Result<Arc<Connection>, RefreshError>>;

/// A refresh in flight.
#[derive(Clone, Debug)]
struct InFlight {
    /// The generation that it replaces.
    generation: u64,
    outcome: watch::Receiver<Outcome>,
    urgency: Urgency,
}

/// Maximum time that a request waits for a refresh; the refresh itself continues.
const INTERACTIVE_TIMEOUT: Duration = Duration::from_secs(50);

/// Provides valid access tokens and refreshes token pairs.
#[derive(Debug)]
pub struct Refresher {
    resources: Resources,
    in_flight: Mutex<HashMap<ConnectionId, InFlight>>,
    backoff: Backoff,
}

impl Refresher {
    /// Creates a refresher; its refreshes run in `tasks`, which a shutdown waits for.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        provider: Arc<dyn ProviderClient>,
        clock: Arc<dyn Clock>,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            resources: Resources {
                store,
                provider,
                clock,
                permits: ConcurrencyLimit::default(),
                tasks,
            },
            in_flight: Mutex::default(),
            backoff: Backoff::default(),
        }
    }

    /// Returns a valid access token and its generation, refreshing the pair first where necessary.
    pub async fn access_token(
        self: &Arc<Self>,
        connection: &Connection,
    ) -> Result<(AccessToken, u64), RefreshError> {
        match decide(connection, self.resources.clock.now()) {
            Decision::Reconnect => Err(RefreshError::ReconnectNeeded),
            Decision::Serve => token_of(connection),
            Decision::ServeAndRenew => {
                let (id, generation) = (&connection.id, connection.generation);
                if self.backoff.allow_ahead(id, generation, Instant::now()) {
                    drop(self.join(id, generation, false));
                }
                token_of(connection)
            }
            Decision::RenewFirst => {
                let renewed = self
                    .renew_unless_paused(&connection.id, connection.generation)
                    .await;
                match renewed {
                    Ok(renewed) => token_of(&renewed),
                    Err(error @ (RefreshError::ReconnectNeeded | RefreshError::Gone)) => Err(error),
                    // In its last seconds the token may expire in transit, which is better than
                    // none.
                    Err(_) if self.resources.clock.now() < connection.access_expires_at => {
                        token_of(connection)
                    }
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// Refreshes like [`renew`](Self::renew), unless the backoff delay of the connection has not
    /// passed. For every refresh that a person did not request.
    pub async fn renew_unless_paused(
        self: &Arc<Self>,
        id: &ConnectionId,
        generation: u64,
    ) -> Result<Arc<Connection>, RefreshError> {
        match self.backoff.left(id, generation, Instant::now()) {
            Some(after) => Err(RefreshError::Paused { after }),
            None => self.renew(id, generation).await,
        }
    }

    /// Records that the API rejects the pair of `generation` although it was just refreshed:
    /// another refresh would not help, and every request would rotate the pair once more.
    pub fn note_unauthorized(&self, id: &ConnectionId, generation: u64) {
        tracing::warn!(
            connection = id.as_str(),
            generation,
            "Snyk’s API refuses a new token"
        );
        self.backoff.refused(id, generation, Instant::now());
    }

    /// Returns whether that was recorded recently for the pair of `generation`. A 401 is final for
    /// now then: a refresh would not help.
    #[must_use]
    pub fn is_refused(&self, id: &ConnectionId, generation: u64) -> bool {
        self.backoff.is_refused(id, generation, Instant::now())
    }

    /// Returns the connection with a pair newer than `generation`: the pair in flight, the one that
    /// is stored already, or a new one.
    pub async fn renew(
        self: &Arc<Self>,
        id: &ConnectionId,
        generation: u64,
    ) -> Result<Arc<Connection>, RefreshError> {
        let mut outcome = self.join(id, generation, true);
        let finished = tokio::time::timeout(INTERACTIVE_TIMEOUT, outcome.wait_for(Option::is_some))
            .await
            .map_err(|_| RefreshError::Waiting)?;
        match finished {
            Ok(outcome) => outcome.clone().unwrap_or(Err(RefreshError::Waiting)),
            // The task panicked; its lease expires by itself.
            Err(_) => Err(RefreshError::Waiting),
        }
    }

    /// Joins the refresh in flight, or starts one in a task of its own. `is_urgent` is whether
    /// somebody waits for it.
    fn join(
        self: &Arc<Self>,
        id: &ConnectionId,
        generation: u64,
        is_urgent: bool,
    ) -> watch::Receiver<Outcome> {
        let mut refreshes = self
            .in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(in_flight) = refreshes.get(id) {
            // A caller with a newer pair than the one in flight replaces needs another refresh. A
            // closed channel without an outcome means that the task panicked: start a new one.
            if in_flight.generation >= generation
                && in_flight.outcome.borrow().is_none()
                && in_flight.outcome.has_changed().is_ok()
            {
                if is_urgent {
                    in_flight.urgency.raise();
                }
                return in_flight.outcome.clone();
            }
        }
        let (send, outcome) = watch::channel(None);
        let urgency = Urgency::new(is_urgent);
        let in_flight = InFlight {
            generation,
            outcome: outcome.clone(),
            urgency: urgency.clone(),
        };
        refreshes.insert(id.clone(), in_flight);
        let (this, id) = (Arc::clone(self), id.clone());
        let work = async move {
            // The table holds one receiver.
            let is_awaited = || send.receiver_count() > 1;
            let outcome = driver::run(&this.resources, &id, generation, &urgency, is_awaited).await;
            match &outcome {
                Ok(_) | Err(RefreshError::Stopping) => {}
                Err(error) => {
                    if !matches!(error, RefreshError::Paused { .. }) {
                        tracing::warn!(connection = id.as_str(), generation, %error, "A refresh failed");
                    }
                    let delay = this.delay_after(&id, error).await;
                    this.backoff.failed(&id, generation, delay, Instant::now());
                }
            }
            // Remove it from the table first: callers that come now read the stored pair.
            this.finish(&id, generation);
            let _ = send.send(Some(outcome));
        };
        // Its log lines name the request that started it.
        self.resources.tasks.spawn(carried(work.in_current_span()));
        outcome
    }

    fn finish(&self, id: &ConnectionId, generation: u64) {
        let mut refreshes = self
            .in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if refreshes
            .get(id)
            .is_some_and(|in_flight| in_flight.generation == generation)
        {
            refreshes.remove(id);
        }
    }

    /// Returns the delays after a failure: as long as the provider requests, or a moment if a
    /// single presentation was refused for a reason that affects all. If an answer and its replay
    /// were lost, or the owner of an earlier refresh died, the refresh token may have been consumed:
    /// it is presented again only when necessary, that is, when the present access token expires or
    /// the API rejects it.
    async fn delay_after(&self, id: &ConnectionId, error: &RefreshError) -> RetryDelay {
        let error = match error {
            RefreshError::Provider(error) => error,
            RefreshError::Paused { .. } => return self.delay_until_expiry(id).await,
            _ => return RetryDelay::default(),
        };
        match &**error {
            ProviderError::Later { after, .. } => RetryDelay {
                retry_after: *after,
                ..RetryDelay::default()
            },
            ProviderError::Intermediary { .. } | ProviderError::Unusable(_) => RetryDelay {
                retry_after: Some(backoff::INITIAL_DELAY),
                ..RetryDelay::default()
            },
            ProviderError::AnswerLost(_) | ProviderError::Unreadable => {
                self.delay_until_expiry(id).await
            }
            _ => RetryDelay::default(),
        }
    }

    /// Returns the delay that lets no proactive refresh start before the access token expires.
    async fn delay_until_expiry(&self, id: &ConnectionId) -> RetryDelay {
        let connection = self.resources.store.connection(id).await.ok().flatten();
        let left = connection.map(|connection| {
            let left = connection
                .access_expires_at
                .duration_since(self.resources.clock.now());
            Duration::try_from(left).unwrap_or_default()
        });
        RetryDelay {
            proactive: left.unwrap_or_default(),
            ..RetryDelay::default()
        }
    }

    /// Evicts expired backoff entries, so that memory stays bounded.
    pub fn evict_idle(&self) {
        self.backoff.evict_idle(Instant::now());
    }
}

fn token_of(connection: &Connection) -> Result<(AccessToken, u64), RefreshError> {
    match &connection.state {
        State::Active(tokens) => Ok((tokens.access.clone(), connection.generation)),
        State::ReconnectNeeded | State::Disconnected => Err(RefreshError::ReconnectNeeded),
    }
}
