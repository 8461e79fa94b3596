//! Runs at most one refresh per connection in this process, and shares the result with all waiters.

use std::{
    sync::Arc,
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

use super::{
    backoff::{self, Backoff, RetryDelay},
    concurrency_limit::ConcurrencyLimit,
    driver,
    error::RefreshError,
    resources::Resources,
    single_flight::{Flight, Outcome, SingleFlight},
};
use crate::{
    clock::Clock,
    provider::{ProviderClient, ProviderError},
    request_context::{carried, child_span, within},
    store::Store,
    traces::Kind,
};

/// Maximum time that a request waits for a refresh; the refresh itself continues.
const INTERACTIVE_TIMEOUT: Duration = Duration::from_secs(50);

/// Provides valid access tokens and refreshes token pairs.
#[derive(Debug)]
pub struct Refresher {
    resources: Resources,
    flights: SingleFlight,
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
            flights: SingleFlight::default(),
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
                self.renew_ahead(&connection.id, connection.generation);
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

    /// Starts a refresh for which nobody waits, or joins the one in flight. Returns `false` and does
    /// nothing if the backoff delay of the connection has not passed.
    pub fn renew_ahead(self: &Arc<Self>, id: &ConnectionId, generation: u64) -> bool {
        let is_allowed = self.backoff.allow_ahead(id, generation, Instant::now());
        if is_allowed {
            drop(self.join(id, generation, false));
        }
        is_allowed
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
        let (outcome, flight) = self.flights.join(id, generation, is_urgent);
        if let Some(flight) = flight {
            let this = Arc::clone(self);
            let work = async move { this.run(flight).await };
            // Its log lines name the request that started it.
            self.resources.tasks.spawn(carried(work));
        }
        outcome
    }

    async fn run(&self, flight: Flight) {
        let (id, generation) = (flight.id(), flight.generation());
        let is_awaited = || flight.is_awaited();
        let refresh = driver::run(&self.resources, id, generation, &flight.urgency, is_awaited);
        let outcome = within(child_span("refresh", Kind::Internal), refresh).await;
        match &outcome {
            Ok(_) | Err(RefreshError::Stopping) => {}
            Err(error) => self.note_failure(id, generation, error).await,
        }
        self.flights.land(&flight, outcome);
    }

    async fn note_failure(&self, id: &ConnectionId, generation: u64, error: &RefreshError) {
        if let Some(after) = error.withheld() {
            let now = Instant::now();
            return self.backoff.withheld(id, generation, after, now);
        }
        if !matches!(error, RefreshError::Paused { .. }) {
            tracing::warn!(connection = id.as_str(), generation, %error, "A refresh failed");
        }
        let delay = self.delay_after(id, error).await;
        self.backoff.failed(id, generation, delay, Instant::now());
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
