//! All problems of a configuration at once: the variable, why, and how to mend it; never the value.

use std::fmt;

use secrecy::ExposeSecret as _;
use url::Url;

use super::{raw::Raw, secret_file::SecretText};

/// Problems and warnings as they are found.
#[derive(Debug, Default)]
pub struct Problems {
    problems: Vec<(&'static str, String)>,
    warnings: Vec<String>,
}

/// Every problem of a configuration, for a person to mend.
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
        // One of these may be why something is missing.
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
    /// Notes that something is wrong with a variable.
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

    /// Notes something that is not wrong, and worth telling the operator at the start.
    pub fn warn(&mut self, what: impl Into<String>) {
        self.warnings.push(what.into());
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether something is wrong with a variable.
    pub(super) fn is_about(&self, name: &str) -> bool {
        self.problems.iter().any(|(known, _)| *known == name)
    }

    /// The warnings, where nothing is wrong.
    #[must_use]
    pub fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    /// Ends the collecting.
    #[must_use]
    pub fn into_report(self) -> Report {
        Report(self)
    }

    /// A variable that must be there; empty when it is not.
    pub(super) fn need(&mut self, raw: &Raw, name: &'static str, what: &str) -> String {
        raw.get(name).unwrap_or_else(|| {
            self.missing(raw, name, what);
            String::new()
        })
    }

    /// A secret that must be there, by value or by file; empty when it is not.
    pub(super) fn need_secret(&mut self, raw: &Raw, name: &'static str, what: &str) -> SecretText {
        let text = raw.get_or_file(name, self);
        let text = text.unwrap_or_else(|| SecretText::of_value(""));
        if text.value.expose_secret().is_empty() && !self.is_about(name) {
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

    /// A variable in a form of its own.
    pub(super) fn with<T>(
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

    /// An absolute http or https address of one host, without credentials, query and fragment.
    pub(crate) fn url(&mut self, raw: &Raw, name: &'static str, default: &str) -> Option<Url> {
        self.with(raw, name, default, |text| match Url::parse(text) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") || !url.has_host() => {
                Err("is not an http or https address".to_owned())
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                Err("holds a user name or password: leave them out".to_owned())
            }
            // A query or fragment would swallow the path that is put behind it.
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

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        raw: &Raw,
        name: &'static str,
        default: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        self.with(raw, name, default, |text| {
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
