//! Filters and order of a list of issues, and the issue that is shown in full, as the query of the
//! address.

use std::borrow::Borrow;

use shared::snyk::issue::{IssueKind, IssueStatus};

use super::{
    order::Order,
    row::{Row, kind_words},
};
use crate::data::{index_sort, number_format::either, query::Query, selection, severity::Level};

/// Filters, order and selected issue. They are stored only in the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filters {
    /// Severities, worst first; none means all.
    pub levels: Vec<Level>,
    /// Statuses, as Snyk writes them; none means all. The default is open.
    pub statuses: Vec<String>,
    /// Kinds, as Snyk writes them; none means all.
    pub kinds: Vec<String>,
    /// Ignored issues, issues that are not ignored, or both. The default is those that are not,
    /// which are the ones that Snyk counts.
    pub ignored: Option<bool>,
    /// Whether only issues with a known remediation are shown.
    pub fixable: bool,
    /// The order.
    pub order: Order,
    /// Snyk's id of the issue that is shown in full.
    pub issue: Option<String>,
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            levels: Vec::new(),
            statuses: vec![IssueStatus::Open.as_str().to_owned()],
            kinds: Vec::new(),
            ignored: Some(false),
            fixable: false,
            order: Order::default(),
            issue: None,
        }
    }
}

/// The value in an address that selects all statuses, or ignored issues and others alike.
const ALL: &str = "all";

