//! The query of an address, which alone keeps what a person has chosen of a list.
//!
//! # Format
//!
//! - A list of values is one parameter with commas: `severity=critical,high`. A comma in a value is
//!   escaped. A parameter that is repeated adds its values, as older addresses of projects have it:
//!   `origin=github&origin=gitlab`.
//! - An order is the name of a sort key, in the direction that the key has by itself, or in the
//!   other one after a `-`: `sort=-name`. See [`SortBy::is_ascending_alone`].
//! - What is the default or unknown is left out.

use std::fmt;

use super::{
    severity::Level,
    sorting::{Order, SortBy},
};

/// The name of the severities.
const SEVERITY: &str = "severity";
/// The name of the order.
const SORT: &str = "sort";

/// The parameters of a query, in order.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Parses the query of an address, with or without the question mark.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
        Self(pairs.into_owned().collect())
    }

    fn values(&self, name: &str) -> impl DoubleEndedIterator<Item = &str> {
        let found = self.0.iter().filter(move |(one, _)| one == name);
        found.map(|(_, value)| &**value)
    }

    /// Returns the value of a parameter. The last one of several counts.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values(name).next_back()
    }

    /// Returns the values of a list, each once; `None` if the address does not name it.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        let mut list: Option<Vec<String>> = None;
        for values in self.values(name) {
            let list = list.get_or_insert_default();
            for value in values.split(',').filter(|value| !value.is_empty()) {
                let value = value.replace("%2C", ",").replace("%25", "%");
                if !list.contains(&value) {
                    list.push(value);
                }
            }
        }
        list
    }

    /// Returns the severities, worst first.
    #[must_use]
    pub fn levels(&self) -> Vec<Level> {
        let list = self.list(SEVERITY).unwrap_or_default();
        let named = |level: &Level| list.iter().any(|name| name == level.name());
        Level::ALL.into_iter().filter(named).collect()
    }

    /// Returns the order, which is the default if the address names none that exists.
    #[must_use]
    pub fn order<B: SortBy>(&self) -> Order<B>
    where
        Order<B>: Default,
    {
        let order = self.text(SORT).and_then(Order::parse);
        order.unwrap_or_default()
    }

    /// Adds a parameter.
    pub fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// Adds a list, unless it is empty.
    pub fn add_list(&mut self, name: &str, list: &[String]) {
        if list.is_empty() {
            return;
        }
        let escaped = |value: &String| value.replace('%', "%25").replace(',', "%2C");
        let list: Vec<_> = list.iter().map(escaped).collect();
        self.add(name, &list.join(","));
    }

    /// Adds severities, unless there are none.
    pub fn add_levels(&mut self, levels: &[Level]) {
        self.add_list(SEVERITY, &Level::names(levels));
    }

    /// Adds an order, unless it is the default.
    pub fn add_order<B: SortBy>(&mut self, order: Order<B>)
    where
        Order<B>: Default,
    {
        if order != Order::default() {
            self.add(SORT, &order.word());
        }
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.0);
        // A comma is easier to read, and has the same meaning.
        f.write_str(&query.finish().replace("%2C", ","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{facet::Facet, filters, issues};

    #[test]
    fn a_list_is_read_with_commas_and_repeated_and_is_written_with_commas() {
        for query in ["origin=a&origin=b", "?origin=a,b", "origin=a%2Cb&origin=a"] {
            let list = Query::parse(query).list("origin");
            assert_eq!(list, Some(vec!["a".to_owned(), "b".to_owned()]), "{query}");
        }
        assert_eq!(Query::parse("origin=").list("origin"), Some(Vec::new()));
        assert_eq!(Query::parse("type=a").list("origin"), None);
        let mut query = Query::default();
        let values = ["a,b", "100%", "%2C", "é &="].map(str::to_owned);
        query.add_list("origin", &values);
        assert_eq!(
            Query::parse(&query.to_string()).list("origin").as_deref(),
            Some(&values[..])
        );
    }

    #[test]
    fn addresses_that_people_have_kept_mean_the_same() {
        // Each as the page wrote it, and as it writes it now.
        for (kept, now) in [
            (
                "q=a%2Cb&severity=critical,high&origin=github&origin=gitlab&type=npm&status=active&sort=-name",
                "q=a,b&severity=critical,high&origin=github,gitlab&type=npm&status=active&sort=-name",
            ),
            ("sort=name", "sort=name"),
            ("severity=low&sort=-low", "severity=low&sort=-low"),
            ("sort=high", "sort=high"),
            ("sort=-critical", ""),
        ] {
            let filters = filters::Filters::parse(kept);
            assert_eq!(filters.query(), now);
            assert_eq!(filters::Filters::parse(now), filters);
        }
        let kept = filters::Filters::parse("origin=github&origin=gitlab&sort=high");
        assert_eq!(kept.chosen(Facet::Origin), ["github", "gitlab"]);
        assert!(kept.order.ascending, "the fewest high ones first");
        for (kept, ascending) in [
            ("sort=score", false),
            ("sort=-score", true),
            ("sort=title", true),
            ("sort=-title", false),
            ("sort=-severity", true),
            ("status=open,resolved&kind=code,license&ignored=all", false),
            ("status=all", false),
        ] {
            let filters = issues::filters::Filters::parse(kept);
            assert_eq!(filters.query(), kept);
            assert_eq!(filters.order.ascending, ascending, "{kept}");
        }
    }

    #[test]
    fn what_is_unknown_is_ignored_and_the_last_of_several_texts_counts() {
        let query = Query::parse("q=a&q=b&sort=nonsense&severity=low,critical,x");
        assert_eq!(query.text("q"), Some("b"));
        assert_eq!(query.text("issue"), None);
        assert_eq!(query.levels(), [Level::Critical, Level::Low]);
        assert_eq!(query.order::<crate::data::order::By>(), Order::default());
    }
}
