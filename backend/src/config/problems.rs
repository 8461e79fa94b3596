//! Collects all problems of a configuration: the variable, the reason and the fix, but never the
//! value.

use std::fmt;

use secrecy::ExposeSecret as _;
use url::Url;

use super::{raw::Raw, secret_file::SecretText};

/// A collector of problems and warnings.
#[derive(Debug, Default)]
pub struct Problems {
    problems: Vec<(&'static str, String)>,
    warnings: Vec<String>,
}

/// The error that lists every problem of a configuration.
#[derive(Debug, thiserror::Error)]
pub struct Report(Problems);

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problems { problems, warnings } = &self.0;
        let plural = if problems.len() == 1 { "" } else { "s" };
        writeln!(
            f,
            "The configuration has {} problem{plural}:",
            problems.len()
        )?;
        for (name, why) in problems {
            writeln!(f, "  {name} {why}")?;
        }
        // A warning may explain why a variable is missing.
        for (index, warning) in warnings.iter().enumerate() {
            if index == 0 {
                writeln!(f, "Worth a look as well:")?;
            }
            writeln!(f, "  {warning}")?;
        }
        f.write_str("Set these in .env or in the environment, then start again.")
    }
}

impl Problems {
    /// Adds a problem with a variable.
    pub fn add(&mut self, name: &'static str, why: impl Into<String>) {
        let why = why.into();
        if !self
            .problems
            .iter()
            .any(|known| known.0 == name && known.1 == why)
        {
            self.problems.push((name, why));
        }
    }

    /// Adds a warning: a valid setting that the operator should know of at startup.
    pub fn warn(&mut self, what: impl Into<String>) {
        self.warnings.push(what.into());
    }

    /// Returns whether there are no problems so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Returns whether a variable has a problem.
    pub(super) fn has_problem(&self, name: &str) -> bool {
        self.problems.iter().any(|(known, _)| *known == name)
    }

    /// Returns the warnings of a configuration without problems.
    #[must_use]
    pub fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    /// Converts the collected problems to an error.
    #[must_use]
    pub fn into_report(self) -> Report {
        Report(self)
    }

    /// Returns a required variable. A missing one is a problem, and an empty string is returned.
    pub(super) fn require(&mut self, raw: &Raw, name: &'static str, what: &str) -> String {
        raw.get(name).unwrap_or_else(|| {
            self.missing(raw, name, what);
            String::new()
        })
    }

    /// Returns a required secret, given by value or by file. A missing one is a problem, and an
    /// empty secret is returned.
    pub(super) fn require_secret(
        &mut self,
        raw: &Raw,
        name: &'static str,
        what: &str,
    ) -> SecretText {
        let text = raw.get_or_file(name, self);
        let text = text.unwrap_or_else(|| SecretText::of_value(""));
        if text.value.expose_secret().is_empty() && !self.has_problem(name) {
            self.missing(raw, name, what);
        }
        text
    }

    fn missing(&mut self, raw: &Raw, name: &'static str, what: &str) {
        if raw.variables.is_not_text(name) {
            self.add(name, "is not UTF-8 text: write it again");
        } else {
            self.add(name, format!("is missing: it is {what}"));
        }
    }

    /// Parses a variable, or its default. A parse error is a problem.
    pub(super) fn parse_with<T>(
        &mut self,
        raw: &Raw,
        name: &'static str,
        default: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        match parse(&raw.get(name).unwrap_or_else(|| default.to_owned())) {
            Ok(value) => Some(value),
            Err(why) => {
                self.add(name, why);
                None
            }
        }
    }

    /// Parses an absolute http or https URL of one host, without credentials, query and fragment.
    pub(crate) fn url(&mut self, raw: &Raw, name: &'static str, default: &str) -> Option<Url> {
        self.parse_with(raw, name, default, |text| match Url::parse(text) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") || !url.has_host() => {
                Err("is not an http or https address".to_owned())
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                Err("holds a user name or password: leave them out".to_owned())
            }
            // A query or fragment would swallow the path that is appended to the URL.
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                Err("has a query or a fragment: leave it out".to_owned())
            }
            Ok(url) if url.host_str().is_some_and(|host| host.contains('*')) => {
                Err("has a wildcard: write one address".to_owned())
            }
            Ok(url) => Ok(url),
            Err(_) => {
                Err("is not an address: write for instance https://app.example.com".to_owned())
            }
        })
    }

    /// Parses a variable that is one of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        raw: &Raw,
        name: &'static str,
        default: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        self.parse_with(raw, name, default, |text| {
            choices
                .iter()
                .find(|(word, _)| *word == text)
                .map(|(_, value)| *value)
                .ok_or_else(|| {
                    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
                    format!("is none of: {}", words.join(", "))
                })
        })
    }
}