impl Filters {
    /// Parses the query of an address, and ignores what is unknown.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        Self::of(&Query::parse(query))
    }

    /// Reads the parameters of a query that other filters may have as well, and ignores what is
    /// unknown.
    #[must_use]
    pub fn of(query: &Query) -> Self {
        let statuses = match query.list("status") {
            Some(all) if all == [ALL] => Vec::new(),
            Some(statuses) => statuses,
            None => Self::default().statuses,
        };
        Self {
            levels: query.levels(),
            statuses,
            kinds: query.list("kind").unwrap_or_default(),
            ignored: match query.text("ignored") {
                Some("yes") => Some(true),
                Some(ALL) => None,
                _ => Some(false),
            },
            fixable: query.text("fixable") == Some("yes"),
            order: query.order(),
            issue: query
                .text("issue")
                .filter(|issue| !issue.is_empty())
                .map(str::to_owned),
        }
    }

    /// Returns the query of the address, without the question mark. It is empty by default.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = Query::default();
        self.add_to(&mut query);
        query.add_order(self.order);
        self.add_issue_to(&mut query);
        query.to_string()
    }

    /// Adds the filters to a query, without the order and the issue.
    pub fn add_to(&self, query: &mut Query) {
        query.add_levels(&self.levels);
        if self.statuses.is_empty() {
            query.add("status", ALL);
        } else if self.statuses != Self::default().statuses {
            query.add_list("status", &self.statuses);
        }
        query.add_list("kind", &self.kinds);
        match self.ignored {
            Some(true) => query.add("ignored", "yes"),
            Some(false) => {}
            None => query.add("ignored", ALL),
        }
        if self.fixable {
            query.add("fixable", "yes");
        }
    }

    /// Adds the issue that is shown in full to a query.
    pub fn add_issue_to(&self, query: &mut Query) {
        if let Some(issue) = &self.issue {
            query.add("issue", issue);
        }
    }

    /// Returns the same filters with another issue shown in full, or none.
    #[must_use]
    pub fn with_issue(&self, issue: Option<&str>) -> Self {
        Self {
            issue: issue.map(str::to_owned),
            ..self.clone()
        }
    }

    /// Selects a severity, or deselects it.
    pub fn toggle_level(&mut self, level: Level) {
        selection::toggle_level(&mut self.levels, level);
    }

    /// Returns whether any filter differs from the default.
    #[must_use]
    pub fn are_chosen(&self) -> bool {
        *self != self.cleared()
    }

    /// Returns the default filters with the same order and issue.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self {
            order: self.order,
            issue: self.issue.clone(),
            ..Self::default()
        }
    }

    /// Returns the indexes of the matching rows, in order.
    #[must_use]
    pub fn apply<R: Borrow<Row>>(&self, rows: &[R]) -> Vec<usize> {
        let row = |at: usize| rows[at].borrow();
        let mut shown: Vec<_> = (0..rows.len()).filter(|at| self.shows(row(*at))).collect();
        index_sort::sort(&mut shown, &|one, other| {
            self.order.compare(row(one), row(other))
        });
        shown
    }

    /// Returns whether a row matches.
    pub(in crate::data) fn shows(&self, row: &Row) -> bool {
        let level = || row.level.is_some_and(|level| self.levels.contains(&level));
        (self.levels.is_empty() || level()) && self.shows_but_for_level(row)
    }

    /// Returns whether a row matches, whatever its severity.
    pub(in crate::data) fn shows_but_for_level(&self, row: &Row) -> bool {
        let one_of = |chosen: &[String], word: &str| {
            chosen.is_empty() || chosen.iter().any(|one| one == word)
        };
        // An issue that may be open, or may be not ignored, is not hidden as if it were known not
        // to be.
        let may_be_open = row.may_be_open() && one_of(&self.statuses, IssueStatus::Open.as_str());
        (may_be_open || one_of(&self.statuses, row.status.as_str()))
            && one_of(&self.kinds, row.kind.as_str())
            && self
                .ignored
                .is_none_or(|ignored| ignored == row.is_ignored.unwrap_or(false))
            && (!self.fixable || row.way.is_known())
    }

    /// Returns the number of issues of each severity, worst first, that selecting it alone would
    /// show.
    #[must_use]
    pub fn of_each_level<R: Borrow<Row>>(&self, rows: &[R]) -> [u64; 5] {
        let mut counts = [0; 5];
        let rows = rows.iter().map(Borrow::borrow);
        for row in rows.filter(|row| self.shows_but_for_level(row)) {
            if let Some(count) = row.level.and_then(|level| counts.get_mut(level as usize)) {
                *count += 1;
            }
        }
        counts
    }

    /// Returns the filters in words: `critical or high, open, not ignored`.
    #[must_use]
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        if !self.levels.is_empty() {
            parts.push(either(&Level::names(&self.levels)));
        }
        if !self.statuses.is_empty() {
            parts.push(either(&self.statuses));
        }
        if !self.kinds.is_empty() {
            let kinds: Vec<_> = self
                .kinds
                .iter()
                .map(|kind| {
                    crate::connection_label::lower_first(kind_words(&IssueKind::from(
                        kind.as_str(),
                    )))
                })
                .collect();
            parts.push(format!("of type {}", either(&kinds)));
        }
        match self.ignored {
            Some(true) => parts.push("ignored".to_owned()),
            Some(false) => parts.push("not ignored".to_owned()),
            None => {}
        }
        if self.fixable {
            parts.push("fixable".to_owned());
        }
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::{super::row::tests::row, *};

    fn rows() -> Vec<Row> {
        let issue = |level: &str, score: Option<u64>, title: &str| {
            let mut row = row("");
            row.level = Level::parse(level);
            row.score = score;
            row.title = title.into();
            row.id = title.into();
            row
        };
        let mut rows = vec![
            issue("high", Some(688), "b"),
            issue("critical", None, "e"),
            issue("critical", Some(874), "a"),
            issue("novel", Some(1_000), "d"),
            issue("low", None, "c"),
        ];
        rows[0].kind = IssueKind::License;
        rows[4].status = IssueStatus::Resolved;
        rows[2].way = super::super::remediation::Remediation::Upgrade;
        rows[1].is_ignored = Some(true);
        rows
    }

    fn titles(query: &str) -> String {
        let rows = rows();
        let shown = Filters::parse(query).apply(&rows);
        shown.into_iter().map(|at| &*rows[at].title).collect()
    }

    #[test]
    fn open_ones_are_shown_worst_first_and_unknown_severities_last() {
        assert_eq!(titles(""), "abd");
        assert_eq!(titles("ignored=all"), "aebd");
        assert_eq!(titles("status=all&ignored=all"), "aebcd");
        assert_eq!(titles("status=resolved"), "c");
        assert_eq!(titles("sort=-severity&status=all&ignored=all"), "dcbea");
    }

    #[test]
    fn without_a_score_an_issue_comes_last_either_way() {
        assert_eq!(titles("sort=score&ignored=all"), "dabe");
        assert_eq!(titles("sort=-score&ignored=all"), "bade");
        assert_eq!(titles("sort=title&ignored=all"), "abde");
        assert_eq!(titles("sort=fix"), "abd");
        assert_eq!(titles("sort=nonsense"), "abd");
    }

    #[test]
    fn filters_narrow_together() {
        assert_eq!(titles("severity=critical&ignored=all"), "ae");
        assert_eq!(titles("severity=critical,low&status=all"), "ac");
        assert_eq!(titles("kind=license"), "b");
        assert_eq!(titles("kind=license,package_vulnerability"), "abd");
        assert_eq!(titles("fixable=yes"), "a");
        assert_eq!(titles("ignored=yes"), "e");
        assert_eq!(titles("ignored=no&severity=critical"), "a");
        assert_eq!(titles("kind=quantum"), "");
    }

    #[test]
    fn what_is_not_known_to_be_closed_or_ignored_is_not_hidden() {
        let mut rows = rows();
        rows[0].status = IssueStatus::from("unknown");
        rows[0].is_ignored = None;
        let shows = |query| Filters::parse(query).apply(&rows).contains(&0);
        assert!(shows("") && shows("status=all") && shows("status=unknown"));
        assert!(!shows("status=resolved") && !shows("ignored=yes"));
    }

    #[test]
    fn the_counts_of_severities_follow_the_other_filters() {
        let counts = |query| Filters::parse(query).of_each_level(&rows());
        assert_eq!(counts("ignored=all"), [2, 1, 0, 0, 0]);
        assert_eq!(counts("severity=low"), [1, 1, 0, 0, 0]);
        assert_eq!(counts("status=all"), [1, 1, 0, 1, 0]);
    }

    #[test]
    fn the_address_and_the_filters_are_the_same_thing() {
        let query = "severity=critical,high&status=all&kind=code,license&ignored=all&fixable=yes&sort=-score&issue=8c7f";
        let filters = Filters::parse(query);
        assert_eq!(filters.query(), query);
        assert_eq!(Filters::parse(&format!("?{query}")), filters);
        assert_eq!(Filters::default().query(), "");
        assert_eq!(Filters::parse("code=x&state=y&page=2"), Filters::default());
        let other = Filters {
            kinds: vec!["a&b=c".to_owned()],
            issue: Some("../é %".to_owned()),
            ..Filters::default()
        };
        assert_eq!(Filters::parse(&other.query()), other);
    }

    #[test]
    fn clearing_keeps_the_order_and_the_issue() {
        let filters = Filters::parse("severity=high&status=all&sort=title&issue=x");
        assert!(filters.are_chosen());
        assert_eq!(filters.cleared().query(), "sort=title&issue=x");
        assert!(!filters.cleared().are_chosen());
        assert_eq!(filters.cleared().with_issue(None).query(), "sort=title");
    }

    #[test]
    fn filters_are_repeated_in_words() {
        assert_eq!(
            Filters::parse("severity=critical,high&kind=license,x&fixable=yes").words(),
            "critical or high, open, of type license or x, not ignored, fixable"
        );
        assert_eq!(
            Filters::parse("status=resolved").words(),
            "resolved, not ignored"
        );
    }

    #[test]
    fn choosing_twice_is_not_choosing() {
        let mut filters = Filters::default();
        for level in [Level::Low, Level::Critical, Level::Low, Level::Critical] {
            filters.toggle_level(level);
        }
        assert_eq!(filters, Filters::default());
    }
}
