//! Sealed values where they are stored, for the rotation of keys.
//!
//! A maintenance command uses these records beside the nodes that run on the database. So a value
//! that is read may have changed when it is replaced, and each replacement checks that it has not.

use async_trait::async_trait;
use domain::vault::KeyId;

use super::records::SealedToken;
use crate::store::{StoreError, migrations::Version};

/// A column with sealed values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedColumn {
    /// The access tokens of connections.
    AccessToken,
    /// The refresh tokens of connections.
    RefreshToken,
    /// The refresh tokens of pending revocations.
    Revocation,
}

impl SealedColumn {
    /// Every column with sealed values.
    pub const ALL: [Self; 3] = [Self::AccessToken, Self::RefreshToken, Self::Revocation];

    /// Returns the name of the table.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::AccessToken | Self::RefreshToken => "connections",
            Self::Revocation => "revocations",
        }
    }

    /// Returns the name of the column.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken | Self::Revocation => "refresh_token",
        }
    }
}

/// A sealed value of a row.
#[derive(Clone, Debug)]
pub struct SealedValue {
    /// The id of the row.
    pub row: String,
    /// The value.
    pub value: SealedToken,
}

/// A sealed value that takes the place of another one.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// The value that was read.
    pub old: SealedValue,
    /// The one to store.
    pub new: SealedToken,
}

/// The keys that a running node opens sealed values with, the current one first. `None` if it does
/// not tell them: it is of an earlier version, or could not write them.
pub type NodeKeys = Option<Vec<KeyId>>;

/// Reads and replaces sealed values.
#[async_trait]
pub trait SealedRecords: Send + Sync {
    /// Returns the number of values in a column.
    async fn count_sealed(&self, column: SealedColumn) -> Result<u64, StoreError>;

    /// Returns at most `limit` values of rows whose ids follow `after`, by id.
    async fn sealed(
        &self,
        column: SealedColumn,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<SealedValue>, StoreError>;

    /// Replaces those of the values that have not changed since they were read, all at once, and
    /// returns how many.
    async fn replace_sealed(
        &self,
        column: SealedColumn,
        replacements: &[Replacement],
    ) -> Result<u64, StoreError>;

    /// Returns the keys of each node that runs on this database.
    async fn nodes(&self) -> Result<Vec<NodeKeys>, StoreError>;
}

/// A database as a maintenance command opens it, beside the nodes.
#[async_trait]
pub trait MaintenanceDatabase: SealedRecords {
    /// Compares its migrations with those of this version.
    async fn version(&self) -> Result<Version, StoreError>;

    /// Checks that it can be written. Changes nothing.
    async fn check_writable(&self) -> Result<(), StoreError>;

    /// Returns where the database is, for a message to the operator, without credentials.
    fn location(&self) -> String;

    /// Closes it.
    async fn close(&self);
}
