//! Which variables were set, for whoever shows where a value came from.

use std::collections::BTreeSet;

use super::raw::Raw;

/// The variables whose source is shown.
const SHOWN: [&str; 16] = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "CLIENT_SECRET_FILE",
    "DATABASE_URL",
    "DATABASE_URL_FILE",
    "FRONTEND_ORIGIN",
    "PUBLIC_URL",
    "RATE_LIMITS",
    "REDIRECT_URI",
    "REFRESH_UNUSED_CONNECTIONS",
    "SCOPES",
    "SESSION_IDLE",
    "SESSION_LIFETIME",
    "SNYK_API_URL",
    "SNYK_APP_URL",
    "SNYK_REGION",
];

/// The names of the variables that were set.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeSet<&'static str>);

impl Sources {
    /// Finds out which variables are set. An empty one is not.
    #[must_use]
    pub fn of(raw: &Raw) -> Self {
        let is_set = |name: &&'static str| raw.get(name).is_some();
        Self(SHOWN.into_iter().filter(is_set).collect())
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
