//! The tables as they are, row by row, for a copy from one database to another.
//!
//! Unlike the records of [`super::database`], rows here have no meaning: a sealed token stays sealed, and
//! opens in the other database, since it is bound to table, column and row, which are the same there.
//! Leases are not copied: their owners are gone.

pub mod copy;
mod statements;

use async_trait::async_trait;

use super::StoreError;

/// A table: its columns, those of its key first.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// How many columns are its key.
    key: usize,
    columns: &'static [(&'static str, Kind)],
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    /// An integer in SQLite.
    Boolean,
    Bytes,
}

/// A value, or its absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(Option<String>),
    /// A number, or a time.
    Integer(Option<i64>),
    /// A truth value.
    Boolean(Option<bool>),
    /// A hash or a sealed token.
    Bytes(Option<Vec<u8>>),
}

/// The values of a row, in the order of the columns.
pub type Row = Vec<Value>;

/// All tables with data of people, those that others refer to first.
pub const TABLES: [Table; 7] = {
    use Kind::{Boolean, Bytes, Integer, Text};
    [
        Table {
            name: "connections",
            key: 1,
            columns: &[
                ("id", Text),
                ("subject", Text),
                ("status", Text),
                ("context", Text),
                ("orgs", Text),
                ("scopes", Text),
                ("connected_at", Integer),
                ("refreshed_at", Integer),
                ("generation", Integer),
                ("access_expires_at", Integer),
                ("refresh_expires_at", Integer),
                ("access_token", Bytes),
                ("refresh_token", Bytes),
                ("unreached_since", Integer),
                ("orgs_complete", Boolean),
                ("orgs_read_at", Integer),
                ("orgs_due_at", Integer),
                ("orgs_tries", Integer),
                ("name", Text),
                ("name_key", Text),
                ("is_group", Boolean),
                ("org_count", Integer),
                ("search_text", Text),
                ("refresh_failed_at", Integer),
            ],
        },
        Table {
            name: "sessions",
            key: 1,
            columns: &[
                ("id", Text),
                ("token_hash", Bytes),
                ("browser", Text),
                ("signed_in_at", Integer),
                ("last_used_at", Integer),
                ("expires_at", Integer),
            ],
        },
        Table {
            name: "session_connections",
            key: 2,
            columns: &[("session_id", Text), ("connection_id", Text)],
        },
        Table {
            name: "claims",
            key: 1,
            columns: &[
                ("attempt", Text),
                ("ends_at", Integer),
                ("session_id", Text),
                ("session_at", Integer),
            ],
        },
        Table {
            name: "revocations",
            key: 1,
            columns: &[
                ("id", Text),
                ("refresh_token", Bytes),
                ("asked_at", Integer),
                ("tries", Integer),
                ("next_at", Integer),
                ("ends_at", Integer),
                ("connection_id", Text),
            ],
        },
        Table {
            name: "admin_sessions",
            key: 1,
            columns: &[
                ("id", Text),
                ("token_hash", Bytes),
                ("browser", Text),
                ("signed_in_at", Integer),
                ("expires_at", Integer),
            ],
        },
        Table {
            name: "events",
            key: 1,
            columns: &[
                ("id", Text),
                ("at", Integer),
                ("kind", Text),
                ("detail", Text),
                ("connection_id", Text),
                ("connection_name", Text),
                ("request_id", Text),
            ],
        },
    ]
};

impl Table {
    /// Returns the key of one of its rows.
    pub(super) fn key_of<'r>(&self, row: &'r Row) -> &'r [Value] {
        &row[..self.key]
    }

    /// Returns the names of its columns.
    pub fn column_names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// Returns the types of its columns.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.columns.iter().map(|(_, kind)| *kind)
    }
}

/// The rows of a database that no server runs on.
#[async_trait]
pub trait TableRows: Send + Sync {
    /// Returns at most `limit` rows whose keys follow that of `after`, in this database's order.
    async fn rows_after(
        &self,
        table: &Table,
        after: Option<&Row>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError>;

    /// Returns the rows that have the keys of these.
    async fn rows_with_keys_of(&self, table: &Table, rows: &[Row]) -> Result<Vec<Row>, StoreError>;

    /// Inserts those of the rows whose keys are not there yet: all of them or none. Returns how many.
    async fn insert_rows(&self, table: &Table, rows: &[Row]) -> Result<u64, StoreError>;

    /// Returns the number of rows.
    async fn count_rows(&self, table: &Table) -> Result<u64, StoreError>;
}
