//! Converts the end of the protocol to the result of the refresh, and logs it.

use std::sync::Arc;

use domain::{
    connection::Connection,
    refresh::{machine::End, outcome::Failure},
};

use super::Driver;
use crate::{
    activity::{self, Event},
    provider::ProviderError,
    refresh::{RefreshError, backoff::INITIAL_DELAY},
};

impl<F> Driver<'_, F> {
    /// Returns the result.
    pub(super) fn finish(self, end: End) -> Result<Arc<Connection>, RefreshError> {
        let (id, generation) = (self.id, self.generation);
        let paused = RefreshError::Paused {
            after: INITIAL_DELAY,
        };
        match end {
            End::Refreshed | End::Current => {
                let connection = self.connection.ok_or(RefreshError::Gone)?;
                if end == End::Refreshed {
                    tracing::info!(
                        connection = id.as_str(),
                        generation = connection.generation,
                        "A connection was refreshed"
                    );
                    activity::note(Event::refreshed(id, connection.generation));
                }
                Ok(connection)
            }
            End::ReconnectNeeded => Err(RefreshError::ReconnectNeeded),
            End::Gone => Err(RefreshError::Gone),
            End::Stopping => Err(RefreshError::Stopping),
            End::Postponed => {
                tracing::info!(
                    connection = id.as_str(),
                    generation,
                    "A pair that may be consumed is not refreshed ahead of need"
                );
                Err(paused)
            }
            End::StoreFailed => Err(self.store_error.map_or(paused, RefreshError::from)),
            End::Failed(failure) => {
                let Some(error) = self.provider_error else {
                    return Err(paused);
                };
                if !matches!(failure, Failure::Withheld { .. }) {
                    activity::note(Event::refresh_failed(id, generation, &reason(&error)));
                }
                let now = self.resources.clock.now();
                if failure == Failure::ClientRejected {
                    tracing::error!(connection = id.as_str(), %error, "Snyk rejects this app’s credentials; no connection is dropped");
                } else if self
                    .connection
                    .is_some_and(|connection| connection.access_expires_at > now)
                {
                    // The present access token can be used until it expires.
                    tracing::info!(connection = id.as_str(), %error, "A renewal failed; the present token still lives");
                }
                Err(RefreshError::Provider(Arc::new(error)))
            }
            End::Unexpected => {
                tracing::error!(
                    connection = id.as_str(),
                    generation,
                    "A refresh ended in a state that cannot be"
                );
                Err(paused)
            }
        }
    }
}

/// Returns why a refresh failed, in words of this program: the provider's own may hold anything.
fn reason(error: &ProviderError) -> String {
    match error {
        ProviderError::NotSent(_) => "Snyk cannot be reached".to_owned(),
        ProviderError::AnswerLost(_) => "Snyk’s answer was lost".to_owned(),
        ProviderError::Later { status, .. } => format!("Snyk answered {status}"),
        ProviderError::ConcurrentUse => "Snyk speaks of a concurrent use".to_owned(),
        ProviderError::ClientRejected { .. } => "Snyk rejects this app’s credentials".to_owned(),
        ProviderError::Intermediary { status, .. } => {
            format!("something between this server and Snyk answered {status}")
        }
        ProviderError::Unreadable
        | ProviderError::Unusable(_)
        | ProviderError::CircuitOpen { .. }
        | ProviderError::GrantRejected { .. } => "Snyk’s answer is of no use".to_owned(),
    }
}
