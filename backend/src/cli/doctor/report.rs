//! The findings as text for people, aligned and in colour on a terminal, and as JSON for machines.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _},
};

use serde_json::json;

use super::finding::{Finding, Status};
use crate::config::raw;

/// The findings of all checks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report<'a>(pub(super) &'a [Finding]);

/// Returns whether colours are shown: on a terminal, unless `NO_COLOR` is set.
pub(super) fn is_colored() -> bool {
    io::stdout().is_terminal() && !raw::is_set("NO_COLOR")
}

impl Report<'_> {
    fn count(self, status: Status) -> usize {
        self.0.iter().filter(|found| found.status == status).count()
    }

    /// Returns the report for machines.
    pub(super) fn to_json(self) -> String {
        let findings = self.0.iter().map(|found| {
            json!({
                "check": found.check,
                "status": found.status.word(),
                "text": found.text,
                "fix": found.fix,
            })
        });
        let report = json!({
            "ok": self.count(Status::Fail) == 0,
            "warnings": self.count(Status::Warn),
            "failures": self.count(Status::Fail),
            "findings": findings.collect::<Vec<_>>(),
        });
        format!("{report}\n")
    }

    /// Returns the report for people.
    pub(super) fn to_text(self, is_colored: bool) -> String {
        let width = self.0.iter().map(|found| found.check.len()).max();
        let width = width.unwrap_or_default();
        let indent = " ".repeat("warn  ".len() + width + 2);
        let mut text = String::new();
        for Finding {
            check,
            status,
            text: sentence,
            fix,
        } in self.0
        {
            let word = colored(*status, is_colored);
            // A message of several lines stays in its column.
            let sentence = sentence.replace('\n', &format!("\n{indent}"));
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{word}  {check:width$}  {sentence}");
            if let Some(fix) = fix {
                let _ = writeln!(text, "{indent}To mend it: {fix}");
            }
        }
        let plural = |count: usize, word| {
            let end = if count == 1 { "" } else { "s" };
            format!("{count} {word}{end}")
        };
        let _ = writeln!(
            text,
            "{}, {}",
            plural(self.count(Status::Fail), "failure"),
            plural(self.count(Status::Warn), "warning")
        );
        text
    }
}

/// Returns the word for a status, in four columns.
fn colored(status: Status, is_colored: bool) -> String {
    let word = format!("{:4}", status.word());
    let color = match status {
        Status::Ok => "32",
        Status::Warn => "33",
        Status::Fail => "1;31",
    };
    if is_colored {
        format!("\u{1b}[{color}m{word}\u{1b}[0m")
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> Vec<Finding> {
        vec![
            Finding::ok("clock", "It agrees."),
            Finding::warn("proxy", "One is set."),
            Finding::fail("database", "It is\nno database.").fix("name another."),
        ]
    }

    #[test]
    fn lines_are_aligned_and_say_how_to_mend() {
        let text = Report(&findings()).to_text(false);
        assert_eq!(
            text,
            "ok    clock     It agrees.\n\
             warn  proxy     One is set.\n\
             fail  database  It is\n                no database.\n                \
             To mend it: name another.\n\
             1 failure, 1 warning\n"
        );
    }

    #[test]
    fn colours_do_not_move_the_columns() {
        let colored = Report(&findings()).to_text(true);
        assert!(colored.starts_with("\u{1b}[32mok  \u{1b}[0m  clock"));
        let plain = ["\u{1b}[32m", "\u{1b}[33m", "\u{1b}[1;31m", "\u{1b}[0m"]
            .iter()
            .fold(colored, |text, code| text.replace(code, ""));
        assert_eq!(plain, Report(&findings()).to_text(false));
    }

    #[test]
    fn machines_get_the_same() {
        let json = Report(&findings()).to_json();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["ok"], &json["warnings"]), (&false.into(), &1.into()));
        assert_eq!(json["findings"][2]["fix"], "name another.");
        assert_eq!(json["findings"][0]["fix"], serde_json::Value::Null);
    }
}
