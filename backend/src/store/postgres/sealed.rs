//! Sealed values in PostgreSQL, for the rotation of keys.

use async_trait::async_trait;

use super::{PostgresMaintenance, nodes};
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
            // Compares the value itself, which no two seals of a token have in common: whatever a
            // server has stored since it was read is kept.
            replace: concat!(
                "UPDATE ",
                $table,
                " t SET ",
                $column,
                " = n.new FROM UNNEST($1, $2, $3) AS n (id, old, new) WHERE t.id = n.id AND t.",
                $column,
                " = n.old"
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
impl SealedRecords for PostgresMaintenance {
    async fn count_sealed(&self, column: SealedColumn) -> Result<u64, StoreError> {
        let mut tx = self.pool.maintain().await?;
        let count: Option<(i64,)> = tx
            .optional(sqlx::query_as(statements(column).count))
            .await?;
        Ok(count
            .and_then(|(count,)| u64::try_from(count).ok())
            .unwrap_or_default())
    }

    async fn sealed(
        &self,
        column: SealedColumn,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<SealedValue>, StoreError> {
        let query = sqlx::query_as(statements(column).find)
            .bind(after.unwrap_or_default())
            .bind(i64::from(limit));
        let rows: Vec<(String, Vec<u8>)> = self.pool.read().await?.all(query).await?;
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
        let ids: Vec<_> = replacements.iter().map(|one| &*one.old.row).collect();
        let old: Vec<_> = replacements
            .iter()
            .map(|one| one.old.value.as_bytes())
            .collect();
        let new: Vec<_> = replacements.iter().map(|one| one.new.as_bytes()).collect();
        let query = sqlx::query(statements(column).replace)
            .bind(ids)
            .bind(old)
            .bind(new);
        let mut tx = self.pool.write().await?;
        let replaced = tx.execute(query).await?;
        tx.commit().await?;
        Ok(replaced)
    }

    async fn nodes(&self) -> Result<Vec<NodeKeys>, StoreError> {
        nodes::running(&mut self.pool.read().await?).await
    }
}
