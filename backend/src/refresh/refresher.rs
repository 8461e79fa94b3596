//! One refresh at a time in this process; who waits gets the new token.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::{
    backoff::{self, Backoff, RetryDelay},
    concurrency_limit::{ConcurrencyLimit, Urgency},
    decide::{Decision, decide},
    driver,
};
use crate::{
    clock::Clock,
    connection::{Connection, State},
    provider::{ProviderClient, ProviderError},
    store::{Store, StoreError},
    vault::secret::AccessToken,
};

/// Why no token can be had.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RefreshError {
    /// The tokens are dead.
    #[error("the connection must be made again by a person")]
    ReconnectNeeded,
    /// The connection is no more.
    #[error("the connection is no more")]
    Gone,
    /// The provider did not renew it.
    #[error(transparent)]
    Provider(Arc<ProviderError>),
    /// The store did not answer.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// It failed lately, and is not tried again by itself yet.
    #[error("the refresh failed lately and is paused")]
    Paused {
        /// When it is tried again.
        after: Duration,
    },
    /// It takes longer than a request may wait; the refresh goes on.
    #[error("the refresh takes too long to wait for")]
    Waiting,
    /// The process stops, and nobody waits for it.
    #[error("the refresh was not begun before the stop")]
    Stopping,
}

impl From<StoreError> for RefreshError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

type Outcome = Option<Result<Arc<Connection>, RefreshError>>;

/// A refresh under way.
#[derive(Clone, Debug)]
struct InFlight {
    /// The generation that it replaces.
    generation: u64,
    outcome: watch::Receiver<Outcome>,
    urgency: Urgency,
}

/// How long a request waits for a refresh; the refresh itself is never given up for it.
const WAIT: Duration = Duration::from_secs(50);

/// Keeps the tokens of connections alive.
#[derive(Debug)]
pub struct Refresher {
    pub(super) store: Arc<dyn Store>,
    pub(super) provider: Arc<dyn ProviderClient>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) permits: ConcurrencyLimit,
    tasks: TaskTracker,
    in_flight: Mutex<HashMap<String, InFlight>>,
    backoff: Backoff,
}

impl Refresher {
    /// Makes one; its refreshes run in `tasks`, which a stop waits for.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        provider: Arc<dyn ProviderClient>,
        clock: Arc<dyn Clock>,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            store,
            provider,
            clock,
            permits: ConcurrencyLimit::default(),
            tasks,
            in_flight: Mutex::default(),
            backoff: Backoff::default(),
        }
    }

    /// An access token that serves, renewed first where it must be.
    pub async fn access_token(
        self: &Arc<Self>,
        connection: &Connection,
    ) -> Result<(AccessToken, u64), RefreshError> {
        match decide(connection, self.clock.now()) {
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
                    // In its last seconds it may end on the way, and is better than none.
                    Err(_) if self.clock.now() < connection.access_expires_at => {
                        token_of(connection)
                    }
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// As [`renew`](Self::renew), for whatever is not a person's own wish: nothing is sent while the
    /// connection is paused.
    pub async fn renew_unless_paused(
        self: &Arc<Self>,
        id: &str,
        generation: u64,
    ) -> Result<Arc<Connection>, RefreshError> {
        match self.backoff.left(id, generation, Instant::now()) {
            Some(after) => Err(RefreshError::Paused { after }),
            None => self.renew(id, generation).await,
        }
    }

    /// The API refuses the pair of `generation` although it was just renewed: renewing it again would
    /// not help, and each call would rotate the pair once more.
    pub fn note_unauthorized(&self, id: &str, generation: u64) {
        tracing::warn!(
            connection = id,
            generation,
            "Snyk’s API refuses a new token"
        );
        self.backoff.refused(id, generation, Instant::now());
    }

    /// Whether that was noted of the pair of `generation` lately: then a 401 is the API's last word
    /// for now, and not one that a renewal would cure.
    #[must_use]
    pub fn is_refused(&self, id: &str, generation: u64) -> bool {
        self.backoff.is_refused(id, generation, Instant::now())
    }

    /// The connection with a pair newer than `generation`: the one in flight, the one that is stored
    /// already, or a new one.
    pub async fn renew(
        self: &Arc<Self>,
        id: &str,
        generation: u64,
    ) -> Result<Arc<Connection>, RefreshError> {
        let mut outcome = self.join(id, generation, true);
        let finished = tokio::time::timeout(WAIT, outcome.wait_for(Option::is_some))
            .await
            .map_err(|_| RefreshError::Waiting)?;
        match finished {
            Ok(outcome) => outcome.clone().unwrap_or(Err(RefreshError::Waiting)),
            // The task panicked; its lease ends by itself.
            Err(_) => Err(RefreshError::Waiting),
        }
    }

    /// Joins the refresh in flight, or starts one in a task of its own; `is_urgent` where somebody
    /// waits for it.
    fn join(
        self: &Arc<Self>,
        id: &str,
        generation: u64,
        is_urgent: bool,
    ) -> watch::Receiver<Outcome> {
        let mut refreshes = self
            .in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(in_flight) = refreshes.get(id) {
            // Who holds a newer pair than a flight brings needs another one. A closed channel without
            // an outcome is a task that panicked: it is flown anew.
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
        refreshes.insert(id.to_owned(), in_flight);
        let (this, id) = (Arc::clone(self), id.to_owned());
        let work = async move {
            // One receiver is the table's.
            let is_awaited = || send.receiver_count() > 1;
            let outcome = driver::run(&this, &id, generation, &urgency, is_awaited).await;
            match &outcome {
                Ok(_) | Err(RefreshError::Stopping) => {}
                Err(error) => {
                    tracing::warn!(connection = id, generation, %error, "A refresh failed");
                    let wait = this.wait_after(&id, error).await;
                    this.backoff.failed(&id, generation, wait, Instant::now());
                }
            }
            // Out of the table first: who comes now reads the stored pair.
            this.finish(&id, generation);
            let _ = send.send(Some(outcome));
        };
        // The log names the request that began it.
        self.tasks.spawn(work.in_current_span());
        outcome
    }

    fn finish(&self, id: &str, generation: u64) {
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

    /// What must be waited for after a failure. As long as the provider says, or, where one
    /// presentation was refused for all, a moment. When an answer was lost and its replay too, the
    /// refresh token may be consumed: it is presented once more only when it must be, which is when
    /// the present token ends, or when the API refuses it.
    async fn wait_after(&self, id: &str, error: &RefreshError) -> RetryDelay {
        let RefreshError::Provider(error) = error else {
            return RetryDelay::default();
        };
        match &**error {
            ProviderError::Later { after, .. } => RetryDelay {
                asked: *after,
                ..RetryDelay::default()
            },
            ProviderError::Intermediary { .. } | ProviderError::Unusable(_) => RetryDelay {
                asked: Some(backoff::FIRST),
                ..RetryDelay::default()
            },
            ProviderError::AnswerLost(_) | ProviderError::Unreadable => {
                let connection = self.store.connection(id).await.ok().flatten();
                let left = connection.map(|connection| {
                    let left = connection
                        .access_expires_at
                        .duration_since(self.clock.now());
                    Duration::try_from(left).unwrap_or_default()
                });
                RetryDelay {
                    proactive: left.unwrap_or_default(),
                    ..RetryDelay::default()
                }
            }
            _ => RetryDelay::default(),
        }
    }

    /// Whether the process stops: then no refresh begins that nobody waits for.
    pub(super) fn is_stopping(&self) -> bool {
        self.tasks.is_closed()
    }

    /// Forgets pauses that are over, so that memory stays bounded.
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
