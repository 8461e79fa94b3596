//! Brings a database up to date.
//!
//! Nodes that start at the same time are ordered by a lock on a row, which any database that speaks
//! PostgreSQL's language has, in place of the advisory lock of the driver's migrator. Each migration is
//! one transaction with its entry in `_sqlx_migrations`, so one that was interrupted left nothing.

use std::time::Duration;

use sqlx::migrate::Migrator;

use super::{open_error::OpenError, pool::Pool, tx::Tx};
use crate::{
    backoff::with_jitter,
    store::{
        StoreError,
        migrations::{Applied, Version, compare},
    },
};

/// The migrations of this version.
static MIGRATOR: Migrator = sqlx::migrate!("./migrations/postgres");

/// Creates what the migrations themselves need. `_sqlx_migrations` is that of the driver.
const PREPARE: &str = "\
    CREATE TABLE IF NOT EXISTS _sqlx_migrations (
        version        BIGINT PRIMARY KEY,
        description    TEXT NOT NULL,
        installed_on   TIMESTAMPTZ NOT NULL DEFAULT now(),
        success        BOOLEAN NOT NULL,
        checksum       BYTEA NOT NULL,
        execution_time BIGINT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS migration_guard (id BIGINT PRIMARY KEY);
    INSERT INTO migration_guard (id) VALUES (1) ON CONFLICT DO NOTHING";
/// Maximum number of attempts at that: of two that create a table at the same time, one fails, with one
/// of several errors.
const MAX_ATTEMPTS: u32 = 5;
const RETRY_DELAY: Duration = Duration::from_millis(100);

/// Applies the migrations that a database lacks.
pub(super) async fn apply(pool: &Pool) -> Result<(), OpenError> {
    let failed = |cause| OpenError::of_migration(pool.location(), cause);
    match version(pool).await.map_err(failed)? {
        Version::Same => return Ok(()),
        Version::Other => return Err(OpenError::OtherVersion(pool.location().to_owned())),
        Version::Earlier => {}
    }
    prepare(pool).await.map_err(failed)?;
    for index in 0..MIGRATOR.iter().count() {
        apply_one(pool, index).await.map_err(failed)?;
    }
    match version(pool).await.map_err(failed)? {
        Version::Same => Ok(()),
        Version::Earlier | Version::Other => {
            Err(OpenError::OtherVersion(pool.location().to_owned()))
        }
    }
}

/// Compares the migrations of a database with those of this version. Changes nothing.
pub(super) async fn version(pool: &Pool) -> Result<Version, StoreError> {
    let mut tx = pool.read().await?;
    let tables: Option<(i64,)> = tx
        .optional(sqlx::query_as(
            "SELECT COUNT(*) FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'",
        ))
        .await?;
    if tables.is_none_or(|(count,)| count == 0) {
        return Ok(Version::Earlier);
    }
    Ok(compare(&applied(&mut tx).await?, &MIGRATOR))
}

async fn applied(tx: &mut Tx) -> Result<Vec<Applied>, StoreError> {
    tx.all(sqlx::query_as(
        "SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version",
    ))
    .await
}

async fn prepare(pool: &Pool) -> Result<(), StoreError> {
    let mut attempt = 1;
    loop {
        let mut tx = pool.maintain().await?;
        let done = match tx.run(sqlx::raw_sql(PREPARE)).await {
            Ok(()) => tx.commit().await,
            failed => failed,
        };
        match done {
            Err(_) if attempt < MAX_ATTEMPTS => {
                attempt += 1;
                tokio::time::sleep(with_jitter(RETRY_DELAY, RETRY_DELAY)).await;
            }
            done => return done,
        }
    }
}

/// Applies a migration, unless another node has done so or it follows one that is not known here.
async fn apply_one(pool: &Pool, index: usize) -> Result<(), StoreError> {
    let mut tx = pool.maintain().await?;
    let _guard: Option<(i64,)> = tx
        .optional(sqlx::query_as(
            "SELECT id FROM migration_guard WHERE id = 1 FOR UPDATE",
        ))
        .await?;
    let applied = applied(&mut tx).await?;
    let Some(migration) = MIGRATOR.iter().nth(index) else {
        return Ok(());
    };
    if applied.len() != index {
        return Ok(());
    }
    tx.run(sqlx::raw_sql(migration.sql.clone())).await?;
    tx.execute(
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES ($1, $2, TRUE, $3, -1)",
        )
        .bind(migration.version)
        .bind(&*migration.description)
        .bind(&*migration.checksum),
    )
    .await?;
    tx.commit().await
}
