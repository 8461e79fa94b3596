//! View, filters, order and selected issue of the list over all projects, as the query of the
//! address.

use super::{
    found::Found,
    groups::{self, Grouping},
    since::Since,
};
use crate::data::{index_sort, issues, query::Query, sorting};

/// The kind of the rows of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// An issue.
    #[default]
    Issues,
    /// The issues that share something.
    Groups(Grouping),
}

impl View {
    /// All views, in the order of their links.
    pub const ALL: [Self; 3] = [
        Self::Issues,
        Self::Groups(Grouping::Problem),
        Self::Groups(Grouping::Package),
    ];

    /// Returns the word in the address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issues => "",
            Self::Groups(Grouping::Problem) => "problem",
            Self::Groups(Grouping::Package) => "package",
        }
    }

    /// Returns the label of the link.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Issues => "By issue",
            Self::Groups(Grouping::Problem) => "By problem",
            Self::Groups(Grouping::Package) => "By package",
        }
    }
}

/// View, filters, orders and selected issue. They are stored only in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// The view.
    pub view: View,
    /// Filters of the issues themselves, their order, and the issue that is shown in full.
    pub issue: issues::filters::Filters,
    /// The order of groups.
    pub groups: sorting::Order<groups::By>,
    /// Ids of organizations; none means all.
    pub orgs: Vec<String>,
    /// The search text, as it was typed.
    pub search: String,
    /// Whether issues of environments are shown too, which belong to no project.
    pub environments: bool,
    /// When Snyk first saw the issues.
    pub created: Since,
    /// When the issues last changed.
    pub updated: Since,
    /// The group whose issues are shown: a kind of group, and its id.
    pub group: Option<(Grouping, String)>,
}

