//! How much there is: counted while it is little, and estimated above that.

use std::sync::Arc;

use snyk_app::store::{
    database::{CountRecords as _, Counts},
    repository::Repository,
};
use test_postgres::Database;

use crate::common::{
    bed::{open_node, vault},
    records::connect,
};

#[tokio::test]
async fn little_is_counted_and_much_is_estimated_without_reading_it() {
    let server = Database::create();
    let database = Arc::new(open_node(&server.url()).await);
    let store = Repository::open(Arc::clone(&database), vault())
        .await
        .unwrap();
    assert_eq!(database.counts().await.unwrap(), Counts::default());
    connect(&store, "one").await;
    connect(&store, "two").await;
    server.execute(
        "UPDATE connections SET status = 'reconnect_needed' \
         WHERE id = (SELECT max(id) FROM connections)",
    );
    let few = database.counts().await.unwrap();
    let expected = Counts {
        sessions: 2,
        active: 1,
        reconnect_needed: 1,
        revocations: 0,
    };
    assert_eq!(few, expected);
    assert!(database.pool_size().open > 0);

    server.execute(
        "INSERT INTO sessions SELECT s.token_hash || decode(md5(n::text), 'hex'), s.id || n, \
         s.browser, s.signed_in_at, s.last_used_at, s.expires_at \
         FROM sessions s, generate_series(1, 25000) n",
    );
    server.execute("ANALYZE sessions");
    let many = database.counts().await.unwrap();
    assert!((45_000..=55_000).contains(&many.sessions), "{many:?}");
    assert_eq!((many.active, many.reconnect_needed), (1, 1));
}
