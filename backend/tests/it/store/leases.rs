//! The contract of leases.

use std::{ops::Deref, time::Duration};

use domain::{
    connection::{Grant, State, Subject},
    ids::{ConnectionId, RevocationId, SessionId},
};
use jiff::Timestamp;
use snyk_app::store::{
    Account,
    lease::{Acquisition, Lease, Settlement},
};

use crate::common::{bed, records::*};

/// A lifetime that no test outlives.
const LONG: Duration = Duration::from_mins(10);
/// A lifetime that is over after [`expire`].
const SHORT: Duration = Duration::from_millis(1);

async fn expire() {
    tokio::time::sleep(20 * SHORT).await;
}

/// A time far from the database's clock, which leases must not depend on.
fn now() -> Timestamp {
    Timestamp::from_second(1_000_000_000).unwrap()
}

/// Returns the id of the one connection.
fn c() -> ConnectionId {
    ConnectionId::presented("c")
}

fn grant(name: &str) -> Grant {
    grant_at(name, now())
}

fn pair_of(grant: &Grant) -> Settlement<'_> {
    let issued_at = now();
    Settlement::Pair { grant, issued_at }
}

/// A store with the connection `c`, and the first session of it.
struct Bed {
    bed: bed::Bed,
    session: SessionId,
}

impl Deref for Bed {
    type Target = bed::Bed;

    fn deref(&self) -> &bed::Bed {
        &self.bed
    }
}

/// Connects the account of `c`, again or for the first time.
async fn connect(bed: &bed::Bed, name: &str) -> SessionId {
    let session = session(SessionId::generate(), now());
    let subject = Subject::from_stored("s".to_owned());
    let account = Account {
        context: None,
        ..account(Some(&subject), &[], true)
    };
    let (id, grant) = (c(), grant(name));
    finish(&*bed.store, login(&id, account, &grant, &session, now())).await;
    session.id
}

impl Bed {
    async fn new(bed: bed::Bed) -> Self {
        let session = connect(&bed, "first").await;
        Self { bed, session }
    }

    async fn acquire(&self, generation: u64, lifetime: Duration) -> Acquisition {
        let acquired = self.store.acquire_lease(&c(), generation, lifetime).await;
        acquired.unwrap()
    }

    /// Acquires the lease, which must be free.
    async fn free(&self, generation: u64, lifetime: Duration) -> Lease {
        match self.acquire(generation, lifetime).await {
            Acquisition::Free(lease) => lease,
            other => panic!("{other:?}"),
        }
    }

    /// Acquires the lease, which must have been abandoned.
    async fn abandoned(&self, generation: u64) -> Lease {
        match self.acquire(generation, LONG).await {
            Acquisition::Abandoned(lease) => lease,
            other => panic!("{other:?}"),
        }
    }

    /// Returns the lease of an owner, and of the one that took it over.
    async fn taken_over(&self, generation: u64) -> (Lease, Lease) {
        let late = self.free(generation, SHORT).await;
        expire().await;
        (late, self.abandoned(generation).await)
    }

    async fn is_held(&self, generation: u64) -> bool {
        matches!(self.acquire(generation, LONG).await, Acquisition::Held)
    }

    async fn is_superseded(&self, generation: u64) -> bool {
        let acquired = self.acquire(generation, LONG).await;
        matches!(acquired, Acquisition::Superseded)
    }

    async fn renew(&self, lease: &Lease) -> bool {
        self.store.renew_lease(lease, LONG).await.unwrap()
    }

    async fn settle(&self, lease: Lease, settlement: Settlement<'_>) -> bool {
        self.store.settle_lease(lease, settlement).await.unwrap()
    }

    async fn release(&self, lease: Lease) -> bool {
        self.settle(lease, Settlement::Nothing).await
    }

    async fn store_pair(&self, lease: Lease, name: &str) -> bool {
        self.settle(lease, pair_of(&grant(name))).await
    }

    async fn mark(&self, lease: Lease) -> bool {
        self.settle(lease, Settlement::ReconnectNeeded).await
    }

