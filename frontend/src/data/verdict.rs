//! The overview's answer in a sentence, and how far it can be trusted.

use super::{
    figures::{count, number},
    level::Level,
    row::Totals,
};

/// What the overview knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What was read comes to this.
    pub totals: Totals,
    /// Organizations that the connection reaches.
    pub orgs: u64,
    /// Organizations that could not be read.
    pub failed: u64,
    /// Whether something is still being read.
    pub growing: bool,
}

impl Known {
    /// The answer: `37 critical issues in 19 projects`.
    #[must_use]
    pub fn verdict(self) -> String {
        let Self {
            totals,
            orgs,
            failed,
            growing,
        } = self;
        let read = orgs.saturating_sub(failed);
        if failed > 0 && read == 0 && totals.rows == 0 {
            return "Nothing could be read".to_owned();
        }
        if totals.rows == 0 {
            return match (growing, orgs) {
                (true, 1) => "Reading your projects".to_owned(),
                (true, _) => format!("Reading {}", count(orgs, "organization")),
                (false, _) => "No projects yet".to_owned(),
            };
        }
        let critical = u64::from(totals.issues.of(Level::Critical));
        let within = if failed > 0 {
            let could = count(read, "organization");
            Some(format!("in the {could} that could be read"))
        } else {
            None
        };
        if critical > 0 {
            let issues = count(critical, "critical issue");
            let projects = count(u64::from(totals.projects.of(Level::Critical)), "project");
            return match (growing, within) {
                (false, None) => format!("{issues} in {projects}"),
                (true, None) => format!("{issues} so far, in {projects}"),
                (false, Some(within)) => format!("{issues} {within}"),
                (true, Some(within)) => format!("{issues} so far, {within}"),
            };
        }
        let sentence = next_worst(totals);
        let so_far = if growing { " so far" } else { "" };
        match within {
            Some(within) => format!("{sentence}{so_far}, {within}"),
            None if totals.issues.total() == 0 && growing => {
                format!(
                    "No open issues so far, in {}",
                    count(totals.rows, "project")
                )
            }
            None => format!("{sentence}{so_far}"),
        }
    }
}

/// Without critical ones: how many there are of the worst severity that occurs.
fn next_worst(totals: Totals) -> String {
    let worst = totals.issues.each().find(|(_, count)| *count > 0);
    match worst {
        Some((Level::High, high)) => {
            format!("No critical issues, {} high", number(u64::from(high)))
        }
        Some((level, issues)) => format!(
            "No critical or high issues, {} {}",
            number(u64::from(issues)),
            level.name()
        ),
        None => format!("No open issues in {}", count(totals.rows, "project")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::level::Counts;

    fn known(issues: [u32; 4], rows: u64) -> Known {
        Known {
            totals: Totals {
                rows,
                issues: Counts::new(issues),
                projects: Counts::new([19, 188, 1_340, 2_207]),
            },
            orgs: 6,
            ..Known::default()
        }
    }

    #[test]
    fn critical_issues_come_first_and_say_when_they_still_grow() {
        let mut one = known([37, 412, 1_906, 3_288], 5_724);
        assert_eq!(one.verdict(), "37 critical issues in 19 projects");
        one.growing = true;
        assert_eq!(one.verdict(), "37 critical issues so far, in 19 projects");
        one.failed = 1;
        assert_eq!(
            one.verdict(),
            "37 critical issues so far, in the 5 organizations that could be read"
        );
        one.growing = false;
        assert_eq!(
            one.verdict(),
            "37 critical issues in the 5 organizations that could be read"
        );
    }

    #[test]
    fn without_critical_ones_the_next_worst_is_told() {
        assert_eq!(
            known([0, 12, 9, 9], 9).verdict(),
            "No critical issues, 12 high"
        );
        assert_eq!(
            known([0, 0, 1_900, 9], 9).verdict(),
            "No critical or high issues, 1,900 medium"
        );
        assert_eq!(
            known([0; 4], 5_724).verdict(),
            "No open issues in 5,724 projects"
        );
        let mut growing = known([0; 4], 100);
        growing.growing = true;
        assert_eq!(growing.verdict(), "No open issues so far, in 100 projects");
    }

    #[test]
    fn nothing_is_told_apart_from_nothing_yet_and_nothing_readable() {
        let mut none = known([0; 4], 0);
        assert_eq!(none.verdict(), "No projects yet");
        none.growing = true;
        assert_eq!(none.verdict(), "Reading 6 organizations");
        none.growing = false;
        none.failed = 6;
        assert_eq!(none.verdict(), "Nothing could be read");
    }
}
