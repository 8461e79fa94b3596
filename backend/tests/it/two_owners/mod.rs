//! Refreshes whose lease another owner takes over, as another node would: who presents the refresh
//! token, whose pair is stored, and what is revoked.

mod bed;

use std::{sync::atomic::Ordering, time::Duration};

use jiff::SignedDuration;
use snyk_app::{provider::ProviderError, refresh::RefreshError};

use self::bed::{
    ABANDON, BREAK_ROW, Bed, DISCONNECT, LOSE_COMMIT, NOTHING, REFUSE_PAIRS, RELEASE, Reply, STORE,
    TAKE_OVER, TAKE_PAIRS, after, change,
};

#[tokio::test]
async fn sec_40_who_lost_the_lease_presents_no_more_after_a_lost_answer() {
    let bed = Bed::with(&[(TAKE_OVER, Reply::Lost, STORE)]).await;
    let failed = bed.renew().await;
    assert!(
        matches!(&failed, Err(RefreshError::Provider(error))
            if matches!(**error, ProviderError::AnswerLost(_))),
        "{failed:?}"
    );
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(bed.after().await, after(1, "first-access", 1, 0));
}

#[tokio::test]
async fn sec_40_who_lost_the_lease_during_a_wait_uses_the_pair_of_the_other() {
    let bed = Bed::with(&[(TAKE_OVER, Reply::Later(None), STORE)]).await;
    assert_eq!(bed.renew().await.unwrap(), 1);
    assert_eq!(bed.after().await, after(1, "first-access", 1, 0));
}

#[tokio::test]
async fn sec_40_a_rejection_of_who_lost_the_lease_ends_no_connection() {
    let bed = Bed::with(&[(TAKE_OVER, Reply::Rejected, STORE)]).await;
    assert_eq!(bed.renew().await.unwrap(), 1);
    assert_eq!(bed.after().await, after(1, "first-access", 1, 0));
}

/// Three nodes that need the same refresh at the same time present the token once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_40_one_refresh_per_generation_over_all_nodes() {
    let bed = Bed::with(&[]).await;
    let (second, third) = (bed.other_node(), bed.other_node());
    let id = &bed.connection.id;
    for generation in 0..8 {
        let (one, two, three) = tokio::join!(
            bed.refresher.renew(id, generation),
            second.renew(id, generation),
            third.renew(id, generation)
        );
        for renewed in [one, two, three] {
            assert_eq!(renewed.unwrap().generation, generation + 1);
        }
    }
    assert_eq!(bed.after().await, after(8, "next-access", 8, 0));
}

#[tokio::test]
async fn rel_3_a_late_pair_replaces_no_newer_one_and_revokes_none() {
    let bed = Bed::with(&[(STORE, Reply::Pair, NOTHING)]).await;
    assert_eq!(bed.renew().await.unwrap(), 1);
    assert_eq!(bed.after().await, after(1, "first-access", 1, 0));
}

#[tokio::test]
async fn rel_3_a_late_pair_is_stored_if_it_is_the_newest() {
    let bed = Bed::with(&[(TAKE_OVER, Reply::Pair, RELEASE)]).await;
    assert_eq!(bed.renew().await.unwrap(), 1);
    assert_eq!(bed.after().await, after(1, "next-access", 1, 0));
}

#[tokio::test]
async fn sec_42_a_pair_of_a_connection_that_ended_meanwhile_is_revoked() {
    let bed = Bed::with(&[(DISCONNECT, Reply::Pair, NOTHING)]).await;
    assert!(matches!(bed.renew().await, Err(RefreshError::Gone)));
    assert_eq!(bed.after().await, after(0, "disconnected", 1, 1));
}

#[tokio::test]
async fn rel_2_the_token_of_a_dead_owner_is_presented_once_when_it_must() {
    let bed = Bed::with(&[(NOTHING, Reply::Lost, NOTHING)]).await;
    change(&bed.url, ABANDON).await;
    assert!(bed.renew().await.is_err());
    assert_eq!(bed.after().await, after(0, "first-access", 1, 0));
    assert!(bed.is_in_doubt().await);
}

#[tokio::test]
async fn rel_2_the_token_of_a_dead_owner_is_not_presented_ahead_of_need() {
    let bed = Bed::with_token_until(SignedDuration::from_mins(4), &[]).await;
    change(&bed.url, ABANDON).await;
    for _ in 0..3 {
        let (token, generation) = bed.refresher.access_token(&bed.connection).await.unwrap();
        assert_eq!((token.secret(), generation), ("first-access", 0));
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }
    assert_eq!(bed.after().await, after(0, "first-access", 0, 0));
    assert!(bed.is_in_doubt().await);
}

#[tokio::test]
async fn no_refresh_that_ends_leaves_its_lease_behind() {
    for reply in [
        Reply::Later(Some(Duration::from_mins(1))),
        Reply::ClientRejected,
        Reply::Rejected,
        Reply::Pair,
    ] {
        let bed = Bed::with(&[(NOTHING, reply, NOTHING)]).await;
        let _ = bed.renew().await;
        let after = bed.after().await;
        assert!(!after.leased, "{reply:?}: {after:?}");
        assert!(!bed.is_in_doubt().await, "{reply:?}");
        assert_eq!((after.presented, after.revoked), (1, 0), "{reply:?}");
    }
}

#[tokio::test]
async fn a_refresh_whose_row_cannot_be_read_gives_its_lease_back() {
    let bed = Bed::with(&[]).await;
    change(&bed.url, BREAK_ROW).await;
    assert!(matches!(bed.renew().await, Err(RefreshError::Store(_))));
    assert!(!bed.is_leased().await);
    assert_eq!(bed.script().presented.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn rel_3_a_slow_answer_keeps_the_lease() {
    let bed = Bed::with(&[(NOTHING, Reply::SlowPair, NOTHING)]).await;
    assert_eq!(bed.renew().await.unwrap(), 1);
    let left = bed.script().leased_for.load(Ordering::SeqCst);
    assert!((8_000..=10_000).contains(&left), "renewed: {left} ms");
    assert_eq!(bed.after().await, after(1, "next-access", 1, 0));
}

#[tokio::test]
async fn rel_3_a_slow_rejection_after_a_takeover_ends_no_connection() {
    let bed = Bed::with(&[(TAKE_OVER, Reply::SlowRejection, STORE)]).await;
    assert_eq!(bed.renew().await.unwrap(), 1);
    assert_eq!(bed.after().await, after(1, "first-access", 1, 0));
}

#[tokio::test]
async fn rel_13_a_pair_whose_commit_was_lost_is_neither_revoked_nor_refreshed_again() {
    let bed = Bed::with(&[(LOSE_COMMIT, Reply::Pair, NOTHING)]).await;
    assert_eq!(bed.renew().await.unwrap(), 1);
    assert_eq!(bed.after().await, after(1, "next-access", 1, 0));
}

#[tokio::test]
async fn rel_13_a_pair_is_stored_as_soon_as_the_store_takes_it() {
    let bed = Bed::with(&[(REFUSE_PAIRS, Reply::Pair, TAKE_PAIRS)]).await;
    assert_eq!(bed.renew().await.unwrap(), 1);
    assert_eq!(bed.after().await, after(1, "next-access", 1, 0));
}
