//! Which reads open tokens.

use super::*;

#[tokio::test]
async fn who_is_signed_in_is_read_without_opening_a_token() {
    let bed = sqlite().await;
    let (_, session, _) = connect(&*bed.store, "one").await;
    let url = format!("sqlite://{}", bed.folder.path().join("app.db").display());
    let mut file = sqlx::SqliteConnection::connect(&url).await.unwrap();
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
