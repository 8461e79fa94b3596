//! The statements, which all databases understand (pure). Each value is an argument.

use std::fmt::Write as _;

use super::Table;

impl Table {
    /// Returns the query of a page: the limit is the first argument, and the key that it follows, if
    /// there is one, the next ones.
    pub(in crate::store) fn select_after(&self, has_start: bool) -> String {
        let key = self.key_names();
        let start = if has_start {
            format!(" WHERE ({key}) > ({})", placeholders(2, self.key))
        } else {
            String::new()
        };
        format!(
            "SELECT {} FROM {}{start} ORDER BY {key} LIMIT $1",
            self.all_names(),
            self.name
        )
    }

    /// Returns the query of the rows with so many keys.
    pub(in crate::store) fn select_keys(&self, count: usize) -> String {
        format!(
            "SELECT {} FROM {} WHERE ({}) IN (VALUES {})",
            self.all_names(),
            self.name,
            self.key_names(),
            tuples(count, self.key)
        )
    }

    /// Returns the statement that inserts so many rows.
    pub(in crate::store) fn insert(&self, count: usize) -> String {
        format!(
            "INSERT INTO {} ({}) VALUES {} ON CONFLICT DO NOTHING",
            self.name,
            self.all_names(),
            tuples(count, self.columns.len())
        )
    }

    /// Returns the query of the number of rows.
    pub(in crate::store) fn select_count(&self) -> String {
        format!("SELECT COUNT(*) FROM {}", self.name)
    }

    fn all_names(&self) -> String {
        self.column_names().collect::<Vec<_>>().join(", ")
    }

    fn key_names(&self) -> String {
        self.column_names()
            .take(self.key)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn placeholders(first: usize, count: usize) -> String {
    let mut text = String::new();
    for number in first..first + count {
        let comma = if number == first { "" } else { ", " };
        // Writing to a text does not fail.
        let _ = write!(text, "{comma}${number}");
    }
    text
}

fn tuples(count: usize, columns: usize) -> String {
    let tuple = |index| format!("({})", placeholders(1 + index * columns, columns));
    (0..count).map(tuple).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::TABLES;

    #[test]
    fn statements_have_an_argument_for_each_value() {
        let table = &TABLES[2];
        assert_eq!(
            table.select_after(true),
            "SELECT session_id, connection_id FROM session_connections \
             WHERE (session_id, connection_id) > ($2, $3) ORDER BY session_id, connection_id LIMIT $1"
        );
        assert_eq!(
            table.select_keys(2),
            "SELECT session_id, connection_id FROM session_connections \
             WHERE (session_id, connection_id) IN (VALUES ($1, $2), ($3, $4))"
        );
        assert_eq!(
            table.insert(1),
            "INSERT INTO session_connections (session_id, connection_id) VALUES ($1, $2) \
             ON CONFLICT DO NOTHING"
        );
    }
}