impl Filters {
    /// Parses the query of an address, and ignores what is unknown.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let query = Query::parse(query);
        let word = query.text("view").unwrap_or_default();
        let view = View::ALL.into_iter().find(|view| view.word() == word);
        let since = |name| Since::parse(query.text(name).unwrap_or_default());
        let group = Grouping::ALL.into_iter().find_map(|grouping| {
            let id = query.text(grouping.parameter())?;
            Some((grouping, id.to_owned()))
        });
        let mut filters = Self {
            view: view.unwrap_or_default(),
            issue: issues::filters::Filters::of(&query),
            groups: query.order(),
            orgs: query.list("org").unwrap_or_default(),
            search: query.text("q").unwrap_or_default().trim().to_owned(),
            environments: query.text("environments") == Some("yes"),
            created: since("created"),
            updated: since("updated"),
            group,
        };
        // The name of a column may be that of both: only the order of the view counts.
        match filters.view {
            View::Issues => filters.groups = sorting::Order::default(),
            View::Groups(_) => filters.issue.order = issues::order::Order::default(),
        }
        filters
    }

    /// Returns the query of the address, without the question mark. It is empty by default.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = Query::default();
        if self.view != View::default() {
            query.add("view", self.view.word());
        }
        if !self.search.is_empty() {
            query.add("q", &self.search);
        }
        self.issue.add_to(&mut query);
        query.add_list("org", &self.orgs);
        if self.environments {
            query.add("environments", "yes");
        }
        for (name, since) in [("created", self.created), ("updated", self.updated)] {
            if since != Since::Ever {
                query.add(name, since.word());
            }
        }
        if let Some((grouping, id)) = &self.group {
            query.add(grouping.parameter(), id);
        }
        match self.view {
            View::Issues => query.add_order(self.issue.order),
            View::Groups(_) => query.add_order(self.groups),
        }
        self.issue.add_issue_to(&mut query);
        query.to_string()
    }

    /// Returns the same filters with another issue shown in full, or none.
    #[must_use]
    pub fn with_issue(&self, issue: Option<&str>) -> Self {
        Self {
            issue: self.issue.with_issue(issue),
            ..self.clone()
        }
    }

    /// Returns the same filters in another view. No issue is shown in full, and no group is chosen.
    #[must_use]
    pub fn in_view(&self, view: View) -> Self {
        Self {
            view,
            group: None,
            ..self.with_issue(None)
        }
    }

    /// Returns the same filters, with the issues of one group.
    #[must_use]
    pub fn of_group(&self, grouping: Grouping, id: &str) -> Self {
        Self {
            group: Some((grouping, id.to_owned())),
            ..self.in_view(View::Issues)
        }
    }

    /// Returns whether any filter differs from the default.
    #[must_use]
    pub fn are_chosen(&self) -> bool {
        *self != self.cleared()
    }

    /// Returns the default filters with the same view, orders and issue.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self {
            view: self.view,
            issue: self.issue.cleared(),
            groups: self.groups,
            ..Self::default()
        }
    }

    /// Returns the indexes of the matching rows, in order. `folded` is the folded search text.
    #[must_use]
    pub fn apply(&self, rows: &[impl AsRef<Found>], folded: &str) -> Vec<usize> {
        let row = |at: usize| rows[at].as_ref();
        let mut shown: Vec<_> = (0..rows.len())
            .filter(|at| self.shows(row(*at), folded))
            .collect();
        if self.view == View::Issues {
            index_sort::sort(&mut shown, &|one, other| {
                let order = self.issue.order;
                order.compare(&row(one).row, &row(other).row)
            });
        }
        shown
    }

    fn shows(&self, found: &Found, folded: &str) -> bool {
        self.issue.shows(&found.row) && self.shows_but_for_level(found, folded)
    }

    fn shows_but_for_level(&self, found: &Found, folded: &str) -> bool {
        self.issue.shows_but_for_level(&found.row)
            && (self.environments || !found.is_in_environment)
            && (self.orgs.is_empty() || self.orgs.iter().any(|org| **org == *found.org))
            && self
                .group
                .as_ref()
                .is_none_or(|(grouping, id)| grouping.key(&found.row) == id)
            && found.has(folded)
    }

    /// Returns the number of issues of each severity, worst first, that selecting it alone would
    /// show.
    #[must_use]
    pub fn of_each_level(&self, rows: &[impl AsRef<Found>], folded: &str) -> [u64; 5] {
        let mut counts = [0; 5];
        let rows = rows.iter().map(AsRef::as_ref);
        for found in rows.filter(|found| self.shows_but_for_level(found, folded)) {
            let level = found.row.level;
            if let Some(count) = level.and_then(|level| counts.get_mut(level as usize)) {
                *count += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::found::tests::{found, package},
        *,
    };
    use std::sync::Arc;

    fn rows() -> Vec<Arc<Found>> {
        [
            found("o", "p", "a", &package("CVE-1", "lodash", "4.17.15", true)),
            found("o", "q", "b", &package("CVE-1", "lodash", "4.17.20", true)),
            found("n", "r", "c", &package("CVE-2", "express", "4.0.0", false)),
            found(
                "n",
                "r",
                "d",
                r#","title":"Hard-coded secret","effective_severity_level":"low""#,
            ),
        ]
        .map(Arc::new)
        .into()
    }

    fn shown(query: &str) -> String {
        let rows = rows();
        let filters = Filters::parse(query);
        let shown = filters.apply(&rows, &filters.search.to_lowercase());
        shown.into_iter().map(|at| &*rows[at].row.id).collect()
    }

    #[test]
    fn filters_narrow_together() {
        assert_eq!(shown(""), "abcd");
        assert_eq!(shown("q=LODASH"), "ab");
        assert_eq!(shown("org=n"), "cd");
        assert_eq!(shown("org=n,o&severity=high&q=4.17"), "ab");
        assert_eq!(shown("problem=CVE-1"), "ab");
        assert_eq!(shown("package=lodash 4.17.15"), "a");
        assert_eq!(shown("package="), "d");
        assert_eq!(shown("fixable=yes&org=n"), "");
    }

    #[test]
    fn the_address_and_the_filters_are_the_same_thing() {
        for query in [
            "",
            "view=package&sort=-issues",
            "view=problem&q=lodash",
            "q=a&severity=critical&status=all&org=n,o&environments=yes&created=7d&updated=90d&sort=title&issue=x",
            "problem=CVE-1",
            "package=",
        ] {
            let filters = Filters::parse(query);
            assert_eq!(filters.query(), query);
            assert_eq!(Filters::parse(&filters.query()), filters);
        }
        assert_eq!(Filters::parse("view=nothing&created=ever").query(), "");
    }

    #[test]
    fn another_view_keeps_the_filters_and_a_group_leads_to_its_issues() {
        let filters = Filters::parse("severity=high&problem=CVE-1&issue=x");
        let by_package = filters.in_view(View::Groups(Grouping::Package));
        assert_eq!(by_package.query(), "view=package&severity=high");
        let group = by_package.of_group(Grouping::Package, "lodash 4.17.15");
        assert_eq!(group.query(), "severity=high&package=lodash+4.17.15");
        assert!(group.are_chosen());
        assert_eq!(group.cleared().query(), "");
    }

    #[test]
    fn the_counts_of_severities_follow_the_other_filters() {
        let counts = |query: &str| Filters::parse(query).of_each_level(&rows(), "");
        assert_eq!(counts("severity=low"), [0, 3, 0, 1, 0]);
        assert_eq!(counts("org=o"), [0, 2, 0, 0, 0]);
    }
}
