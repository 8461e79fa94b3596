//! The rotation of keys: values that an earlier key sealed are sealed with the current one, while
//! nodes run on the same database.
//!
//! Nothing records how far a rotation came, since each value names its key: one that was
//! interrupted is continued by another.

use std::sync::Arc;

use domain::vault::Vault;

use super::sealer::Sealer;
use crate::store::{
    StoreError,
    database::{Replacement, SealedColumn, SealedRecords},
};

/// The sealed values of a database, and the keys of a vault.
#[derive(Debug)]
pub struct Rotation<D> {
    database: D,
    sealer: Sealer,
}

/// The counts of a batch of values.
#[derive(Debug, Default)]
pub struct Batch {
    /// The id of the last row; `None` if no row was left.
    pub last: Option<String>,
    /// Number of values that the current key opens.
    pub current: u64,
    /// Number of values that an earlier key opens.
    pub earlier: u64,
    /// Number of values that were replaced: the earlier ones that have not changed meanwhile.
    pub replaced: u64,
    /// Why the others do not open.
    pub unopened: Vec<StoreError>,
}

/// A running node with which values must not be sealed with the current key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadyNode {
    /// It does not tell its keys.
    #[error(
        "the server that runs on this database does not tell which secrets it has, as one of an earlier version: restart it with this version, and with the same ENCRYPTION_SECRET and ENCRYPTION_SECRET_PREVIOUS as this command"
    )]
    Silent,
    /// It lacks the current key, so it would open nothing that is sealed with it.
    #[error(
        "the server that runs on this database does not have this ENCRYPTION_SECRET, and could not decrypt what is encrypted with it: restart it with the same ENCRYPTION_SECRET and ENCRYPTION_SECRET_PREVIOUS as this command"
    )]
    LacksKey,
    /// It seals with another key, so there would be no end.
    #[error(
        "the server that runs on this database knows this ENCRYPTION_SECRET, but still encrypts with another: restart it with the same ENCRYPTION_SECRET as this command"
    )]
    SealsWithOther,
}

impl<D: SealedRecords> Rotation<D> {
    /// Creates a rotation to the current key of a vault.
    #[must_use]
    pub fn new(database: D, vault: Arc<Vault>) -> Self {
        Self {
            database,
            sealer: Sealer::new(vault),
        }
    }

    /// Returns the database.
    pub fn database(&self) -> &D {
        &self.database
    }

    /// Returns the number of values in a column.
    pub async fn count(&self, column: SealedColumn) -> Result<u64, StoreError> {
        self.database.count_sealed(column).await
    }

    /// Checks that every running node seals with the current key. Returns how many run.
    pub async fn check_nodes(&self) -> Result<Result<usize, UnreadyNode>, StoreError> {
        let ours = self.sealer.key_ids();
        let nodes = self.database.nodes().await?;
        for node in &nodes {
            let Some(theirs) = node else {
                return Ok(Err(UnreadyNode::Silent));
            };
            if theirs.first() == ours.first() {
                continue;
            }
            let has_ours = ours.first().is_some_and(|key| theirs.contains(key));
            return Ok(Err(if has_ours {
                UnreadyNode::SealsWithOther
            } else {
                UnreadyNode::LacksKey
            }));
        }
        Ok(Ok(nodes.len()))
    }

    /// Opens at most `limit` values of rows whose ids follow `after`, and changes nothing.
    pub async fn inspect(
        &self,
        column: SealedColumn,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Batch, StoreError> {
        Ok(self.open(column, after, limit).await?.0)
    }

    /// Does the same, and seals those that an earlier key opens with the current one. A value that
    /// a node has replaced meanwhile is kept.
    pub async fn reseal(
        &self,
        column: SealedColumn,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Batch, StoreError> {
        let (mut batch, replacements) = self.open(column, after, limit).await?;
        if !replacements.is_empty() {
            batch.replaced = self.database.replace_sealed(column, &replacements).await?;
        }
        Ok(batch)
    }

    async fn open(
        &self,
        column: SealedColumn,
        after: Option<&str>,
        limit: u32,
    ) -> Result<(Batch, Vec<Replacement>), StoreError> {
        let mut batch = Batch::default();
        let mut replacements = Vec::new();
        for old in self.database.sealed(column, after, limit).await? {
            batch.last = Some(old.row.clone());
            match self.sealer.reseal(column, &old.row, &old.value) {
                Ok(None) => batch.current += 1,
                Ok(Some(new)) => {
                    batch.earlier += 1;
                    replacements.push(Replacement { old, new });
                }
                // One that does not open must not keep the others.
                Err(error @ (StoreError::Sealed { .. } | StoreError::Inconsistent(_))) => {
                    batch.unopened.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok((batch, replacements))
    }
}
