//! Tokens in a SQLite file: that it holds them sealed only, and which reads open them.

use std::fs;

use domain::{connection::State, ids::RevocationId};

use super::bed;
use crate::common::{bed::sealer, records::*};

#[tokio::test]
async fn who_is_signed_in_is_read_without_opening_a_token() {
    let (bed, file) = bed().await;
    let (_, session, _) = connect(&*bed.store, "one").await;
    let mut file = file.connect().await;
    let (sealed,): (Vec<u8>,) = sqlx::query_as("SELECT access_token FROM connections")
        .fetch_one(&mut file)
        .await
        .unwrap();
    for (position, shown) in [
        // A tampered ciphertext is noticed where it is opened.
        (sealed.len() - 1, "sealed"),
        // A key that is not in the ring is noticed at once.
        (1, "reconnect needed"),
    ] {
        let mut changed = sealed.clone();
        changed[position] ^= 1;
        sqlx::query("UPDATE connections SET access_token = $1")
            .bind(changed)
            .execute(&mut file)
            .await
            .unwrap();
        let mut all = bed.store.connections_of(&session).await.unwrap();
        let connection = all.remove(0);
        let found = match &connection.state {
            State::Active(_) => "sealed",
            _ => "reconnect needed",
        };
        assert_eq!(found, shown);
        assert_eq!(access_token(&sealer().open(connection)), "reconnect needed");
    }
}

/// The adapter gets no token in the open, whatever the change that brings it.
#[tokio::test]
async fn sec_46_no_token_stands_in_the_file_in_the_open() {
    let (bed, file) = bed().await;
    let store = &*bed.store;
    let (one, ..) = connect(store, "login").await;
    let settled = store_grant(store, &one.id, 0, &grant("refresh"), now()).await;
    assert!(settled.unwrap());
    // A merge seals the pair for another row.
    let (two, ..) = connect_what(store, "merge", account(None, &[], false)).await;
    let orgs = [org("login")];
    let subject = bot_of(&orgs);
    let account = account(subject.as_ref(), &orgs, true);
    let merged = store.store_account(&two.consent(), account, now()).await;
    assert_eq!(merged.unwrap().changes.len(), 2);
    // A disconnect moves the refresh token to a revocation, and so does a sweep.
    let id = RevocationId::generate();
    let ended = store.disconnect(&one.id, &id, now()).await.unwrap();
    assert_eq!(ended.revocation.unwrap().token.secret(), "merge-refresh");
    let (.., token) = connect(store, "sweep").await;
    store.end_session(&token).await.unwrap();
    store.sweep_orphaned(now(), at(-100)).await.unwrap();
    // That of the disconnected connection too, which has no token any more.
    assert_eq!(store.sweep_orphaned(at(10), at(5)).await.unwrap(), 2);
    assert_eq!(store.due_revocations(at(20), 9).await.unwrap().len(), 2);

    let mut written = Vec::new();
    for suffix in ["", "-wal"] {
        let path = format!("{}{suffix}", file.path().display());
        written.extend(fs::read(path).unwrap());
    }
    let is_written = |text: &str| {
        let mut parts = written.windows(text.len());
        parts.any(|part| part == text.as_bytes())
    };
    assert!(
        is_written("Firefox on Linux"),
        "what is not secret is found"
    );
    for name in ["login", "refresh", "merge", "sweep"] {
        for token in ["access", "refresh"] {
            assert!(!is_written(&format!("{name}-{token}")), "{name} {token}");
        }
    }
}
