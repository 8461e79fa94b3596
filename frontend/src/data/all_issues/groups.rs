//! Issues that share a problem or a package, as one row.
//!
//! An issue belongs to exactly one group of each kind, so that the groups add up to the issues.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use super::found::Found;
use crate::data::{
    index_sort,
    issues::{
        remediation::Remediation,
        row::{Named, Row},
    },
    number_format::len,
    severity::Level,
    sorting::{self, SortBy},
};

/// The property that the issues of a group share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// The vulnerability or rule.
    Problem,
    /// The package in one version.
    Package,
}

impl Grouping {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Problem, Self::Package];

    /// Returns the parameter of the address that names a group.
    #[must_use]
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Package => "package",
        }
    }

    /// Returns the id of the group to which an issue belongs. It is empty for issues that are in no
    /// package.
    #[must_use]
    pub fn key(self, row: &Row) -> &str {
        match self {
            Self::Problem => problem(row).map_or(&row.title, |named| &named.id),
            Self::Package => match &row.package {
                // Name and version: the place of an issue that is in a package.
                Some(_) => row.place.as_deref().unwrap_or_default(),
                None => "",
            },
        }
    }
}

/// Returns the id by which most people know a problem: a CVE, or else Snyk's own.
fn problem(row: &Row) -> Option<&Named> {
    row.problem_ids().next()
}

/// A group of issues.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The id, which the address names.
    pub id: Box<str>,
    /// The title of one of its issues.
    pub title: Box<str>,
    /// Whether the id is that of a catalogue, and not the title.
    pub has_id: bool,
    /// The worst severity; `None` if none is known.
    pub worst: Option<Level>,
    /// The best remediation.
    pub way: Remediation,
    /// The number of issues.
    pub issues: u64,
    /// The number of projects.
    pub projects: u64,
    /// The number of issues that an upgrade ends.
    pub ended: u64,
    /// The number of projects in which an upgrade ends an issue.
    pub ended_in: u64,
}

/// A group while it is being filled.
struct Open<'a> {
    group: Group,
    projects: HashSet<(&'a str, &'a str)>,
    ended_in: HashSet<(&'a str, &'a str)>,
}

/// Returns the groups of issues.
#[must_use]
pub fn group<'a>(grouping: Grouping, issues: impl Iterator<Item = &'a Found>) -> Vec<Group> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Open<'_>> = Vec::new();
    for found in issues {
        let row = &found.row;
        let key = grouping.key(row);
        let at = *places.entry(key).or_insert_with(|| {
            groups.push(Open {
                group: Group {
                    id: key.into(),
                    title: row.title.clone(),
                    has_id: grouping == Grouping::Problem && problem(row).is_some(),
                    worst: None,
                    way: Remediation::Unsaid,
                    issues: 0,
                    projects: 0,
                    ended: 0,
                    ended_in: 0,
                },
                projects: HashSet::new(),
                ended_in: HashSet::new(),
            });
            groups.len() - 1
        });
        let open = &mut groups[at];
        let group = &mut open.group;
        group.issues += 1;
        // The first levels are the worst.
        group.worst = match (group.worst, row.level) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        group.way = group.way.min(row.way);
        open.projects.extend(found.project_key());
        if row.way == Remediation::Upgrade {
            group.ended += 1;
            open.ended_in.extend(found.project_key());
        }
    }
    let closed = groups.into_iter().map(|open| Group {
        projects: len(open.projects.len()),
        ended_in: len(open.ended_in.len()),
        ..open.group
    });
    closed.collect()
}

/// The sort key of groups. Equal groups are ordered by what helps most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The number of issues that an upgrade ends.
    Ended,
    /// The worst severity.
    Severity,
    /// The id, which is the name of a package.
    Name,
    /// The number of issues.
    Issues,
    /// The number of projects.
    Projects,
}

impl SortBy for By {
    const ALL: &'static [Self] = &[
        Self::Ended,
        Self::Severity,
        Self::Name,
        Self::Issues,
        Self::Projects,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Ended => "fix",
            Self::Severity => "severity",
            Self::Name => "name",
            Self::Issues => "issues",
            Self::Projects => "projects",
        }
    }

    fn begins_ascending(self) -> bool {
        self == Self::Name
    }
}

impl Default for sorting::Order<By> {
    fn default() -> Self {
        Self::first(By::Ended)
    }
}

/// Returns the indexes of groups in an order.
#[must_use]
pub fn sorted(groups: &[Group], order: sorting::Order<By>) -> Vec<usize> {
    let mut places: Vec<_> = (0..groups.len()).collect();
    index_sort::sort(&mut places, &|one, other| {
        compare(order, &groups[one], &groups[other])
    });
    places
}

