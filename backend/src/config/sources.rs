//! Which variables were set, for whoever shows where a value came from.

use std::collections::BTreeSet;

use super::{raw::Raw, variable_names::KNOWN_VARIABLES};

/// The names of the variables that were set.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeSet<&'static str>);

impl Sources {
    /// Finds out which variables are set. An empty one is not.
    #[must_use]
    pub fn of(raw: &Raw) -> Self {
        let is_set = |name: &&'static str| raw.get(name).is_some();
        Self(KNOWN_VARIABLES.into_iter().filter(is_set).collect())
    }

    /// Returns the first of these variables that is set; `None` if the value is a default.
    #[must_use]
    pub fn first(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.0.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_that_is_set_is_named() {
        let raw = Raw::from_pairs(&[
            ("SCOPES", "x"),
            ("DATABASE_URL_FILE", "f"),
            ("SESSION_IDLE", ""),
        ]);
        let sources = Sources::of(&raw);
        assert_eq!(sources.first(&["SCOPES"]), Some("SCOPES"));
        let database = sources.first(&["DATABASE_URL", "DATABASE_URL_FILE"]);
        assert_eq!(database, Some("DATABASE_URL_FILE"));
        assert_eq!(sources.first(&["SESSION_IDLE"]), None);
    }
}
