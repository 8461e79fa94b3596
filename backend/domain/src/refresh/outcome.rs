//! Classifies the provider's answer to a refresh, or its absence (pure).

use std::time::Duration;

use crate::backoff::exponential;

/// The kind of a failed presentation, as far as the protocol depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// No byte of the request was sent.
    NotSent,
    /// Nothing was sent, because the provider is known not to answer.
    Withheld {
        /// The time until it is asked again.
        after: Duration,
    },
    /// The answer was lost: it is unknown whether the token was consumed.
    Lost,
    /// The provider fails temporarily.
    Later {
        /// The delay that the provider requests.
        after: Option<Duration>,
    },
    /// Another presentation of the token is in flight.
    ConcurrentUse,
    /// The token is invalid.
    GrantRejected,
    /// The app's credentials are wrong.
    ClientRejected,
    /// The answer is of no use, or not the provider's.
    Unusable,
}

impl Failure {
    /// Returns whether the token may have been consumed.
    #[must_use]
    pub const fn leaves_doubt(self) -> bool {
        matches!(self, Self::Lost | Self::Unusable)
    }
}

/// The step that follows a failed presentation of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The token was not consumed: present it again after this delay.
    Again(Duration),
    /// It is unknown whether the token was consumed: present it once more, at once, in this task.
    /// Under strict rotation the connection is lost anyway; with a grace period this saves it.
    ReplayOnce,
    /// Another presentation is in flight: reload, and present again if the pair has not changed.
    ReadAgain(Duration),
    /// The token is invalid: erase it; a person must connect again.
    Reconnect,
    /// The app's credentials are wrong: log it for the operator; drop no connection and end no
    /// session.
    Alert,
    /// Stop for now; drop nothing.
    GiveUp,
}

/// Maximum number of presentations in one task.
pub(super) const MAX_ATTEMPTS: u32 = 3;
/// Maximum delay within one task; a later task handles longer ones.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// Returns the step that follows `failure` at presentation number `tries` (the first is 1).
/// `replayed` is whether the token has been replayed already.
#[must_use]
pub fn next(failure: Failure, tries: u32, replayed: bool) -> Next {
    let delay = exponential(Duration::from_millis(500), tries, Duration::from_secs(16));
    match failure {
        Failure::GrantRejected => Next::Reconnect,
        Failure::ClientRejected => Next::Alert,
        Failure::Lost if !replayed => Next::ReplayOnce,
        Failure::Lost | Failure::Unusable => Next::GiveUp,
        _ if tries >= MAX_ATTEMPTS => Next::GiveUp,
        Failure::ConcurrentUse => Next::ReadAgain(delay),
        Failure::NotSent => Next::Again(delay),
        // Whoever waits is told at once. Only a replay is worth a wait: later it may be too late for
        // the grace period of the token that was presented just now.
        Failure::Withheld { after } if replayed && tries > 1 && after <= MAX_DELAY => {
            Next::Again(after)
        }
        Failure::Withheld { .. } => Next::GiveUp,
        Failure::Later { after } => match after.unwrap_or(delay) {
            after if after > MAX_DELAY => Next::GiveUp,
            after => Next::Again(after.max(delay)),
        },
    }
}
