//! Carries out the commands of the protocol in [`domain::refresh::machine`], and reports their results to it.
//! Tokens, permits, leases and errors stay here; all decisions are the machine's.

mod finish;
mod heartbeat;

use std::{sync::Arc, time::Instant};

use domain::{
    connection::{Connection, Grant, State},
    ids::ConnectionId,
    refresh::{
        machine::{Acquired, Command, End, Event, Row, State as Protocol, step},
        outcome::Failure,
    },
};
use jiff::Timestamp;

use self::heartbeat::{Heartbeat, LEASE_LIFETIME};
use super::{
    concurrency_limit::{Permit, Urgency},
    error::RefreshError,
    resources::Resources,
};
use crate::{
    activity,
    backoff::with_jitter,
    metrics,
    provider::ProviderError,
    request_context,
    revocation::revoke_or_enqueue,
    store::{
        StoreError,
        lease::{Acquisition, Lease, Settlement},
    },
};

/// Refreshes the pair of `generation`, or returns the connection if that has happened already.
/// `is_awaited` returns whether anybody waits for the refresh at the moment.
pub(super) async fn run(
    resources: &Resources,
    id: &ConnectionId,
    generation: u64,
    urgency: &Urgency,
    is_awaited: impl Fn() -> bool,
) -> Result<Arc<Connection>, RefreshError> {
    let mut driver = Driver {
        resources,
        id,
        generation,
        urgency,
        is_awaited,
        heartbeat: Heartbeat::default(),
        permit: None,
        lease: None,
        connection: None,
        grant: None,
        provider_error: None,
        store_error: None,
    };
    let began = Instant::now();
    let (mut state, mut command) = Protocol::start(generation);
    loop {
        if let Command::Finish(end) = command {
            metrics::refresh_finished(outcome_word(end), began.elapsed());
            request_context::set_on_span("snyk_app.refresh.outcome", outcome_word(end));
            return driver.finish(end);
        }
        let event = driver.carry_out(command).await;
        if driver.heartbeat.take_lost() {
            // The command has ended, so that there is nothing to continue with.
            (state, _) = step(state, Event::LeaseLost);
        }
        (state, command) = step(state, event);
    }
}

/// The tokens, permits and leases of one refresh.
struct Driver<'a, F> {
    resources: &'a Resources,
    id: &'a ConnectionId,
    generation: u64,
    urgency: &'a Urgency,
    is_awaited: F,
    heartbeat: Heartbeat,
    /// Held only while a token request may be in flight.
    permit: Option<Permit<'a>>,
    lease: Option<Lease>,
    /// The connection that was loaded last.
    connection: Option<Arc<Connection>>,
    /// The pair that is to be stored.
    grant: Option<Grant>,
    provider_error: Option<ProviderError>,
    store_error: Option<StoreError>,
}

