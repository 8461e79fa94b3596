//! The report as JSON: a row is an object with a member for each column.

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{Cell, Machine, Report, Table};

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Machine {
            date,
            commit,
            cores,
            processor,
            load_before,
        } = &self.machine;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("part", self.part)?;
        map.serialize_entry("date", date)?;
        map.serialize_entry("commit", commit)?;
        map.serialize_entry("cores", cores)?;
        map.serialize_entry("processor", processor)?;
        map.serialize_entry("load_average_before", load_before)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("tables", &self.tables)?;
        map.serialize_entry("violations", &self.violations)?;
        map.end()
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows: Vec<_> = (0..self.rows.len())
            .map(|index| RowOf(self, index))
            .collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("title", &self.title)?;
        map.serialize_entry("rows", &rows)?;
        map.end()
    }
}

/// A row of a table, whose members have the names of the table's columns.
struct RowOf<'a>(&'a Table, usize);

impl Serialize for RowOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(table, index) = self;
        let row = &table.rows[*index];
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &row.name)?;
        match &row.figures {
            Ok(figures) => {
                for (column, figure) in table.columns.iter().zip(figures) {
                    match figure {
                        Cell::Number(number) => map.serialize_entry(column.key, number)?,
                        Cell::Empty => map.serialize_entry(column.key, &())?,
                    }
                }
            }
            Err(reason) => map.serialize_entry("not_measured", reason)?,
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::{Column, Row};

    #[test]
    fn a_report_has_a_fixed_shape() {
        const COLUMNS: &[Column] = &[
            Column {
                key: "requests_per_second",
                heading: "requests/s",
                decimals: 0,
            },
            Column {
                key: "p99_ms",
                heading: "p99 ms",
                decimals: 2,
            },
        ];
        let report = Report {
            part: "proxy",
            machine: Machine {
                date: "2026-01-02".to_owned(),
                commit: "abc".to_owned(),
                cores: 2,
                processor: "A CPU".to_owned(),
                load_before: 0.5,
            },
            method: vec!["wrk".to_owned()],
            tables: vec![Table {
                title: "small".to_owned(),
                columns: COLUMNS,
                rows: vec![
                    Row::new("bare", [Cell::from(4_000.5), Cell::Empty]),
                    Row::not_measured("nginx", "it is not installed"),
                ],
            }],
            violations: vec!["too slow".to_owned()],
        };
        assert_eq!(
            serde_json::to_value(&report).unwrap(),
            json!({
                "part": "proxy", "date": "2026-01-02", "commit": "abc", "cores": 2,
                "processor": "A CPU", "load_average_before": 0.5, "method": ["wrk"],
                "tables": [{ "title": "small", "rows": [
                    { "name": "bare", "requests_per_second": 4_000.5, "p99_ms": null },
                    { "name": "nginx", "not_measured": "it is not installed" },
                ] }],
                "violations": ["too slow"],
            })
        );
    }
}
