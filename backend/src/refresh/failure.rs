//! Classifies the errors of a token request for the protocol of a refresh (pure).

use domain::refresh::outcome::Failure;

use crate::provider::ProviderError;

impl From<&ProviderError> for Failure {
    fn from(error: &ProviderError) -> Self {
        match error {
            ProviderError::NotSent(_) => Self::NotSent,
            ProviderError::CircuitOpen { after } => Self::Withheld { after: *after },
            ProviderError::AnswerLost(_) | ProviderError::Unreadable => Self::Lost,
            ProviderError::Later { after, .. } => Self::Later { after: *after },
            ProviderError::ConcurrentUse => Self::ConcurrentUse,
            ProviderError::GrantRejected { .. } => Self::GrantRejected,
            ProviderError::ClientRejected { .. } => Self::ClientRejected,
            ProviderError::Unusable(_) | ProviderError::Intermediary { .. } => Self::Unusable,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::refresh::outcome::{self, Next};

    use super::*;

    fn next(error: &ProviderError, tries: u32, replayed: bool) -> Next {
        outcome::next(Failure::from(error), tries, replayed)
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
        let withheld = |seconds| ProviderError::CircuitOpen {
            after: Duration::from_secs(seconds),
        };
        for (tries, replayed) in [(1, false), (1, true), (2, false)] {
            assert_eq!(next(&withheld(4), tries, replayed), Next::GiveUp);
        }
        // A replay is worth a short wait.
        let four = Duration::from_secs(4);
        assert_eq!(next(&withheld(4), 2, true), Next::Again(four));
        assert_eq!(next(&withheld(6), 2, true), Next::GiveUp);
        assert_eq!(next(&withheld(4), 3, true), Next::GiveUp);
        assert!(matches!(next(&later(None), 1, false), Next::Again(_)));
        assert_eq!(next(&later(None), 3, false), Next::GiveUp);
        let two = Duration::from_secs(2);
        assert_eq!(next(&later(Some(two)), 1, false), Next::Again(two));
        assert_eq!(
            next(&later(Some(Duration::from_mins(1))), 1, false),
            Next::GiveUp
        );
        assert!(matches!(
            outcome::next(Failure::NotSent, 2, true),
            Next::Again(_)
        ));
        assert_eq!(outcome::next(Failure::NotSent, 3, true), Next::GiveUp);
    }
}
