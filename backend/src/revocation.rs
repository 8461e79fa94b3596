//! Revokes refresh tokens at the provider (SEC-42). Each revocation is stored before it is sent, so
//! that neither an outage nor the end of the process leaves a token valid. It is sent at once, and
//! retried with exponential backoff until the provider confirms it or the token has expired.
//!
//! A failure postpones only its own token, whatever the reason: a token for which the provider
//! always fails does not block the others. Several consecutive failures end the round, so that a
//! provider that is unreachable does not receive a request per token; the next round begins with
//! the tokens that were due next.

use std::{
    future,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use domain::{
    connection::Grant,
    ids::{ConnectionId, RevocationId},
};
use futures_util::{StreamExt as _, stream};

use crate::{
    backoff::{exponential, with_jitter},
    clock::Clock,
    provider::{ProviderClient, ProviderError},
    store::{Revocation, RevocationStore},
};

/// Maximum time that an interactive request waits for the provider; the rest happens later.
const INTERACTIVE_TIMEOUT: Duration = Duration::from_secs(8);
/// Delay after the first failure; doubled with each further one.
const INITIAL_DELAY: Duration = Duration::from_secs(10);
/// Upper bound of the delay.
const MAX_DELAY: Duration = Duration::from_hours(24);
/// Maximum jitter, so that revocations that failed together are not retried together.
const MAX_JITTER: Duration = Duration::from_mins(10);
/// Maximum number of revocations in one round.
const BATCH: u32 = 100;
/// Maximum number of concurrent revocation requests.
const MAX_CONCURRENT: usize = 4;
/// Number of consecutive failures that ends a round.
const MAX_CONSECUTIVE_FAILURES: u32 = 3;
/// Maximum number of attempts to store a revocation when the store fails.
const MAX_STORE_ATTEMPTS: u32 = 3;

/// Revokes a token pair that was stored for no connection, or came for one that has ended. Stores the
/// revocation first, then sends it.
pub async fn revoke_or_enqueue(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
    of: Option<&ConnectionId>,
    grant: &Grant,
) {
    let revocation = Revocation {
        id: RevocationId::generate(),
        token: grant.tokens.refresh.clone(),
        tries: 0,
    };
    for round in 1..=MAX_STORE_ATTEMPTS {
        let enqueued = store
            .enqueue_revocation(of, &revocation, grant.refresh_expires_at, clock.now())
            .await;
        let revoked = revoke_within(store, provider, clock, &revocation).await;
        match enqueued {
            Ok(()) => return,
            Err(_) if revoked => return,
            Err(error) => {
                tracing::error!(round, %error, "A pair that must die can be neither noted nor revoked");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Sends a revocation while a person waits. Returns whether the provider confirmed it in time.
pub async fn revoke_within(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
    revocation: &Revocation,
) -> bool {
    let revoked = revoke(store, provider, clock, revocation);
    tokio::time::timeout(INTERACTIVE_TIMEOUT, revoked).await == Ok(true)
}

/// Sends one round of due revocations, those that have been due longest first.
pub async fn revoke_due(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
) {
    match store.remove_expired_revocations(clock.now()).await {
        Ok(expired) => {
            for revocation in expired {
                tracing::error!(
                    revocation = revocation.as_str(),
                    "Snyk never took the revocation of a token, which has ended by itself now"
                );
            }
        }
        Err(error) => tracing::warn!(%error, "Ended revocations cannot be removed"),
    }
    let due = match store.due_revocations(clock.now(), BATCH).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "Pending revocations cannot be read");
            return;
        }
    };
    let failures = &AtomicU32::new(0);
    stream::iter(&due)
        .take_while(|_| future::ready(failures.load(Ordering::Relaxed) < MAX_CONSECUTIVE_FAILURES))
        .for_each_concurrent(MAX_CONCURRENT, |revocation| async move {
            if revoke(store, provider, clock, revocation).await {
                failures.store(0, Ordering::Relaxed);
            } else {
                failures.fetch_add(1, Ordering::Relaxed);
            }
        })
        .await;
}

/// Sends a revocation, and postpones it on failure. Returns whether the provider confirmed it.
async fn revoke(
    store: &dyn RevocationStore,
    provider: &dyn ProviderClient,
    clock: &dyn Clock,
    revocation: &Revocation,
) -> bool {
    let id = &revocation.id;
    match provider.revoke(&revocation.token).await {
        // A token that the provider no longer accepts counts as revoked.
        Ok(()) | Err(ProviderError::GrantRejected { .. }) => {}
        Err(error) => {
            tracing::warn!(revocation = id.as_str(), %error, "Snyk could not be told to revoke");
            let now = clock.now();
            let delay = delay(revocation.tries, error.retry_after());
            let delay = with_jitter(delay, MAX_JITTER);
            let next_at = now.saturating_add(delay).unwrap_or(now);
            if let Err(error) = store.postpone_revocation(id, next_at).await {
                tracing::warn!(revocation = id.as_str(), %error, "A revocation could not be postponed");
            }
            return false;
        }
    }
    if let Err(error) = store.complete_revocation(id).await {
        // It is sent again later, which is harmless (RFC 7009 section 2.2).
        tracing::warn!(revocation = id.as_str(), %error, "A revocation could not be noted");
    }
    true
}

/// Returns the delay after `tries` earlier failures, or the provider's `retry_after` if it is
/// longer.
fn delay(tries: u32, asked: Option<Duration>) -> Duration {
    exponential(INITIAL_DELAY, tries.saturating_add(1), MAX_DELAY)
        .max(asked.unwrap_or_default().min(MAX_DELAY))
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
            let delay = delay(tries, asked.map(Duration::from_secs));
            assert_eq!(delay.as_secs(), seconds, "{tries} {asked:?}");
        }
    }
}