    /// Marks the connection or stores a pair, after another one was faster.
    async fn settle_late(&self, lease: Lease, marks: bool) -> bool {
        if marks {
            self.mark(lease).await
        } else {
            self.store_pair(lease, "late").await
        }
    }

    /// Returns generation and access token, as the refresh and as the session see them.
    async fn row(&self) -> (u64, String) {
        let row = self.store.connection(&c()).await.unwrap().unwrap();
        let seen = self.store.authorized(&self.session, &c()).await.unwrap();
        let row = (row.generation, text(&row.state));
        if let Some(seen) = seen {
            let seen = (seen.generation, text(&seen.state));
            assert_eq!(seen, row, "a cache shows what was settled");
        }
        row
    }
}

fn text(state: &State) -> String {
    match state {
        State::Active(tokens) => tokens.access.secret().to_owned(),
        other => format!("{other:?}"),
    }
}

fn row(generation: u64, access: &str) -> (u64, String) {
    (generation, access.to_owned())
}

async fn is_acquired_renewed_and_released(bed: bed::Bed) {
    let bed = Bed::new(bed).await;
    let first = bed.free(0, LONG).await;
    assert_eq!((first.connection(), first.generation()), (&c(), 0));
    assert!(bed.is_held(0).await);
    assert!(bed.renew(&first).await);
    assert!(bed.release(first).await);
    assert_eq!(bed.row().await, row(0, "first-access"));

    // A released lease is free, and each has an owner of its own.
    let second = bed.free(0, LONG).await;
    let known = second.owner().to_owned();
    assert!(bed.release(second).await);
    let third = bed.free(0, LONG).await;
    assert_ne!(known, third.owner());
    assert!(bed.release(third).await);

    // There is none for another generation or an unknown connection.
    assert!(bed.is_superseded(1).await);
    let unknown = bed
        .store
        .acquire_lease(&ConnectionId::presented("unknown"), 0, LONG)
        .await;
    assert!(matches!(unknown.unwrap(), Acquisition::Superseded));
}

async fn stores_a_pair_and_marks(bed: bed::Bed) {
    let bed = Bed::new(bed).await;
    assert_eq!(bed.row().await, row(0, "first-access"));
    let lease = bed.free(0, LONG).await;
    assert!(bed.store_pair(lease, "second").await);
    assert_eq!(bed.row().await, row(1, "second-access"));
    assert!(bed.is_superseded(0).await, "that generation is gone");
    let lease = bed.free(1, LONG).await;
    assert!(bed.mark(lease).await);
    assert_eq!(bed.row().await, row(1, "ReconnectNeeded"));
    assert!(bed.is_superseded(1).await, "there is nothing to refresh");
}

async fn expires_unless_renewed(bed: bed::Bed) {
    let bed = Bed::new(bed).await;
    let lease = bed.free(0, SHORT).await;
    expire().await;
    // An expired lease that nobody took over is still its owner's.
    assert!(bed.renew(&lease).await);
    expire().await;
    assert!(bed.is_held(0).await, "it was renewed");
}

async fn is_taken_over_when_it_expired(bed: bed::Bed) {
    let bed = Bed::new(bed).await;
    let (late, next) = bed.taken_over(0).await;
    assert!(!bed.renew(&late).await);
    assert!(bed.renew(&next).await);
    assert!(!bed.release(late).await, "it releases no lease of another");
    assert!(bed.is_held(0).await);
    // A takeover can be taken over too.
    assert!(bed.store.renew_lease(&next, SHORT).await.unwrap());
    expire().await;
    let last = bed.abandoned(0).await;
    assert!(!bed.renew(&next).await);
    assert!(bed.release(last).await);
}

/// An owner that does not know whether the token was consumed leaves its lease like a dead one.
async fn leaves_a_doubt_to_the_next_owner(bed: bed::Bed) {
    let bed = Bed::new(bed).await;
    let lease = bed.free(0, LONG).await;
    assert!(bed.settle(lease, Settlement::Unknown).await);
    assert_eq!(bed.row().await, row(0, "first-access"));
    let next = bed.abandoned(0).await;
    assert!(bed.is_held(0).await);
    assert!(bed.settle(next, Settlement::Unknown).await);
    let last = bed.abandoned(0).await;
    assert!(bed.store_pair(last, "second").await);
    let free = bed.free(1, LONG).await;
    assert!(bed.release(free).await, "a pair ends the doubt");
    // A superseded owner leaves nothing.
    let (late, next) = bed.taken_over(1).await;
    assert!(!bed.settle(late, Settlement::Unknown).await);
    assert!(bed.is_held(1).await);
    assert!(bed.release(next).await);
}

