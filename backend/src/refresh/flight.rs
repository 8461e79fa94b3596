//! One refresh at a time in this process; who waits gets the new token.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::{
    decide::{Decision, decide},
    run,
};
use crate::{
    clock::Clock,
    connection::{Connection, State},
    provider::{ProviderClient, ProviderError},
    store::{ConnectionStore, StoreError},
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
    /// It takes longer than a request may wait; the refresh goes on.
    #[error("the refresh takes too long to wait for")]
    Waiting,
}

impl From<StoreError> for RefreshError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

type Outcome = Option<Result<Arc<Connection>, RefreshError>>;

/// How long a request waits for a refresh; the refresh itself is never given up for it.
const WAIT: Duration = Duration::from_secs(50);
/// After a failed renewal ahead of time, the next one waits this long: no storm on a provider that
/// is coming back.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Keeps the tokens of connections alive.
#[derive(Debug)]
pub struct Refresher {
    pub(super) store: Arc<dyn ConnectionStore>,
    pub(super) provider: Arc<dyn ProviderClient>,
    pub(super) clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    flights: Mutex<HashMap<String, watch::Receiver<Outcome>>>,
    pauses: Mutex<HashMap<String, Instant>>,
}

impl Refresher {
    /// Makes one; its refreshes run in `tasks`, which a stop waits for.
    #[must_use]
    pub fn new(
        store: Arc<dyn ConnectionStore>,
        provider: Arc<dyn ProviderClient>,
        clock: Arc<dyn Clock>,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            store,
            provider,
            clock,
            tasks,
            flights: Mutex::default(),
            pauses: Mutex::default(),
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
                if !self.is_paused(&connection.id) {
                    drop(self.join(&connection.id, connection.generation));
                }
                token_of(connection)
            }
            Decision::RenewFirst => {
                let renewed = self.renew(&connection.id, connection.generation).await?;
                token_of(&renewed)
            }
        }
    }

    /// The connection with a pair newer than `generation`: the one in flight, the one that is stored
    /// already, or a new one.
    pub async fn renew(
        self: &Arc<Self>,
        id: &str,
        generation: u64,
    ) -> Result<Arc<Connection>, RefreshError> {
        let mut flight = self.join(id, generation);
        let landed = tokio::time::timeout(WAIT, flight.wait_for(Option::is_some))
            .await
            .map_err(|_| RefreshError::Waiting)?;
        match landed {
            Ok(outcome) => outcome.clone().unwrap_or(Err(RefreshError::Waiting)),
            // The task panicked; its lease ends by itself.
            Err(_) => Err(RefreshError::Waiting),
        }
    }

    /// Joins the refresh in flight, or starts one in a task of its own.
    fn join(self: &Arc<Self>, id: &str, generation: u64) -> watch::Receiver<Outcome> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(id) {
            // A closed channel without an outcome is a task that panicked: it is flown anew.
            if flight.borrow().is_none() && flight.has_changed().is_ok() {
                return flight.clone();
            }
        }
        let (send, receive) = watch::channel(None);
        flights.insert(id.to_owned(), receive.clone());
        let (this, id) = (Arc::clone(self), id.to_owned());
        self.tasks.spawn(async move {
            let outcome = run::run(&this, &id, generation).await;
            if let Err(error) = &outcome {
                tracing::warn!(connection = id, generation, %error, "A refresh failed");
                this.pause(&id);
            }
            // Out of the table first: who comes now reads the stored pair.
            this.flights
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&id);
            let _ = send.send(Some(outcome));
        });
        receive
    }

    /// Forgets pauses that are over, so that memory stays bounded.
    pub fn forget_the_quiet(&self) {
        let now = Instant::now();
        self.pauses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, until| *until > now);
    }

    fn is_paused(&self, id: &str) -> bool {
        let pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.get(id).is_some_and(|until| *until > Instant::now())
    }

    fn pause(&self, id: &str) {
        let mut pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.insert(id.to_owned(), Instant::now() + PAUSE_AFTER_FAILURE);
    }
}

fn token_of(connection: &Connection) -> Result<(AccessToken, u64), RefreshError> {
    match &connection.state {
        State::Active(tokens) => Ok((tokens.access.clone(), connection.generation)),
        State::ReconnectNeeded | State::Disconnected => Err(RefreshError::ReconnectNeeded),
    }
}
