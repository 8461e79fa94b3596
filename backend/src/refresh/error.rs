//! The reasons why no access token is available.

use std::{sync::Arc, time::Duration};

use crate::{provider::ProviderError, store::StoreError};

/// The reasons why no access token is available.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RefreshError {
    /// The tokens are invalid; a person must connect again.
    #[error("the connection must be made again by a person")]
    ReconnectNeeded,
    /// The connection does not exist any more.
    #[error("the connection is no more")]
    Gone,
    /// The provider did not refresh it.
    #[error(transparent)]
    Provider(Arc<ProviderError>),
    /// The store failed.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// A refresh failed recently, or its owner died, and the backoff delay has not passed.
    #[error("the refresh failed lately and is paused")]
    Paused {
        /// The remaining delay.
        after: Duration,
    },
    /// The refresh takes longer than a request may wait; it continues.
    #[error("the refresh takes too long to wait for")]
    Waiting,
    /// The process is stopping, and nobody waits for the refresh.
    #[error("the refresh was not begun before the stop")]
    Stopping,
}

impl RefreshError {
    /// Returns the time until the provider is asked again, if it was not asked because it is known not
    /// to answer.
    pub(super) fn withheld(&self) -> Option<Duration> {
        match self {
            Self::Provider(error) => match **error {
                ProviderError::CircuitOpen { after } => Some(after),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<StoreError> for RefreshError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}