/// A superseded owner changes nothing while the other one works, and nothing afterwards.
async fn settles_nothing_for_a_superseded_owner(bed: bed::Bed) {
    let bed = Bed::new(bed).await;
    for (generation, marks) in [(0, true), (1, false)] {
        for stored_before in [false, true] {
            let (late, next) = bed.taken_over(generation).await;
            if stored_before {
                assert!(bed.store_pair(next, "winner").await);
                assert!(!bed.settle_late(late, marks).await);
                assert_eq!(bed.row().await, row(generation + 1, "winner-access"));
            } else {
                let before = bed.row().await;
                assert!(!bed.settle_late(late, marks).await);
                assert_eq!(bed.row().await, before);
                assert!(bed.release(next).await);
            }
        }
    }
}

async fn belongs_to_one_of_two_who_race(bed: bed::Bed) {
    let bed = Bed::new(bed).await;
    for generation in 0..20 {
        let (one, two) = tokio::join!(bed.acquire(generation, LONG), bed.acquire(generation, LONG));
        let lease = match (one, two) {
            (Acquisition::Free(lease), Acquisition::Held)
            | (Acquisition::Held, Acquisition::Free(lease)) => lease,
            other => panic!("{other:?}"),
        };
        assert!(bed.store_pair(lease, "next").await);
    }
    // The same for an abandoned lease, and for a settlement against a takeover.
    for generation in 20..40 {
        let late = bed.free(generation, SHORT).await;
        expire().await;
        let (one, two, settled) = tokio::join!(
            bed.acquire(generation, LONG),
            bed.acquire(generation, LONG),
            bed.store_pair(late, "late")
        );
        match (one, two, settled) {
            (Acquisition::Abandoned(lease), Acquisition::Held, false)
            | (Acquisition::Held, Acquisition::Abandoned(lease), false) => {
                assert!(bed.store_pair(lease, "next").await);
            }
            (Acquisition::Superseded, Acquisition::Superseded, true) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(bed.row().await.0, 40);
}

async fn ends_with_a_disconnect(bed: bed::Bed) {
    let bed = Bed::new(bed).await;
    let r = RevocationId::generate();
    for (generation, marks) in [(0, true), (1, false)] {
        let lease = bed.free(generation, LONG).await;
        let ended = bed.store.disconnect(&c(), &r, now()).await.unwrap();
        assert!(ended.more_may_live, "the pair may have a successor");
        bed.store.complete_revocation(&r).await.unwrap();
        assert!(!bed.renew(&lease).await);
        assert!(!bed.settle_late(lease, marks).await);
        assert_eq!(bed.row().await, row(generation, "Disconnected"));
        assert!(bed.is_superseded(generation).await);
        connect(&bed, "again").await;
    }
}

async fn ends_with_a_reconnect(bed: bed::Bed) {
    let bed = Bed::new(bed).await;
    for (generation, marks) in [(0, true), (1, false)] {
        let lease = bed.free(generation, LONG).await;
        connect(&bed, "again").await;
        assert!(!bed.renew(&lease).await);
        assert!(!bed.settle_late(lease, marks).await);
        assert_eq!(bed.row().await, row(generation + 1, "again-access"));
        // The new pair can be refreshed at once.
        let lease = bed.free(generation + 1, LONG).await;
        assert!(bed.release(lease).await);
    }
}

contract! {
    is_acquired_renewed_and_released
    stores_a_pair_and_marks
    expires_unless_renewed
    is_taken_over_when_it_expired
    leaves_a_doubt_to_the_next_owner
    settles_nothing_for_a_superseded_owner
    belongs_to_one_of_two_who_race
    ends_with_a_disconnect
    ends_with_a_reconnect
}
