//! Scopes: lists of them, which are missing, and what each means in plain words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A list of scopes, each once, in the order in which they were named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Reads scopes separated by spaces (RFC 6749 section 3.3) or commas (as the TypeScript demo's
    /// registration script writes them into `.env`).
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

    /// The scopes of `self`, which was asked for, that `granted` lacks.
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

    /// Each scope in turn.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Separated by spaces, as RFC 6749 section 3.3 has them.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Every scope that a Snyk App may ask for, with what it allows, as a sentence that starts with a
/// verb. Snyk's list of scopes to request is the source.
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

/// Every scope that a Snyk App may ask for.
pub fn known() -> impl Iterator<Item = &'static str> {
    MEANINGS.iter().map(|(name, _)| *name)
}

/// What a scope allows, in plain words; the scope itself where it is not one of Snyk's known ones.
#[must_use]
pub fn meaning(scope: &str) -> &str {
    MEANINGS
        .iter()
        .find(|(name, _)| *name == scope)
        .map_or(scope, |(_, words)| words)
}

/// Whether a scope only lets the app read. An unknown one counts as reading when its name says so.
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
        let asked = Scopes::parse("org.read org.project.read org.project.ignore.read");
        let granted = Scopes::parse("org.project.read org.read extra");
        assert_eq!(
            asked.missing_from(&granted),
            Scopes::parse("org.project.ignore.read")
        );
        assert!(asked.missing_from(&asked).is_empty());
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
