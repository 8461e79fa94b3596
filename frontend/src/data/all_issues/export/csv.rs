//! Comma-separated values (RFC 4180).
//!
//! Spreadsheets run a cell that starts with certain characters as a formula, and titles and names
//! come from outside: such a cell starts with an apostrophe, by which spreadsheets take it for text
//! (OWASP, "CSV Injection").

use super::{Exported, FormatTime};
use crate::data::issues::row::{Named, kind_words, status_words};

/// The heads of the columns.
const HEADS: [&str; 18] = [
    "Severity",
    "Title",
    "Found in",
    "CVE",
    "CWE",
    "Snyk ID",
    "Type",
    "Status",
    "Ignored",
    "Fix",
    "Score",
    "First seen",
    "Updated",
    "Organization",
    "Project",
    "Project ID",
    "Issue ID",
    "Key",
];

/// Returns the file: a line of heads, and a line for each issue.
#[must_use]
pub fn file<'a>(issues: impl Iterator<Item = Exported<'a>>, time: FormatTime) -> String {
    let mut file = String::new();
    line(&mut file, &HEADS);
    for Exported {
        found,
        org,
        project,
    } in issues
    {
        let row = &found.row;
        let ignored = match row.is_ignored {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        let score = row
            .score
            .map_or_else(String::new, |score| score.to_string());
        line(
            &mut file,
            &[
                row.severity_words(),
                &row.title,
                row.place.as_deref().unwrap_or_default(),
                &ids(&row.cves),
                &ids(&row.cwes),
                &ids(&row.snyk_ids),
                kind_words(&row.kind),
                status_words(&row.status),
                ignored,
                row.way.word(),
                &score,
                &time(row.created),
                &time(row.updated),
                org,
                project,
                found.project.as_deref().unwrap_or_default(),
                &row.id,
                row.key.as_deref().unwrap_or_default(),
            ],
        );
    }
    file
}

fn ids(ids: &[Named]) -> String {
    let ids: Vec<_> = ids.iter().map(|named| &*named.id).collect();
    ids.join(" ")
}

/// Adds a line. RFC 4180 ends each with a carriage return and a line feed.
fn line(file: &mut String, cells: &[&str]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            file.push(',');
        }
        add(file, cell);
    }
    file.push_str("\r\n");
}

fn add(file: &mut String, cell: &str) {
    // Spreadsheets skip blanks before they look for a formula.
    let begins = cell.trim_start().chars().next();
    let is_formula =
        begins.is_some_and(|first| "=+-@".contains(first)) || cell.starts_with(['\t', '\r', '\n']);
    let needs_quotes = cell.contains([',', '"', '\r', '\n']);
    if needs_quotes {
        file.push('"');
    }
    if is_formula {
        file.push('\'');
    }
    file.push_str(&cell.replace('"', "\"\""));
    if needs_quotes {
        file.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{hostile, time},
        *,
    };

    #[test]
    fn an_issue_is_a_line_and_a_formula_is_text() {
        let found = hostile();
        let exported = Exported {
            found: &found,
            org: "Meridian, Ltd",
            project: "@payments",
        };
        let file = file([exported].into_iter(), time);
        let (heads, lines) = file.split_once("\r\n").unwrap();
        assert_eq!(heads.split(',').count(), HEADS.len());
        assert_eq!(
            lines,
            "High,\"'=cmd(\"\"x\"\"),<b>\nnext\",'@a/b 1,CVE-1 CVE-2,CWE-79,,Unknown,Open,no,Upgrade,,\
             at 1,,\"Meridian, Ltd\",'@payments,p,i,k\r\n"
        );
    }

    #[test]
    fn every_start_of_a_formula_is_taken_for_text() {
        let written = |cell: &str| {
            let mut file = String::new();
            add(&mut file, cell);
            file
        };
        for cell in ["=1", "+1", "-1", "@a", " =1", "\u{a0}=1", "\t1"] {
            assert!(written(cell).starts_with('\''), "{cell}");
        }
        assert_eq!(written("\r1"), "\"'\r1\"");
        for cell in ["1", "a=1", "'", ""] {
            assert_eq!(written(cell), cell);
        }
    }
}
