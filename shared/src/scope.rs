//! OAuth scopes: lists of scopes, missing scopes, and descriptions in plain words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A list of distinct scopes, in the order of their first occurrence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Parses scopes separated by spaces (RFC 6749 section 3.3) or commas (the format in which the
    /// TypeScript demo's registration script writes them into `.env`).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut scopes = Vec::<String>::new();
        for scope in text.split(|c: char| c == ',' || c.is_ascii_whitespace()) {
            if !scope.is_empty() && !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
        Self(scopes)
    }

    /// Returns the scopes of `self`, the requested ones, that `granted` lacks.
    #[must_use]
    pub fn missing_from(&self, granted: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|scope| !granted.0.contains(scope))
                .cloned()
                .collect(),
        )
    }

    /// Iterates over the scopes.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Returns whether the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of scopes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Writes the scopes separated by spaces (RFC 6749 section 3.3).
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Every scope that a Snyk App may request, with a description that starts with a verb. The source
/// is Snyk's list of requestable scopes.
const MEANINGS: [(&str, &str); 26] = [
    ("org.read", "See the organization’s details and settings"),
    ("org.edit", "Change the organization’s settings"),
    ("org.report.read", "See reports"),
    (
        "org.project.read",
        "See projects, their settings and targets",
    ),
    ("org.project.create", "Add projects"),
    ("org.project.edit", "Change projects"),
    ("org.project.delete", "Delete projects and targets"),
    ("org.project.status", "Switch projects on and off"),
    ("org.project.test", "Test projects"),
    ("org.project.ignore.read", "See ignores"),
    ("org.project.ignore.create", "Add ignores"),
    ("org.project.ignore.edit", "Change ignores"),
    ("org.project.ignore.delete", "Delete ignores"),
    ("org.project.attributes.edit", "Change projects’ attributes"),
    ("org.project.tag.edit", "Change projects’ tags"),
    ("org.project.pr.create", "Open fix pull requests"),
    (
        "org.project.pr.skip",
        "Mark failing pull request checks as passed",
    ),
    ("org.project.jira.issue.read", "See Jira issues"),
    ("org.project.jira.issue.create", "Create Jira issues"),
    (
        "org.project.snapshot.read",
        "See dependencies, vulnerabilities and other scan results",
    ),
    ("org.package.test", "Test packages"),
    ("org.container_image.read", "See container images"),
    ("org.collection.read", "See collections"),
    ("org.collection.create", "Make collections"),
    ("org.collection.edit", "Change collections"),
    ("org.collection.delete", "Delete collections"),
];

/// Iterates over every scope that a Snyk App may request.
pub fn known() -> impl Iterator<Item = &'static str> {
    MEANINGS.iter().map(|(name, _)| *name)
}

/// Returns the description of a scope in plain words, or the scope itself if it is not one of
/// Snyk's known scopes.
#[must_use]
pub fn meaning(scope: &str) -> &str {
    MEANINGS
        .iter()
        .find(|(name, _)| *name == scope)
        .map_or(scope, |(_, words)| words)
}

/// Returns whether a scope permits only reading. An unknown scope counts as read-only if its name
/// ends in `read`.
#[must_use]
pub fn only_reads(scope: &str) -> bool {
    scope.rsplit('.').next() == Some("read")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spaces_and_commas_separate_and_repeats_go() {
        let scopes = Scopes::parse(" org.read, org.project.read\torg.read ,,org.edit ");
        assert_eq!(scopes.to_string(), "org.read org.project.read org.edit");
        assert_eq!(scopes.len(), 3);
    }

    #[test]
    fn sec_22_what_was_not_granted_is_named() {
        let requested = Scopes::parse("org.read org.project.read org.project.ignore.read");
        let granted = Scopes::parse("org.project.read org.read extra");
        assert_eq!(
            requested.missing_from(&granted),
            Scopes::parse("org.project.ignore.read")
        );
        assert!(requested.missing_from(&requested).is_empty());
    }

    #[test]
    fn every_known_scope_has_words_and_a_kind() {
        for (scope, words) in MEANINGS {
            assert_eq!(meaning(scope), words);
            assert_eq!(only_reads(scope), words.starts_with("See "), "{scope}");
        }
        assert!(known().any(|scope| scope == "org.read"));
        assert_eq!(meaning("org.something.new"), "org.something.new");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "[a-z. ,]{0,80}") {
            let scopes = Scopes::parse(&text);
            prop_assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
        }
    }
}