fn compare(order: sorting::Order<By>, one: &Group, other: &Group) -> Ordering {
    let rank = |group: &Group| group.worst.map_or(Level::ALL.len(), |level| level as usize);
    let more = |of: fn(&Group) -> u64| of(one).cmp(&of(other));
    let by = match order.by {
        By::Ended => more(|group| group.ended),
        // A low rank is a high severity.
        By::Severity => rank(other).cmp(&rank(one)),
        By::Name => one.id.cmp(&other.id),
        By::Issues => more(|group| group.issues),
        By::Projects => more(|group| group.projects),
    };
    let by = if order.ascending { by } else { by.reverse() };
    by.then_with(|| more(|group| group.ended).reverse())
        .then_with(|| more(|group| group.issues).reverse())
        .then_with(|| rank(one).cmp(&rank(other)))
        .then_with(|| one.id.cmp(&other.id))
}

#[cfg(test)]
mod tests {
    use super::{
        super::found::tests::{found, package},
        *,
    };

    fn issues() -> Vec<Found> {
        let code = r#","title":"Hard-coded secret","effective_severity_level":"critical""#;
        vec![
            found("o", "p", "a", &package("CVE-1", "lodash", "4.17.15", true)),
            found("o", "q", "b", &package("CVE-1", "lodash", "4.17.15", true)),
            found(
                "o",
                "q",
                "c",
                &package("SNYK-JS-2", "lodash", "4.17.15", false),
            ),
            found("n", "q", "d", &package("CVE-1", "express", "4.0.0", false)),
            found("n", "r", "e", code),
            found("n", "r", "f", code),
            found("n", "r", "g", code),
        ]
    }

    fn grouped(grouping: Grouping, order: &str) -> Vec<(String, [u64; 4])> {
        let issues = issues();
        let groups = group(grouping, issues.iter());
        let order = sorting::Order::parse(order).unwrap_or_default();
        let shown = sorted(&groups, order).into_iter().map(|at| {
            let Group {
                id,
                issues,
                projects,
                ended,
                ended_in,
                ..
            } = &groups[at];
            (id.to_string(), [*issues, *projects, *ended, *ended_in])
        });
        shown.collect()
    }

    #[test]
    fn what_ends_the_most_comes_first_and_every_issue_is_in_one_group() {
        assert_eq!(
            grouped(Grouping::Problem, ""),
            [
                ("CVE-1".to_owned(), [3, 3, 2, 2]),
                ("Hard-coded secret".to_owned(), [3, 1, 0, 0]),
                ("SNYK-JS-2".to_owned(), [1, 1, 0, 0]),
            ]
        );
        assert_eq!(
            grouped(Grouping::Package, ""),
            [
                ("lodash 4.17.15".to_owned(), [3, 2, 2, 2]),
                (String::new(), [3, 1, 0, 0]),
                ("express 4.0.0".to_owned(), [1, 1, 0, 0]),
            ]
        );
        for grouping in Grouping::ALL {
            let sum: u64 = grouped(grouping, "")
                .iter()
                .map(|(_, [issues, ..])| issues)
                .sum();
            assert_eq!(sum, 7);
        }
    }

    #[test]
    fn groups_are_sorted_by_each_column() {
        let ids = |order| {
            let groups = grouped(Grouping::Problem, order).into_iter();
            groups.map(|(id, _)| id).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(ids("name"), "CVE-1, Hard-coded secret, SNYK-JS-2");
        assert_eq!(ids("severity"), "Hard-coded secret, CVE-1, SNYK-JS-2");
        assert_eq!(ids("-issues"), "SNYK-JS-2, CVE-1, Hard-coded secret");
        assert_eq!(ids("projects"), "CVE-1, Hard-coded secret, SNYK-JS-2");
    }

    #[test]
    fn a_group_has_the_worst_severity_and_the_best_fix() {
        let groups = group(Grouping::Problem, issues().iter());
        let of = |id: &str| {
            groups
                .iter()
                .find(|group| &*group.id == id)
                .cloned()
                .unwrap()
        };
        assert_eq!(
            (of("CVE-1").worst, of("CVE-1").way),
            (Some(Level::High), Remediation::Upgrade)
        );
        assert!(of("CVE-1").has_id && !of("Hard-coded secret").has_id);
        assert_eq!(of("Hard-coded secret").worst, Some(Level::Critical));
        assert_eq!(of("SNYK-JS-2").way, Remediation::None);
    }
}
