//! What the provider's answer to a refresh, or its lack, means (pure).

use std::time::Duration;

use crate::provider::ProviderError;

/// What to do after a failed presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing was consumed: present the same token again, after this long.
    Again(Duration),
    /// Whether it was consumed is unknown: present it once more, at once, in this task; under strict
    /// rotation the connection was lost anyway, with a grace window it is saved.
    ReplayOnce,
    /// Another presentation is in flight: read again, and present once more if nothing moved.
    ReadAgain(Duration),
    /// The token is dead: erase it, ask a person to connect again.
    Reconnect,
    /// The operator's error: drop nothing, sign nobody out, tell.
    Alert,
    /// Stop trying for now; nothing is dropped.
    GiveUp,
}

/// How often one task presents a token that was not consumed.
const TRIES: u32 = 3;
/// Waiting longer than this is for a later task.
const WAIT_AT_MOST: Duration = Duration::from_secs(5);

/// What follows from `error` at presentation number `tries` (the first is 1), of which an earlier one
/// may have been replayed.
#[must_use]
pub fn next(error: &ProviderError, tries: u32, replayed: bool) -> Next {
    let pause = Duration::from_millis(250) * 2_u32.pow(tries.min(6));
    match error {
        ProviderError::GrantRejected { .. } => Next::Reconnect,
        ProviderError::ClientRejected { .. } => Next::Alert,
        ProviderError::AnswerLost(_) | ProviderError::Unreadable if !replayed => Next::ReplayOnce,
        ProviderError::AnswerLost(_)
        | ProviderError::Unreadable
        | ProviderError::Unusable(_)
        | ProviderError::Intermediary { .. } => Next::GiveUp,
        _ if tries >= TRIES => Next::GiveUp,
        ProviderError::ConcurrentUse => Next::ReadAgain(pause),
        ProviderError::NotSent(_) => Next::Again(pause),
        ProviderError::Later { after, .. } => match after.unwrap_or(pause) {
            after if after > WAIT_AT_MOST => Next::GiveUp,
            after => Next::Again(after.max(pause)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(matches!(next(&later(None), 1, false), Next::Again(_)));
        assert_eq!(next(&later(None), 3, false), Next::GiveUp);
        let two = Duration::from_secs(2);
        assert_eq!(next(&later(Some(two)), 1, false), Next::Again(two));
        assert_eq!(
            next(&later(Some(Duration::from_mins(1))), 1, false),
            Next::GiveUp
        );
    }
}
