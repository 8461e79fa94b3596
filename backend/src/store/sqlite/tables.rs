//! The tables of a file, row by row.

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, Row as _, Sqlite,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use super::SqliteDatabase;
use crate::store::{
    StoreError,
    tables::{Kind, Row, Table, TableRows, Value},
};

type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

fn bind<'q>(query: Statement<'q>, value: &Value) -> Statement<'q> {
    match value.clone() {
        Value::Text(value) => query.bind(value),
        Value::Integer(value) => query.bind(value),
        Value::Boolean(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    }
}

fn read(table: &Table, row: &SqliteRow) -> Result<Row, sqlx::Error> {
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

impl SqliteDatabase {
    async fn rows(&self, table: &Table, query: Statement<'_>) -> Result<Vec<Row>, StoreError> {
        let rows = query.persistent(false).fetch_all(&self.writer).await?;
        let rows: Result<_, sqlx::Error> = rows.iter().map(|row| read(table, row)).collect();
        Ok(rows?)
    }
}

#[async_trait]
impl TableRows for SqliteDatabase {
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
        let query = rows.iter().flatten().fold(query, bind).persistent(false);
        Ok(query.execute(&self.writer).await?.rows_affected())
    }

    async fn count_rows(&self, table: &Table) -> Result<u64, StoreError> {
        let query = sqlx::query(AssertSqlSafe(table.select_count()));
        let row = query.fetch_one(&self.writer).await?;
        let count: i64 = row.try_get(0)?;
        Ok(count.cast_unsigned())
    }
}
