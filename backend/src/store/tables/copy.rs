//! Copies all rows. It may be repeated: what is there already is compared, and not written.

use super::{Row, TABLES, Table, TableRows};
use crate::store::StoreError;

/// Number of rows that are copied in one transaction.
const BATCH: usize = 500;

/// The numbers of copied rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The table.
    pub table: &'static str,
    /// Number of rows that were copied.
    pub copied: u64,
    /// Number of rows that were there already.
    pub present: u64,
}

/// The reasons why rows cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The target has a row that the source lacks, or another one in its place. Nothing was changed.
    #[error("the database that was to be filled holds other data (in {0}); nothing was changed")]
    OtherData(&'static str),
    /// The rows of the target are not those of the source after the copy: one of them was changed.
    #[error("a database was changed while it was copied (in {0})")]
    Changed(&'static str),
    /// The source cannot be read.
    #[error("the earlier database fails")]
    Source(#[source] StoreError),
    /// The target cannot be read or written.
    #[error("the database that is to be filled fails")]
    Target(#[source] StoreError),
}

/// Copies the rows of all tables from one database to another, unless that one holds other data.
///
/// # Errors
///
/// If it holds other data, or one of them fails. What was copied until then is completed by another call.
pub async fn copy(
    source: &dyn TableRows,
    target: &dyn TableRows,
) -> Result<Vec<Copied>, CopyError> {
    for table in &TABLES {
        check(table, source, target).await?;
    }
    let mut all = Vec::new();
    for table in &TABLES {
        all.push(copy_table(table, source, target).await?);
    }
    Ok(all)
}

/// Checks that each row of the target is one of the source.
async fn check(
    table: &Table,
    source: &dyn TableRows,
    target: &dyn TableRows,
) -> Result<(), CopyError> {
    let mut after: Option<Row> = None;
    loop {
        let page = target.rows_after(table, after.as_ref(), BATCH).await;
        let page = page.map_err(CopyError::Target)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        let found = source.rows_with_keys_of(table, &page).await;
        if !is_same(table, &page, found.map_err(CopyError::Source)?) {
            return Err(CopyError::OtherData(table.name));
        }
        after = Some(last.clone());
    }
}

async fn copy_table(
    table: &Table,
    source: &dyn TableRows,
    target: &dyn TableRows,
) -> Result<Copied, CopyError> {
    let mut result = Copied {
        table: table.name,
        copied: 0,
        present: 0,
    };
    let mut after: Option<Row> = None;
    loop {
        let page = source.rows_after(table, after.as_ref(), BATCH).await;
        let page = page.map_err(CopyError::Source)?;
        let Some(last) = page.last() else {
            break;
        };
        let copied = target.insert_rows(table, &page).await;
        let copied = copied.map_err(CopyError::Target)?;
        let stored = target.rows_with_keys_of(table, &page).await;
        if !is_same(table, &page, stored.map_err(CopyError::Target)?) {
            return Err(CopyError::Changed(table.name));
        }
        result.copied += copied;
        result.present += page.len() as u64 - copied;
        after = Some(last.clone());
    }
    let count = target.count_rows(table).await.map_err(CopyError::Target)?;
    if count != result.copied + result.present {
        return Err(CopyError::Changed(table.name));
    }
    Ok(result)
}

/// Returns whether these are the same rows, in whatever order.
fn is_same(table: &Table, rows: &[Row], mut found: Vec<Row>) -> bool {
    if rows.len() != found.len() {
        return false;
    }
    let text = |row: &Row| format!("{:?}", table.key_of(row));
    found.sort_by_cached_key(text);
    let mut sorted: Vec<_> = rows.iter().collect();
    sorted.sort_by_cached_key(|row| text(row));
    sorted.into_iter().eq(&found)
}
