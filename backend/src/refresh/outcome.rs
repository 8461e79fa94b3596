//! Classifies the provider's answer to a refresh, or its absence (pure).

use std::time::Duration;

use crate::{backoff::exponential, provider::ProviderError};

/// The kind of a failed presentation, as far as the protocol depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// No byte of the request was sent.
    NotSent,
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

impl From<&ProviderError> for Failure {
    fn from(error: &ProviderError) -> Self {
        match error {
            ProviderError::NotSent(_) => Self::NotSent,
            ProviderError::AnswerLost(_) | ProviderError::Unreadable => Self::Lost,
            ProviderError::Later { after, .. } => Self::Later { after: *after },
            ProviderError::ConcurrentUse => Self::ConcurrentUse,
            ProviderError::GrantRejected { .. } => Self::GrantRejected,
            ProviderError::ClientRejected { .. } => Self::ClientRejected,
            ProviderError::Unusable(_) | ProviderError::Intermediary { .. } => Self::Unusable,
        }
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
        Failure::Later { after } => match after.unwrap_or(delay) {
            after if after > MAX_DELAY => Next::GiveUp,
            after => Next::Again(after.max(delay)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(error: &ProviderError, tries: u32, replayed: bool) -> Next {
        super::next(Failure::from(error), tries, replayed)
    }

    #[test]
    fn sec_44_table_of_outcomes() {
        let grant = ProviderError::GrantRejected {
            error: "invalid_grant".to_owned(),
        };
        let client = ProviderError::ClientRejected {
            error: "invalid_client".to_owned(),
        };
        let later = |after| ProviderError::Later { status: 503, after };
        assert_eq!(next(&grant, 1, false), Next::Reconnect);
        assert_eq!(next(&client, 1, false), Next::Alert);
        for lost in [ProviderError::AnswerLost(None), ProviderError::Unreadable] {
            assert_eq!(next(&lost, 1, false), Next::ReplayOnce);
            assert_eq!(next(&lost, 2, true), Next::GiveUp);
        }
        let in_between = ProviderError::Intermediary {
            status: 403,
            from: String::new(),
        };
        for once in [ProviderError::Unusable(String::new()), in_between] {
            assert_eq!(next(&once, 1, false), Next::GiveUp);
        }
        assert!(matches!(
            next(&ProviderError::ConcurrentUse, 1, false),
            Next::ReadAgain(_)
        ));
        assert_eq!(next(&ProviderError::ConcurrentUse, 3, false), Next::GiveUp);
        let cause = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into();
        let not_sent = ProviderError::NotSent(cause());
        for replayed in [false, true] {
            assert!(matches!(next(&not_sent, 1, replayed), Next::Again(_)));
            assert!(matches!(next(&not_sent, 2, replayed), Next::Again(_)));
            assert_eq!(next(&not_sent, 3, replayed), Next::GiveUp);
        }
        let lost = ProviderError::AnswerLost(Some(cause()));
        assert_eq!(next(&lost, 1, false), Next::ReplayOnce);
        assert_eq!(next(&lost, 2, true), Next::GiveUp);
        assert!(matches!(next(&later(None), 1, false), Next::Again(_)));
        assert_eq!(next(&later(None), 3, false), Next::GiveUp);
        let two = Duration::from_secs(2);
        assert_eq!(next(&later(Some(two)), 1, false), Next::Again(two));
        assert_eq!(
            next(&later(Some(Duration::from_mins(1))), 1, false),
            Next::GiveUp
        );
        assert!(matches!(
            super::next(Failure::NotSent, 2, true),
            Next::Again(_)
        ));
        assert_eq!(super::next(Failure::NotSent, 3, true), Next::GiveUp);
    }
}
