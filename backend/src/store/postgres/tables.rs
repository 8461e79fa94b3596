//! The tables of a PostgreSQL database, row by row.

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, Postgres, Row as _,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use super::PostgresMaintenance;
use crate::store::{
    StoreError,
    tables::{Kind, Row, Table, TableRows, Value},
};

type Statement<'q> = Query<'q, Postgres, PgArguments>;

fn bind<'q>(query: Statement<'q>, value: &Value) -> Statement<'q> {
    match value.clone() {
        Value::Text(value) => query.bind(value),
        Value::Integer(value) => query.bind(value),
        Value::Boolean(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    }
}

fn read(table: &Table, row: &PgRow) -> Result<Row, sqlx::Error> {
    let value = |(index, kind)| {
        Ok(match kind {
            Kind::Text => Value::Text(row.try_get(index)?),
            Kind::Integer => Value::Integer(row.try_get(index)?),
            Kind::Boolean => Value::Boolean(row.try_get(index)?),
            Kind::Bytes => Value::Bytes(row.try_get(index)?),
        })
    };
    table.kinds().enumerate().map(value).collect()
}

impl PostgresMaintenance {
    async fn rows(&self, table: &Table, query: Statement<'_>) -> Result<Vec<Row>, StoreError> {
        let rows = self.pool.maintain().await?.rows(query).await?;
        let rows: Result<_, sqlx::Error> = rows.iter().map(|row| read(table, row)).collect();
        Ok(rows?)
    }
}

#[async_trait]
impl TableRows for PostgresMaintenance {
    async fn rows_after(
        &self,
        table: &Table,
        after: Option<&Row>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let statement = table.select_after(after.is_some());
        let query = sqlx::query(AssertSqlSafe(statement));
        let query = query.bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let key = after.into_iter().flat_map(|row| table.key_of(row));
        self.rows(table, key.fold(query, bind)).await
    }

    async fn rows_with_keys_of(&self, table: &Table, rows: &[Row]) -> Result<Vec<Row>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(table.select_keys(rows.len())));
        let keys = rows.iter().flat_map(|row| table.key_of(row));
        self.rows(table, keys.fold(query, bind)).await
    }

    async fn insert_rows(&self, table: &Table, rows: &[Row]) -> Result<u64, StoreError> {
        let query = sqlx::query(AssertSqlSafe(table.insert(rows.len())));
        let mut tx = self.pool.maintain().await?;
        let inserted = tx.execute(rows.iter().flatten().fold(query, bind)).await?;
        tx.commit().await?;
        Ok(inserted)
    }

    async fn count_rows(&self, table: &Table) -> Result<u64, StoreError> {
        let query = sqlx::query_as(AssertSqlSafe(table.select_count()));
        let count: Option<(i64,)> = self.pool.maintain().await?.optional(query).await?;
        Ok(count.map_or(0, |(count,)| count.cast_unsigned()))
    }
}
