//! Filters and order of a list of projects: the query of the address, the matching rows, and the
//! text.

use super::{
    facet::Facet,
    index_sort,
    number_format::{count, either},
    order::{By, Order},
    query::Query,
    row::Row,
    selection,
    severity::Level,
    unknown,
};

/// Filters and order of a list of projects. They are stored only in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// The search text.
    pub search: String,
    /// Severities, worst first. A project must have issues of at least one of them.
    pub levels: Vec<Level>,
    chosen: [Vec<String>; 3],
    /// The order.
    pub order: Order,
}

impl Filters {
    /// Returns the filters that show the projects with issues of a severity, most issues first.
    #[must_use]
    pub fn of_level(level: Level) -> Self {
        Self {
            levels: vec![level],
            order: Order::first(By::Level(level)),
            ..Self::default()
        }
    }

    /// Parses the query of an address, and ignores what is unknown.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let query = Query::parse(query);
        Self {
            search: query.text("q").unwrap_or_default().to_owned(),
            levels: query.levels(),
            chosen: Facet::ALL.map(|facet| query.list(facet.key()).unwrap_or_default()),
            order: query.order(),
        }
    }

    /// Returns the query of the address, without the question mark. It is empty by default.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = Query::default();
        if !self.search.is_empty() {
            query.add("q", &self.search);
        }
        query.add_levels(&self.levels);
        for facet in Facet::ALL {
            query.add_list(facet.key(), self.chosen(facet));
        }
        query.add_order(self.order);
        query.to_string()
    }

    /// Returns the selected values of a facet; an empty slice means all.
    #[must_use]
    pub fn chosen(&self, facet: Facet) -> &[String] {
        &self.chosen[facet as usize]
    }

    /// Returns whether a value is selected.
    #[must_use]
    pub fn is_chosen(&self, facet: Facet, value: &str) -> bool {
        self.chosen(facet).iter().any(|one| one == value)
    }

    /// Selects a value, or deselects it.
    pub fn toggle(&mut self, facet: Facet, value: &str) {
        selection::toggle(&mut self.chosen[facet as usize], value.to_owned());
    }

    /// Selects a severity, or deselects it.
    pub fn toggle_level(&mut self, level: Level) {
        selection::toggle_level(&mut self.levels, level);
    }

    /// Returns whether any filter is set.
    #[must_use]
    pub fn is_filtering(&self) -> bool {
        !self.search.trim().is_empty()
            || !self.levels.is_empty()
            || self.chosen.iter().any(|chosen| !chosen.is_empty())
    }

    /// Returns the same order without filters.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self {
            order: self.order,
            ..Self::default()
        }
    }

    /// Returns the indexes of the matching rows, in order. `fold` normalizes the search text.
    #[must_use]
    pub fn apply(&self, rows: &[impl AsRef<Row>], fold: fn(&str) -> String) -> Vec<usize> {
        let search = fold(self.search.trim());
        let words: Vec<_> = search.split_whitespace().collect();
        let mut shown: Vec<usize> = (0..rows.len())
            .filter(|at| {
                rows.get(*at)
                    .is_some_and(|row| self.shows(row.as_ref(), &words))
            })
            .collect();
        index_sort::sort(&mut shown, &|one, other| {
            self.order.compare(rows[one].as_ref(), rows[other].as_ref())
        });
        shown
    }

    /// Returns the number of projects that have issues of each severity, worst first, which
    /// selecting it alone would show. `fold` normalizes the search text.
    #[must_use]
    pub fn of_each_level(&self, rows: &[impl AsRef<Row>], fold: fn(&str) -> String) -> [u64; 4] {
        let search = fold(self.search.trim());
        let words: Vec<_> = search.split_whitespace().collect();
        let mut counts = [0; 4];
        let rows = rows.iter().map(AsRef::as_ref);
        for row in rows.filter(|row: &&Row| self.shows_but_for_level(row, &words)) {
            for (level, _) in row.counted().each().filter(|(_, count)| *count > 0) {
                if let Some(count) = counts.get_mut(level as usize) {
                    *count += 1;
                }
            }
        }
        counts
    }

    fn shows(&self, row: &Row, words: &[&str]) -> bool {
        let has = |level: &Level| row.counted().of(*level) > 0;
        (self.levels.is_empty() || self.levels.iter().any(has))
            && self.shows_but_for_level(row, words)
    }

    fn shows_but_for_level(&self, row: &Row, words: &[&str]) -> bool {
        Facet::ALL.into_iter().all(|facet| {
            let chosen = self.chosen(facet);
            chosen.is_empty() || chosen.iter().any(|one| one == facet.of(row))
        }) && words.iter().all(|word| row.has(word))
    }

    /// Returns the filters in words, to follow a number of projects:
    /// `with critical or high issues, from GitHub, named “meridian”`.
    #[must_use]
    pub fn words(&self) -> String {
        let mut parts = self.parts();
        if let Some(search) = self.quoted() {
            parts.push(format!("matching {search}"));
        }
        parts.join(", ")
    }

    /// Returns title and text for a list of `of` projects in which none matches.
    #[must_use]
    pub fn nothing_matches(&self, of: u64) -> (String, String) {
        let projects = count(of, "project");
        let parts = self.parts().join(", ");
        match (self.quoted(), parts.is_empty()) {
            (Some(search), true) => (
                format!("No projects match {search}"),
                format!("Searched {projects}."),
            ),
            (Some(search), false) => (
                format!("No projects match {search}"),
                format!("Searched {projects}. Filters: {parts}."),
            ),
            (None, _) => (
                format!("None of the {projects} match"),
                format!("Filters: {parts}."),
            ),
        }
    }

    fn quoted(&self) -> Option<String> {
        let search = self.search.trim();
        (!search.is_empty()).then(|| format!("“{search}”"))
    }

    fn parts(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if !self.levels.is_empty() {
            let names = either(&Level::names(&self.levels));
            parts.push(format!("with {names} issues"));
        }
        for facet in Facet::ALL {
            let called: Vec<_> = self
                .chosen(facet)
                .iter()
                .map(|value| match value.as_str() {
                    unknown::WORD => value.clone(),
                    value => facet.called(value).to_owned(),
                })
                .collect();
            if called.is_empty() {
                continue;
            }
            let called = either(&called);
            parts.push(match facet {
                Facet::Origin => format!("from {called}"),
                Facet::Type => format!("of type {called}"),
                Facet::Status => format!("that are {called}"),
            });
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{row::tests::row, search_text::folded};

    fn rows() -> [Row; 4] {
        [
            row("meridian/web:pom.xml", "maven", "gitlab", [0, 3, 0, 0]),
            row("meridian/API:go.mod", "gomodules", "github", [2, 0, 0, 0]),
            row(
                "e\u{301}quipe/data:pom.xml",
                "maven",
                "github",
                [0, 0, 4, 0],
            ),
            row("acme/portal:yarn.lock", "yarn", "cli", [0; 4]),
        ]
    }

    fn shown(query: &str) -> Vec<usize> {
        Filters::parse(query).apply(&rows(), folded)
    }

    #[test]
    fn nothing_chosen_shows_everything_worst_first() {
        assert_eq!(shown(""), [1, 0, 2, 3]);
        assert!(!Filters::parse("?sort=name&other=1").is_filtering());
        assert!(!Filters::parse("q=+").is_filtering());
    }

    #[test]
    fn a_search_is_blind_to_case_and_accents_and_takes_words_in_any_order() {
        assert_eq!(shown("q=MERIDIAN"), [1, 0]);
        assert_eq!(shown("q=equipe"), [2]);
        assert_eq!(shown("q=pom+meridian"), [0]);
        assert_eq!(shown("q=pom+nothing"), [] as [usize; 0]);
    }

    #[test]
    fn severities_mean_has_issues_of_any_of_them() {
        assert_eq!(shown("severity=critical,high"), [1, 0]);
        assert_eq!(shown("severity=low"), [] as [usize; 0]);
        assert_eq!(shown("severity=nonsense"), [1, 0, 2, 3]);
    }

    #[test]
    fn values_of_one_property_add_up_and_properties_narrow() {
        assert_eq!(shown("origin=github&origin=cli"), [1, 2, 3]);
        assert_eq!(shown("origin=github&type=maven"), [2]);
        assert_eq!(shown("status=inactive"), [] as [usize; 0]);
    }

    #[test]
    fn the_address_and_the_filters_are_the_same_thing() {
        let mut filters = Filters {
            search: "a&b=c “é” +%".to_owned(),
            ..Filters::default()
        };
        filters.toggle_level(Level::High);
        filters.toggle_level(Level::Critical);
        filters.toggle(Facet::Origin, "git,hub");
        filters.toggle(Facet::Origin, "gitlab");
        filters.order = Order::first(By::Name);
        let query = filters.query();
        assert!(query.contains("severity=critical,high"), "{query}");
        assert_eq!(Filters::parse(&query), filters);
        assert_eq!(Filters::parse(&format!("?{query}")), filters);
        assert_eq!(Filters::default().query(), "");
    }

    #[test]
    fn choosing_twice_is_not_choosing() {
        let mut filters = Filters::default();
        for _ in 0..2 {
            filters.toggle_level(Level::Low);
            filters.toggle(Facet::Type, "npm");
        }
        assert_eq!(filters, Filters::default());
        // A repeated parameter counts once.
        assert!(Filters::parse("type=npm&type=npm").is_chosen(Facet::Type, "npm"));
    }

    #[test]
    fn filters_are_repeated_in_words() {
        let all =
            "q=meridian&severity=high,critical&origin=github&origin=gitlab&type=npm&status=active";
        assert_eq!(
            Filters::parse(all).words(),
            "with critical or high issues, from GitHub or GitLab, of type npm, that are active, matching “meridian”"
        );
        assert_eq!(Filters::default().words(), "");
        assert_eq!(Filters::parse("type=unknown").words(), "of type unknown");
    }

    #[test]
    fn a_number_opens_the_projects_that_it_counts() {
        let query = |level| Filters::of_level(level).query();
        assert_eq!(query(Level::Critical), "severity=critical");
        assert_eq!(query(Level::Low), "severity=low&sort=-low");
    }

    #[test]
    fn the_counts_of_severities_follow_the_other_filters() {
        let counts = |query| Filters::parse(query).of_each_level(&rows(), folded);
        assert_eq!(counts(""), [1, 1, 1, 0]);
        assert_eq!(counts("severity=low"), [1, 1, 1, 0]);
        assert_eq!(counts("origin=github"), [1, 0, 1, 0]);
        assert_eq!(counts("q=web"), [0, 1, 0, 0]);
    }

    #[test]
    fn nothing_that_matches_is_told_with_what_was_asked() {
        let words = |query| Filters::parse(query).nothing_matches(1_204);
        let (title, text) = words("q=chekout&severity=critical&origin=github");
        assert_eq!(title, "No projects match “chekout”");
        assert_eq!(
            text,
            "Searched 1,204 projects. Filters: with critical issues, from GitHub."
        );
        let (title, text) = words("q=x");
        assert_eq!(title, "No projects match “x”");
        assert_eq!(text, "Searched 1,204 projects.");
        let (title, text) = words("type=npm");
        assert_eq!(title, "None of the 1,204 projects match");
        assert_eq!(text, "Filters: of type npm.");
    }

    #[test]
    fn clearing_keeps_the_order() {
        let cleared = Filters::parse("q=x&sort=name").cleared();
        assert_eq!(cleared.query(), "sort=name");
    }
}
