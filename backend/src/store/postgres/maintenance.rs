//! A database beside the servers that run on it, for maintenance commands.

use async_trait::async_trait;
use sqlx::postgres::PgConnectOptions;

use super::{
    migrations,
    open_error::OpenError,
    pool::{Limits, Pool},
};
use crate::store::{StoreError, database::MaintenanceDatabase, migrations::Version};

/// A PostgreSQL database that servers may be running on.
#[derive(Debug)]
pub struct PostgresMaintenance {
    pub(super) pool: Pool,
}

impl PostgresMaintenance {
    /// Opens a database. Creates and migrates nothing, since the servers may be of another version.
    ///
    /// # Errors
    ///
    /// If it cannot be reached. No error contains the password.
    pub async fn open(options: PgConnectOptions) -> Result<Self, OpenError> {
        let pool = Pool::open(options, Limits::MAINTENANCE).await?;
        Ok(Self { pool })
    }

    /// Applies the migrations that it lacks.
    ///
    /// # Errors
    ///
    /// If one fails, or a later version has migrated it.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        migrations::apply(&self.pool).await
    }
}

#[async_trait]
impl MaintenanceDatabase for PostgresMaintenance {
    async fn version(&self) -> Result<Version, StoreError> {
        migrations::version(&self.pool).await
    }

    async fn check_writable(&self) -> Result<(), StoreError> {
        // A replica begins no such transaction.
        self.pool.write().await?;
        Ok(())
    }

    fn location(&self) -> String {
        self.pool.location().to_owned()
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
