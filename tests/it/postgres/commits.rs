//! Commits whose answer does not arrive in time: what was stored is not taken back.

use std::time::Duration;

use test_postgres::Database;

use super::{bed, refresh};

/// The commit of a login takes longer than the server waits for it.
#[tokio::test]
async fn the_pair_of_a_login_that_was_stored_late_is_not_revoked() {
    let database = Database::create();
    let bed = bed(&database).await;
    let (mut browser, connection) = bed.connected().await;
    // A deferred trigger runs within the commit.
    database.execute(
        "CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_sleep(12); RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER delay AFTER INSERT ON sessions \
             DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION delay()",
    );
    let answer = bed.finish_after_consent(&mut bed.browser(), "group").await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    // It waits for the end of the transaction.
    database.execute("DROP TRIGGER delay ON sessions");
    tokio::time::sleep(Duration::from_secs(8)).await;

    // The connection, which both browsers share, has the pair of that login, and keeps it.
    let stored = browser.connections().await.remove(0);
    assert_eq!(stored["id"], connection["id"]);
    assert_eq!(stored["generation"], 1, "{stored}");
    assert_eq!(bed.sandbox.count("revocations").await, 0);
    assert_eq!(refresh(&mut browser, &connection).await["generation"], 2);
}
