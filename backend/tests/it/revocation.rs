//! Rounds of revocations against a failing provider: which tokens are sent, how often, and how many
//! at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use domain::{ids::RevocationId, vault::secret::RefreshToken};
use jiff::{SignedDuration, Timestamp};
use snyk_app::{
    clock::Clock,
    provider::ProviderError,
    revocation::revoke_due,
    store::{Revocation, Store},
};

use crate::common::{
    bed::{self, Raw},
    provider::{Provider, TokenEndpoint},
    records::now,
};

/// A clock that the test sets.
#[derive(Debug)]
struct HandClock(Mutex<Timestamp>);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A token endpoint that fails for some tokens, or for all.
#[derive(Debug, Default)]
struct Revocations(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    fails_for: BTreeSet<String>,
    is_away: bool,
    requests: BTreeMap<String, u32>,
    in_flight: usize,
    most_at_once: usize,
}

#[async_trait]
impl TokenEndpoint for Revocations {
    async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError> {
        let fails = {
            let mut seen = self.0.lock().unwrap();
            *seen.requests.entry(token.secret().to_owned()).or_default() += 1;
            seen.in_flight += 1;
            seen.most_at_once = seen.most_at_once.max(seen.in_flight);
            seen.is_away || seen.fails_for.contains(token.secret())
        };
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.0.lock().unwrap().in_flight -= 1;
        if fails {
            return Err(ProviderError::Later {
                status: 500,
                after: None,
            });
        }
        Ok(())
    }
}

/// A store with `n` pending revocations, `t0` and on.
struct Bed {
    store: Arc<dyn Store>,
    provider: Provider<Revocations>,
    clock: HandClock,
    _database: Arc<dyn Raw>,
}

impl Bed {
    async fn with(bed: bed::Bed, pending: usize) -> Self {
        let store = bed.store;
        let now = now();
        for number in 0..pending {
            let revocation = Revocation {
                id: RevocationId::from_stored(format!("r{number}")),
                token: RefreshToken::new(format!("t{number}")),
                tries: 0,
            };
            store
                .enqueue_revocation(None, &revocation, None, now)
                .await
                .unwrap();
        }
        Self {
            store,
            provider: Provider::default(),
            clock: HandClock(Mutex::new(now)),
            _database: bed.database,
        }
    }

    /// Runs a round, then advances the clock by ten seconds. Returns the number of requests.
    async fn round(&self) -> u32 {
        let before = self.requests();
        revoke_due(&*self.store, &self.provider, &self.clock).await;
        let now = self.clock.now();
        *self.clock.0.lock().unwrap() = now + SignedDuration::from_secs(10);
        self.requests() - before
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        let Provider(Revocations(seen)) = &self.provider;
        seen.lock().unwrap()
    }

    fn requests(&self) -> u32 {
        self.seen().requests.values().sum()
    }

    async fn pending(&self) -> Vec<String> {
        let due = self.store.due_revocations(Timestamp::MAX, 10_000).await;
        due.unwrap()
            .into_iter()
            .map(|r| r.token.secret().to_owned())
            .collect()
    }
}

async fn sec_42_those_that_always_fail_grow_rare_and_keep_nobody_waiting(bed: bed::Bed) {
    let bed = Bed::with(bed, 40).await;
    let bad: Vec<String> = ["t0", "t1", "t2", "t3", "t7"].map(str::to_owned).into();
    bed.seen().fails_for = bad.iter().cloned().collect();
    // The first that are due all fail, which ends a round: the others come in the next rounds.
    for _ in 0..4 {
        bed.round().await;
    }
    let mut left = bed.pending().await;
    left.sort();
    assert_eq!(left, bad);
    // Rounds for an hour.
    for _ in 0..360 {
        bed.round().await;
    }
    for (token, times) in &bed.seen().requests {
        let most = if bad.contains(token) { 10 } else { 1 };
        assert!((1..=most).contains(times), "{token}: {times} times");
    }
}

async fn sec_42_a_provider_that_is_away_is_not_asked_for_each_token_and_then_for_all(
    bed: bed::Bed,
) {
    let bed = Bed::with(bed, 500).await;
    bed.seen().is_away = true;
    for round in 0..30 {
        let requests = bed.round().await;
        assert!((1..=8).contains(&requests), "round {round}: {requests}");
    }
    // Different tokens have been sent.
    assert!(bed.seen().requests.len() > 60);
    bed.seen().is_away = false;
    for round in 0..100 {
        let requests = bed.round().await;
        assert!(requests <= 100, "round {round}: {requests} in one round");
    }
    assert!(bed.pending().await.is_empty());
    let most = bed.seen().most_at_once;
    assert!((2..=4).contains(&most), "{most} at once");
}

contract! {
    sec_42_those_that_always_fail_grow_rare_and_keep_nobody_waiting
    sec_42_a_provider_that_is_away_is_not_asked_for_each_token_and_then_for_all
}
