//! Refresh tokens that must die at the provider (SEC-42). Each is in the store before anything is
//! sent, so that neither an outage nor the end of the process leaves one alive; it is told at once,
//! and then again and again with exponential backoff, until the provider says that it is dead or until
//! the token has ended by itself.
//!
//! Whatever the reason of a failure is, only the token that met it is postponed: one for which the
//! provider always fails keeps no other alive. Several failures in a row end the round, so that a
//! provider that is away is not asked for each token; the next round begins with those that were due
//! next.

use std::{
    future,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use futures_util::{StreamExt as _, stream};

use super::Grant;
use crate::{
    backoff::{exponential, with_jitter},
    clock::Clock,
    provider::{ProviderClient, ProviderError},
    store::{Revocation, RevocationStore},
};

/// Whoever ended a connection waits this long for the provider; the rest happens later.
const PERSON_WAITS: Duration = Duration::from_secs(8);
/// The pause after a first failure; doubled with each that follows.
const FIRST: Duration = Duration::from_secs(10);
/// And at most this.
const LONGEST: Duration = Duration::from_hours(24);
/// Those that failed together come back spread over this much more.
const JITTER_AT_MOST: Duration = Duration::from_mins(10);
/// Tokens of one round.
const ROUND: u32 = 100;
/// Revocation requests at once.
const AT_ONCE: usize = 4;
/// So many failures in a row end a round.
const FAILURES_IN_A_ROW: u32 = 3;
/// How often a token is noted where the store fails.
const NOTES: u32 = 3;

/// Ends a pair that goes into no connection: noted first, then told.
pub async fn revoke_or_enqueue(
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
            .enqueue_revocation(&revocation, grant.refresh_expires_at, clock.now())
            .await;
        let revoked = revoke_within(store, provider, clock, &revocation).await;
        match noted {
            Ok(()) => return,
            Err(_) if revoked => return,
            Err(error) => {
                tracing::error!(round, %error, "A pair that must die can be neither noted nor revoked");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Tells the provider while a person waits; whether it said that the token is dead.
pub(super) async fn revoke_within(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
    revocation: &Revocation,
) -> bool {
    let revoked = revoke(store, provider, clock, revocation);
    tokio::time::timeout(PERSON_WAITS, revoked).await == Ok(true)
}

/// Tells the provider of refresh tokens that are due: so many in one round, the longest due first.
pub async fn revoke_due(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
) {
    match store.remove_expired_revocations(clock.now()).await {
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
    let due = match store.due_revocations(clock.now(), ROUND).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "Pending revocations cannot be read");
            return;
        }
    };
    let failures = &AtomicU32::new(0);
    stream::iter(&due)
        .take_while(|_| future::ready(failures.load(Ordering::Relaxed) < FAILURES_IN_A_ROW))
        .for_each_concurrent(AT_ONCE, |revocation| async move {
            if revoke(store, provider, clock, revocation).await {
                failures.store(0, Ordering::Relaxed);
            } else {
                failures.fetch_add(1, Ordering::Relaxed);
            }
        })
        .await;
}

/// Tells the provider; whether the token is dead there. If not, it is postponed.
async fn revoke(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
    revocation: &Revocation,
) -> bool {
    let id = revocation.id.as_str();
    match provider.revoke(&revocation.token).await {
        // What it does not accept any more is as dead as can be.
        Ok(()) | Err(ProviderError::GrantRejected { .. }) => {}
        Err(error) => {
            tracing::warn!(revocation = id, %error, "Snyk could not be told to revoke");
            let now = clock.now();
            let pause = pause(revocation.tries, error.retry_after());
            let pause = with_jitter(pause, JITTER_AT_MOST);
            let next_at = now.saturating_add(pause).unwrap_or(now);
            if let Err(error) = store.postpone_revocation(id, next_at).await {
                tracing::warn!(revocation = id, %error, "A revocation could not be postponed");
            }
            return false;
        }
    }
    if let Err(error) = store.complete_revocation(id).await {
        // Told once more later, which does no harm (RFC 7009 section 2.2).
        tracing::warn!(revocation = id, %error, "A revocation could not be noted");
    }
    true
}

/// How long one that failed so often before is not sent again: longer if the provider asks for it.
fn pause(tries: u32, asked: Option<Duration>) -> Duration {
    exponential(FIRST, tries.saturating_add(1), LONGEST).max(asked.unwrap_or_default().min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_42_what_fails_is_sent_more_and_more_rarely_and_not_before_it_may() {
        for (tries, asked, seconds) in [
            (0, None, 10),
            (1, None, 20),
            (14, None, 86_400),
            (u32::MAX, None, 86_400),
            (0, Some(5), 10),
            (0, Some(60), 60),
            (0, Some(u64::MAX), 86_400),
        ] {
            let pause = pause(tries, asked.map(Duration::from_secs));
            assert_eq!(pause.as_secs(), seconds, "{tries} {asked:?}");
        }
    }
}
