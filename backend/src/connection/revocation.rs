//! Refresh tokens that must die at the provider (SEC-42). Each is in the store before anything is
//! sent, so that neither an outage nor the end of the process leaves one alive; it is told at once,
//! and then again and again, more and more rarely, until the provider says that it is dead or until
//! the token has ended by itself.

use std::time::Duration;

use jiff::SignedDuration;

use super::Grant;
use crate::{
    clock::Clock,
    provider::{ProviderClient, ProviderError},
    store::{Revocation, RevocationStore},
};

/// Whoever ended a connection waits this long for the provider; the rest happens later.
const PERSON_WAITS: Duration = Duration::from_secs(8);
/// The pause after a first refusal; doubled with each that follows.
const FIRST: SignedDuration = SignedDuration::from_secs(10);
/// And at most this.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// How often a token is noted where the store fails.
const NOTES: u32 = 3;

/// Ends a pair that goes into no connection: noted first, then told.
pub async fn let_die(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
    grant: &Grant,
) {
    let revocation = Revocation {
        id: ulid::Ulid::new().to_string(),
        token: grant.tokens.refresh.clone(),
        tries: 0,
    };
    for round in 1..=NOTES {
        let noted = store
            .note_revocation(&revocation, grant.refresh_expires_at, clock.now())
            .await;
        let told = tell_while_waiting(store, provider, clock, &revocation).await;
        match noted {
            Ok(()) => return,
            Err(_) if told => return,
            Err(error) => {
                tracing::error!(round, %error, "A pair that must die can be neither noted nor revoked");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Tells the provider while a person waits; whether it said that the token is dead.
pub(super) async fn tell_while_waiting(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
    revocation: &Revocation,
) -> bool {
    let told = tell(store, provider, clock, revocation);
    tokio::time::timeout(PERSON_WAITS, told).await == Ok(Told::Dead)
}

/// Tells the provider of every refresh token that is due.
pub async fn tell_pending(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
) {
    match store.ended_revocations(clock.now()).await {
        Ok(ended) => {
            for revocation in ended {
                tracing::error!(
                    revocation,
                    "Snyk never took the revocation of a token, which has ended by itself now"
                );
            }
        }
        Err(error) => tracing::warn!(%error, "Ended revocations cannot be removed"),
    }
    match store.revocations(clock.now()).await {
        Ok(due) => {
            for revocation in due {
                if tell(store, provider, clock, &revocation).await == Told::Away {
                    // The others can wait as well.
                    break;
                }
            }
        }
        Err(error) => tracing::warn!(%error, "Pending revocations cannot be read"),
    }
}

/// What became of telling the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// The token is dead there.
    Dead,
    /// It answers, and not to this.
    NotThis,
    /// It does not answer, or not to us.
    Away,
}

async fn tell(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
    revocation: &Revocation,
) -> Told {
    let id = revocation.id.as_str();
    match provider.revoke(&revocation.token).await {
        // What it does not accept any more is as dead as can be.
        Ok(()) | Err(ProviderError::GrantRejected { .. }) => {}
        Err(error) => {
            tracing::warn!(revocation = id, %error, "Snyk could not be told to revoke");
            let is_refused = matches!(
                error,
                ProviderError::Unusable(_)
                    | ProviderError::Unreadable
                    | ProviderError::ConcurrentUse
            );
            if !is_refused {
                return Told::Away;
            }
            let now = clock.now();
            let next_at = now.saturating_add(pause(revocation.tries)).unwrap_or(now);
            if let Err(error) = store.revocation_refused(id, next_at).await {
                tracing::warn!(revocation = id, %error, "A refusal could not be noted");
            }
            return Told::NotThis;
        }
    }
    if let Err(error) = store.revocation_done(id).await {
        // Told once more later, which does no harm (RFC 7009 section 2.2).
        tracing::warn!(revocation = id, %error, "A revocation could not be noted");
    }
    Told::Dead
}

/// How long one that was refused so often before is not sent again.
fn pause(tries: u32) -> SignedDuration {
    FIRST
        .saturating_mul(2_i32.saturating_pow(tries))
        .min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_42_what_is_refused_is_sent_more_and_more_rarely() {
        let seconds: Vec<i64> = [0, 1, 2, 8, 13, 14, 40, u32::MAX]
            .into_iter()
            .map(|tries| pause(tries).as_secs())
            .collect();
        assert_eq!(seconds, [10, 20, 40, 2_560, 81_920, 86_400, 86_400, 86_400]);
    }
}