impl<F: Fn() -> bool> Driver<'_, F> {
    async fn carry_out(&mut self, command: Command) -> Event {
        match command {
            Command::Load => self.load().await,
            Command::AcquirePermit => self.acquire_permit().await,
            Command::AcquireLease => self.acquire_lease().await,
            Command::RenewLease => self.renew_lease().await,
            Command::Present => self.present().await,
            Command::StorePair => self.store_pair().await,
            Command::MarkReconnectNeeded => {
                let event = self.settle(Settlement::ReconnectNeeded).await;
                if event == Event::Settled
                    && let Some(error) = &self.provider_error
                {
                    tracing::warn!(connection = self.id.as_str(), generation = self.generation, %error, "A connection was lost");
                    let word = match error {
                        ProviderError::GrantRejected { error } => error.as_str(),
                        _ => "",
                    };
                    activity::note(activity::Event::reconnect_needed(self.id, word));
                }
                event
            }
            Command::ReleaseLease => self.give_up(Settlement::Nothing).await,
            Command::LeaveLease => self.give_up(Settlement::Unknown).await,
            Command::Wait { delay, has_jitter } => {
                self.permit = None;
                let delay = if has_jitter {
                    with_jitter(delay, delay)
                } else {
                    delay
                };
                self.beside_heartbeat(tokio::time::sleep(delay)).await;
                Event::Elapsed
            }
            Command::Revoke => self.revoke().await,
            // The machine returns neither as the command after a result.
            Command::Continue | Command::Finish(_) => Event::Elapsed,
        }
    }

    /// Runs a command and renews the lease meanwhile.
    async fn beside_heartbeat<T>(&mut self, work: impl Future<Output = T>) -> T {
        match &self.lease {
            Some(lease) => {
                let store = &*self.resources.store;
                self.heartbeat.beside(store, lease, work).await
            }
            None => work.await,
        }
    }

    fn store_failed(&mut self, error: StoreError) -> Event {
        self.store_error = Some(error);
        Event::StoreFailed
    }

    async fn load(&mut self) -> Event {
        let (store, id) = (&self.resources.store, self.id);
        let loaded = match self.beside_heartbeat(store.connection(id)).await {
            Ok(loaded) => loaded,
            Err(error) => return self.store_failed(error),
        };
        let now = self.resources.clock.now();
        let row = row_of(loaded.as_ref(), self.grant.as_ref(), now);
        self.connection = loaded.map(Arc::new);
        let is_urgent = self.urgency.is_raised();
        Event::Loaded { row, is_urgent }
    }

    async fn acquire_permit(&mut self) -> Event {
        let (resources, urgency) = (self.resources, self.urgency);
        let permit = self
            .beside_heartbeat(resources.permits.acquire(urgency))
            .await;
        self.permit = Some(permit);
        if resources.is_stopping() && !(self.is_awaited)() {
            Event::StopAsked
        } else {
            Event::Permitted
        }
    }

    async fn acquire_lease(&mut self) -> Event {
        self.lease = None;
        self.heartbeat = Heartbeat::default();
        let store = &self.resources.store;
        let acquired = store
            .acquire_lease(self.id, self.generation, LEASE_LIFETIME)
            .await;
        let (acquired, lease) = match acquired {
            Ok(Acquisition::Free(lease)) => (Acquired::Free, Some(lease)),
            Ok(Acquisition::Abandoned(lease)) => {
                tracing::warn!(
                    connection = self.id.as_str(),
                    generation = self.generation,
                    "The outcome of an earlier refresh is unknown"
                );
                (Acquired::Abandoned, Some(lease))
            }
            Ok(Acquisition::Held) => (Acquired::Held, None),
            Ok(Acquisition::Superseded) => (Acquired::Superseded, None),
            Err(error) => return self.store_failed(error),
        };
        let result = match acquired {
            Acquired::Free => "free",
            Acquired::Abandoned => "abandoned",
            Acquired::Held => "held",
            Acquired::Superseded => "superseded",
        };
        metrics::lease_asked_for(result);
        request_context::set_on_span("snyk_app.refresh.lease", result);
        self.lease = lease;
        Event::Acquired(acquired)
    }

    async fn renew_lease(&mut self) -> Event {
        let Some(lease) = &self.lease else {
            return Event::LeaseLost;
        };
        match self
            .resources
            .store
            .renew_lease(lease, LEASE_LIFETIME)
            .await
        {
            Ok(true) => {
                self.heartbeat = Heartbeat::default();
                Event::Renewed
            }
            Ok(false) => {
                heartbeat::warn_of_loss(lease);
                Event::LeaseLost
            }
            Err(error) => self.store_failed(error),
        }
    }

    async fn present(&mut self) -> Event {
        let connection = self.connection.clone();
        let Some(State::Active(tokens)) = connection.as_ref().map(|found| &found.state) else {
            return Event::Failed(Failure::Unusable);
        };
        let provider = &self.resources.provider;
        let answer = self.beside_heartbeat(provider.refresh(&tokens.refresh));
        match answer.await {
            Ok(grant) => {
                self.permit = None;
                self.grant = Some(grant);
                Event::Granted
            }
            Err(error) => {
                let failure = Failure::from(&error);
                self.provider_error = Some(error);
                Event::Failed(failure)
            }
        }
    }

    /// Stores the new pair before anyone uses it.
    async fn store_pair(&mut self) -> Event {
        let Some(grant) = self.grant.take() else {
            return Event::NotSettled;
        };
        let settlement = Settlement::Pair {
            grant: &grant,
            issued_at: self.resources.clock.now(),
        };
        let event = self.settle(settlement).await;
        self.grant = Some(grant);
        if event == Event::StoreFailed
            && let Some(error) = &self.store_error
        {
            tracing::error!(connection = self.id.as_str(), %error, "A new pair cannot be stored; trying again");
        }
        event
    }

    async fn give_up(&mut self, settlement: Settlement<'_>) -> Event {
        let event = self.settle(settlement).await;
        if event == Event::StoreFailed
            && let Some(error) = &self.store_error
        {
            tracing::warn!(connection = self.id.as_str(), %error, "A lease could not be given back; it ends by itself");
        }
        event
    }

    async fn settle(&mut self, settlement: Settlement<'_>) -> Event {
        let Some(lease) = self.lease.take() else {
            return Event::NotSettled;
        };
        match self.resources.store.settle_lease(lease, settlement).await {
            Ok(true) => Event::Settled,
            Ok(false) => Event::NotSettled,
            Err(error) => {
                self.lease = Some(error.lease);
                self.store_failed(error.cause)
            }
        }
    }

    async fn revoke(&mut self) -> Event {
        if let Some(grant) = self.grant.take() {
            let Resources {
                store,
                provider,
                clock,
                ..
            } = self.resources;
            revoke_or_enqueue(&**store, &**provider, &**clock, Some(self.id), &grant).await;
        }
        Event::Revoked
    }
}

/// Returns the word by which the metrics know the end of a refresh.
const fn outcome_word(end: End) -> &'static str {
    match end {
        End::Refreshed => "refreshed",
        End::Current => "current",
        End::ReconnectNeeded => "reconnect_needed",
        End::Gone => "gone",
        End::Stopping => "stopping",
        End::Postponed => "postponed",
        End::StoreFailed => "store_failed",
        End::Failed(Failure::ClientRejected) => "client_rejected",
        End::Failed(Failure::Lost) => "answer_lost",
        End::Failed(Failure::Withheld { .. }) => "withheld",
        End::Failed(_) => "provider_failed",
        End::Unexpected => "unexpected",
    }
}

/// Returns what the protocol needs to know of a connection.
fn row_of(connection: Option<&Connection>, grant: Option<&Grant>, now: Timestamp) -> Row {
    let Some(connection) = connection else {
        return Row::Gone;
    };
    let left = connection.access_expires_at.duration_since(now);
    match &connection.state {
        State::Active(tokens) => Row::Active {
            generation: connection.generation,
            access_left: left.try_into().unwrap_or_default(),
            holds_pair: grant
                .is_some_and(|grant| grant.tokens.refresh.secret() == tokens.refresh.secret()),
        },
        State::ReconnectNeeded => Row::ReconnectNeeded,
        State::Disconnected => Row::Gone,
    }
}
