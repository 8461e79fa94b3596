//! Sealed values in SQLite, for the rotation of keys.

use async_trait::async_trait;

use super::{SqliteMaintenance, announcement};
use crate::store::{
    SealedToken, StoreError,
    database::{NodeKeys, Replacement, SealedColumn, SealedRecords, SealedValue},
};

/// The statements for a column.
struct Statements {
    count: &'static str,
    find: &'static str,
    replace: &'static str,
}

macro_rules! statements {
    ($table:literal, $column:literal) => {
        Statements {
            count: concat!("SELECT COUNT(", $column, ") FROM ", $table),
            find: concat!(
                "SELECT id, ",
                $column,
                " FROM ",
                $table,
                " WHERE id > $1 AND ",
                $column,
                " IS NOT NULL ORDER BY id LIMIT $2"
            ),
            // Compares the value itself, which no two seals of a token have in common: whatever the
            // server has stored since it was read is kept.
            replace: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $column,
                " = $1 WHERE id = $2 AND ",
                $column,
                " = $3"
            ),
        }
    };
}

const fn statements(column: SealedColumn) -> Statements {
    match column {
        SealedColumn::AccessToken => statements!("connections", "access_token"),
        SealedColumn::RefreshToken => statements!("connections", "refresh_token"),
        SealedColumn::Revocation => statements!("revocations", "refresh_token"),
    }
}

#[async_trait]
impl SealedRecords for SqliteMaintenance {
    async fn count_sealed(&self, column: SealedColumn) -> Result<u64, StoreError> {
        let (count,): (i64,) = sqlx::query_as(statements(column).count)
            .fetch_one(&self.pool)
            .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn sealed(
        &self,
        column: SealedColumn,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<SealedValue>, StoreError> {
        let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(statements(column).find)
            .bind(after.unwrap_or_default())
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(row, value)| SealedValue {
                row,
                value: SealedToken::from_stored(value),
            })
            .collect())
    }

    async fn replace_sealed(
        &self,
        column: SealedColumn,
        replacements: &[Replacement],
    ) -> Result<u64, StoreError> {
        if !self.file.is_in_place() {
            return Err(StoreError::Moved);
        }
        let mut replaced = 0;
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for Replacement { old, new } in replacements {
            let done = sqlx::query(statements(column).replace)
                .bind(new.as_bytes())
                .bind(&old.row)
                .bind(old.value.as_bytes())
                .execute(&mut *tx)
                .await?;
            replaced += done.rows_affected();
        }
        tx.commit().await?;
        Ok(replaced)
    }

    async fn nodes(&self) -> Result<Vec<NodeKeys>, StoreError> {
        let node = announcement::read(&self.file.path).map_err(sqlx::Error::Io)?;
        Ok(node.into_iter().collect())
    }
}
