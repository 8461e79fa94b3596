//! The list over all projects in words.

use std::collections::HashSet;

use shared::snyk::issue::IssueStatus;

use super::{filters::Filters, found::Found, groups::Grouping};
use crate::data::{
    coverage::so_far,
    number_format::{count, either, len},
    severity::Level,
};

/// The size of what is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// The number of issues.
    pub issues: u64,
    /// The number of projects that have them.
    pub projects: u64,
}

impl Size {
    /// Counts issues and their projects.
    #[must_use]
    pub fn of<'a>(issues: impl Iterator<Item = &'a Found>) -> Self {
        let mut all = 0;
        let mut projects = HashSet::new();
        for found in issues {
            all += 1;
            projects.extend(found.project_key());
        }
        Self {
            issues: all,
            projects: len(projects.len()),
        }
    }
}

/// Returns the heading: `37 critical issues in 19 projects`, or while they are being loaded
/// `12 critical issues so far, in 8 projects`.
#[must_use]
pub fn heading(filters: &Filters, size: Size, is_growing: bool) -> String {
    if size.issues == 0 {
        let what = kind_of(filters);
        let mut plain = filters.cleared();
        plain.issue.levels.clone_from(&filters.issue.levels);
        return match (is_growing, plain == *filters) {
            (true, _) => format!("Loading {what}s"),
            (false, true) => format!("No {what}s"),
            (false, false) => format!("No {what}s match"),
        };
    }
    let what = so_far(count(size.issues, &kind_of(filters)), is_growing);
    if size.projects == 0 {
        return what;
    }
    let comma = if is_growing { "," } else { "" };
    format!("{what}{comma} in {}", count(size.projects, "project"))
}

/// Returns what is listed: `critical issue`, `open issue`, `issue`.
fn kind_of(filters: &Filters) -> String {
    let issue = &filters.issue;
    let levels = either(&Level::names(&issue.levels));
    let is_open = issue.statuses == [IssueStatus::Open.as_str()] && issue.ignored == Some(false);
    match (levels.is_empty(), is_open) {
        (false, _) => format!("{levels} issue"),
        (true, true) => "open issue".to_owned(),
        (true, false) => "issue".to_owned(),
    }
}

/// Returns the filters in words. `org` returns the name of an organization.
#[must_use]
pub fn words(filters: &Filters, org: impl Fn(&str) -> String) -> String {
    let mut parts = Vec::new();
    if !filters.search.is_empty() {
        parts.push(format!("“{}”", filters.search));
    }
    parts.push(filters.issue.words());
    if !filters.orgs.is_empty() {
        let names: Vec<_> = filters.orgs.iter().map(|id| org(id)).collect();
        parts.push(format!("in {}", either(&names)));
    }
    if filters.environments {
        parts.push("in environments too".to_owned());
    }
    for (what, since) in [
        ("first seen", filters.created),
        ("updated", filters.updated),
    ] {
        if since.start(0.0).is_some() {
            let period = crate::connection_label::lower_first(since.label());
            parts.push(format!("{what} in the {period}"));
        }
    }
    if let Some((grouping, id)) = &filters.group {
        parts.push(group(*grouping, id));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

/// Returns what the issues of a group share: `with CVE-2020-8203`, `in lodash 4.17.15`.
#[must_use]
pub fn group(grouping: Grouping, id: &str) -> String {
    match (grouping, id) {
        (Grouping::Problem, id) => format!("with {id}"),
        (Grouping::Package, "") => "not in a package".to_owned(),
        (Grouping::Package, id) => format!("in {id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(query: &str, issues: u64, projects: u64, is_growing: bool) -> String {
        heading(
            &Filters::parse(query),
            Size { issues, projects },
            is_growing,
        )
    }

    #[test]
    fn the_heading_is_the_answer() {
        for (query, issues, projects, is_growing, words) in [
            (
                "severity=critical",
                37,
                19,
                false,
                "37 critical issues in 19 projects",
            ),
            (
                "severity=critical",
                12,
                8,
                true,
                "12 critical issues so far, in 8 projects",
            ),
            ("", 1, 1, false, "1 open issue in 1 project"),
            (
                "severity=high,low",
                2_000,
                1,
                false,
                "2,000 high or low issues in 1 project",
            ),
            ("status=all", 5, 2, false, "5 issues in 2 projects"),
            ("", 0, 0, true, "Loading open issues"),
            ("severity=info", 0, 0, false, "No info issues"),
            ("environments=yes", 3, 0, false, "3 open issues"),
            ("severity=info&q=x", 0, 0, false, "No info issues match"),
        ] {
            assert_eq!(told(query, issues, projects, is_growing), words);
        }
    }

    #[test]
    fn filters_are_repeated_in_words() {
        let told = |query| words(&Filters::parse(query), str::to_uppercase);
        assert_eq!(told(""), "open, not ignored");
        assert_eq!(
            told("q=lodash&severity=high&org=a,b&created=7d&problem=CVE-1"),
            "“lodash”, high, open, not ignored, in A or B, first seen in the last 7 days, with CVE-1"
        );
        assert_eq!(told("status=all&ignored=all&package="), "not in a package");
        assert_eq!(
            told("package=lodash 1&status=all&ignored=all"),
            "in lodash 1"
        );
    }
}
