//! The rotation of keys: a value that the server replaces at the same moment is kept.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{connection::Connection, vault::Vault};
use secrecy::SecretString;
use snyk_app::store::{
    Store, StoreError,
    database::{
        MaintenanceDatabase as _, NodeKeys, Replacement, SealedColumn, SealedRecords, SealedValue,
    },
    lease::Settlement,
    migrations::Version,
    repository::rotation::Rotation,
    sqlite::SqliteMaintenance,
};

use super::bed;
use crate::common::records::*;

/// The vault of the server here is that of [`bed`], whose secret is the earlier one.
fn rotating() -> Arc<Vault> {
    let new = SecretString::from("fedcba9876543210fedcba9876543210");
    let earlier = SecretString::from("0123456789abcdef0123456789abcdef");
    Arc::new(Vault::new(&new, &[earlier]))
}

/// A database in which the server stores a new pair between a read and the replacement.
struct Overtaken {
    inner: SqliteMaintenance,
    store: Arc<dyn Store>,
    connection: Connection,
}

#[async_trait]
impl SealedRecords for Overtaken {
    async fn count_sealed(&self, column: SealedColumn) -> Result<u64, StoreError> {
        self.inner.count_sealed(column).await
    }

    async fn sealed(
        &self,
        column: SealedColumn,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<SealedValue>, StoreError> {
        self.inner.sealed(column, after, limit).await
    }

    async fn replace_sealed(
        &self,
        column: SealedColumn,
        replacements: &[Replacement],
    ) -> Result<u64, StoreError> {
        let Connection { id, generation, .. } = &self.connection;
        let settled = store_grant(&*self.store, id, *generation, &grant("newer"), now()).await;
        assert!(settled.unwrap());
        self.inner.replace_sealed(column, replacements).await
    }

    async fn nodes(&self) -> Result<Vec<NodeKeys>, StoreError> {
        self.inner.nodes().await
    }
}

#[tokio::test]
async fn a_newer_pair_is_not_overwritten_with_an_older_one() {
    let (bed, file) = bed().await;
    let (connection, session, _) = connect(&*bed.store, "one").await;
    let inner = SqliteMaintenance::open(&file.path()).await.unwrap();
    let database = Overtaken {
        inner,
        store: Arc::clone(&bed.store),
        connection: connection.clone(),
    };
    let rotation = Rotation::new(database, rotating());
    let batch = rotation.reseal(SealedColumn::RefreshToken, None, 9).await;
    let batch = batch.unwrap();
    assert_eq!((batch.earlier, batch.replaced), (1, 0));
    let kept = bed.store.authorized(&session, &connection.id).await;
    assert_eq!(access_token(&kept.unwrap().unwrap()), "newer-access");

    // The next batch finds the newer pair.
    let rotation = Rotation::new(
        SqliteMaintenance::open(&file.path()).await.unwrap(),
        rotating(),
    );
    for (column, replaced) in [
        (SealedColumn::AccessToken, 1),
        (SealedColumn::RefreshToken, 1),
        (SealedColumn::Revocation, 0),
    ] {
        let batch = rotation.reseal(column, None, 9).await.unwrap();
        assert_eq!((batch.earlier, batch.replaced), (replaced, replaced));
        let again = rotation.reseal(column, None, 9).await.unwrap();
        assert_eq!((again.current, again.replaced), (replaced, 0));
    }
}

/// A refresh that is in flight meanwhile settles: neither its lease nor the generation changes.
#[tokio::test]
async fn a_lease_outlives_a_rotation() {
    let (bed, file) = bed().await;
    let (connection, session, _) = connect(&*bed.store, "one").await;
    let held = lease(&*bed.store, &connection.id, 0).await.unwrap();
    let database = SqliteMaintenance::open(&file.path()).await.unwrap();
    assert_eq!(database.version().await.unwrap(), Version::Same);
    let rotation = Rotation::new(database, rotating());
    for column in [SealedColumn::AccessToken, SealedColumn::RefreshToken] {
        assert_eq!(rotation.reseal(column, None, 9).await.unwrap().replaced, 1);
    }
    let pair = Settlement::Pair {
        grant: &grant("next"),
        issued_at: now(),
    };
    assert!(bed.store.settle_lease(held, pair).await.unwrap());
    let found = bed.store.authorized(&session, &connection.id).await;
    assert_eq!(access_token(&found.unwrap().unwrap()), "next-access");
}

#[tokio::test]
async fn rows_are_read_in_batches_by_id() {
    let (bed, file) = bed().await;
    for name in ["a", "b", "c", "d", "e"] {
        connect(&*bed.store, name).await;
    }
    let database = SqliteMaintenance::open(&file.path()).await.unwrap();
    let rotation = Rotation::new(database, rotating());
    assert_eq!(rotation.count(SealedColumn::AccessToken).await.unwrap(), 5);
    let mut sizes = Vec::new();
    let mut after = None;
    loop {
        let batch = rotation
            .inspect(SealedColumn::AccessToken, after.as_deref(), 2)
            .await
            .unwrap();
        sizes.push(batch.earlier);
        if batch.last.is_none() {
            break;
        }
        after = batch.last;
    }
    assert_eq!(sizes, [2, 2, 1, 0]);
}
