//! Counts the values of a rotation, for people and for machines (pure).

use std::{error::Error as _, fmt};

use serde_json::{Value, json};

use crate::store::{StoreError, database::SealedColumn, repository::rotation::Batch};

/// Maximum number of values that are named because they do not open.
const MAX_NAMED: usize = 20;

/// The counts of a rotation.
#[derive(Debug)]
pub(super) struct Tally {
    is_dry_run: bool,
    columns: [(SealedColumn, Counts); SealedColumn::ALL.len()],
    /// The first values of the latest pass that do not open.
    unopened: Vec<Unopened>,
}

/// The counts of a column: in the latest pass, except for `reencrypted`.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    current: u64,
    earlier: u64,
    unopened: u64,
    reencrypted: u64,
}

impl Counts {
    fn values(self) -> u64 {
        self.current + self.earlier + self.unopened
    }
}

#[derive(Debug)]
struct Unopened {
    place: String,
    why: String,
}

impl Tally {
    pub(super) fn new(is_dry_run: bool) -> Self {
        Self {
            is_dry_run,
            columns: SealedColumn::ALL.map(|column| (column, Counts::default())),
            unopened: Vec::new(),
        }
    }

    pub(super) fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    /// Begins a pass over all values.
    pub(super) fn begin_pass(&mut self) {
        for (_, counts) in &mut self.columns {
            *counts = Counts {
                reencrypted: counts.reencrypted,
                ..Counts::default()
            };
        }
        self.unopened.clear();
    }

    /// Adds a batch of a column.
    pub(super) fn add(&mut self, column: SealedColumn, batch: &Batch) {
        for (known, counts) in &mut self.columns {
            if *known == column {
                counts.current += batch.current + batch.replaced;
                // One that the server replaced meanwhile is counted by the next pass.
                counts.earlier += batch.earlier - batch.replaced;
                counts.reencrypted += batch.replaced;
                counts.unopened += batch.unopened.len() as u64;
            }
        }
        let room = MAX_NAMED - self.unopened.len();
        self.unopened
            .extend(batch.unopened.iter().take(room).map(Unopened::of));
    }

    fn sum(&self, count: impl Fn(Counts) -> u64) -> u64 {
        self.columns.iter().map(|(_, counts)| count(*counts)).sum()
    }

    pub(super) fn has_values(&self) -> bool {
        self.sum(Counts::values) > 0
    }

    /// Returns the number of values of the latest pass that an earlier secret opens.
    pub(super) fn earlier(&self) -> u64 {
        self.sum(|counts| counts.earlier)
    }

    /// Returns the number of values of the latest pass that no secret opens.
    pub(super) fn unopened(&self) -> u64 {
        self.sum(|counts| counts.unopened)
    }

    /// Returns the number of values that were re-encrypted in all passes.
    pub(super) fn reencrypted(&self) -> u64 {
        self.sum(|counts| counts.reencrypted)
    }

    /// Returns the tally for machines.
    pub(super) fn to_json(&self, problem: Option<&str>) -> Value {
        let columns = self.columns.map(|(column, counts)| {
            json!({
                "table": column.table(),
                "column": column.column(),
                "values": counts.values(),
                "current": counts.current,
                "earlier": counts.earlier,
                "unopened": counts.unopened,
                "reencrypted": counts.reencrypted,
            })
        });
        let unopened = self
            .unopened
            .iter()
            .map(|Unopened { place, why }| json!({ "value": place, "why": why }));
        json!({
            "dry_run": self.is_dry_run,
            "complete": problem.is_none() && !self.is_dry_run,
            "problem": problem,
            "columns": columns,
            "unopened": unopened.collect::<Vec<_>>(),
        })
    }
}

impl Unopened {
    fn of(error: &StoreError) -> Self {
        match error {
            StoreError::Sealed {
                table, column, row, ..
            } => Self {
                place: format!("{table}.{column} of row {row}"),
                why: error.source().map(ToString::to_string).unwrap_or_default(),
            },
            other => Self {
                place: other.to_string(),
                why: "not text".to_owned(),
            },
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:26} {:>9} {:>9} {:>9} {:>9} {:>13}",
            "encrypted values", "all", "current", "earlier", "no secret", "re-encrypted"
        )?;
        for (column, counts) in self.columns {
            writeln!(
                f,
                "{:26} {:>9} {:>9} {:>9} {:>9} {:>13}",
                format!("{}.{}", column.table(), column.column()),
                counts.values(),
                counts.current,
                counts.earlier,
                counts.unopened,
                counts.reencrypted
            )?;
        }
        for Unopened { place, why } in &self.unopened {
            writeln!(f, "{place} does not open: {why}")?;
        }
        let named = self.unopened.len() as u64;
        if self.unopened() > named {
            writeln!(f, "and {} more", self.unopened() - named)?;
        }
        f.write_str(match (self.is_dry_run, self.earlier(), self.unopened()) {
            (true, ..) => "This was a dry run: nothing was changed.",
            (false, 0, 0) => {
                "Everything is encrypted with ENCRYPTION_SECRET: remove \
                 ENCRYPTION_SECRET_PREVIOUS and restart the server."
            }
            (false, ..) => "Not everything is encrypted with ENCRYPTION_SECRET.",
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::vault::CannotOpen;

    use super::*;

    fn batch(current: u64, earlier: u64, replaced: u64, unopened: u32) -> Batch {
        let error = |row: u32| StoreError::Sealed {
            table: "connections",
            column: "access_token",
            row: row.to_string(),
            cause: CannotOpen::UnknownKey,
        };
        Batch {
            last: None,
            current,
            earlier,
            replaced,
            unopened: (0..unopened).map(error).collect(),
        }
    }

    #[test]
    fn a_pass_counts_anew_and_what_was_done_adds_up() {
        let mut tally = Tally::new(false);
        for (earlier, replaced, left) in [(5, 3, 2), (2, 2, 0)] {
            tally.begin_pass();
            tally.add(SealedColumn::AccessToken, &batch(1, earlier, replaced, 0));
            assert_eq!(tally.earlier(), left);
        }
        let json = tally.to_json(None);
        assert_eq!(json["complete"], true);
        assert_eq!(json["columns"][0]["reencrypted"], 5);
        assert_eq!(json["columns"][0]["values"], 3);
        assert!(tally.to_string().contains("Everything is encrypted"));
    }

    #[test]
    fn what_does_not_open_is_named_up_to_a_limit() {
        let mut tally = Tally::new(false);
        tally.begin_pass();
        tally.add(SealedColumn::AccessToken, &batch(0, 0, 0, 15));
        tally.add(SealedColumn::AccessToken, &batch(0, 0, 0, 15));
        assert_eq!(tally.unopened(), 30);
        let text = tally.to_string();
        assert!(
            text.contains("connections.access_token of row 3 does not open: sealed with a key")
        );
        assert!(text.contains("and 10 more"), "{text}");
        assert!(!text.contains("Everything"), "{text}");
        let json = tally.to_json(Some("why"));
        assert_eq!(json["unopened"].as_array().unwrap().len(), MAX_NAMED);
        assert_eq!(
            (&json["complete"], &json["problem"]),
            (&false.into(), &"why".into())
        );
    }
}
