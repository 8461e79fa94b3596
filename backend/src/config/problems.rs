//! All problems of a configuration at once: the variable, why, and how to mend it; never the value.

use std::{fmt, str::FromStr};

use secrecy::SecretString;
use url::Url;

use super::raw::Raw;

/// Problems as they are found.
#[derive(Debug, Default)]
pub struct Problems(Vec<(&'static str, String)>);

/// Every problem of a configuration, for a person to mend.
#[derive(Debug, thiserror::Error)]
pub struct Report(Vec<(&'static str, String)>);

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        writeln!(f, "The configuration has {} problem{plural}:", self.0.len())?;
        for (name, why) in &self.0 {
            writeln!(f, "  {name} {why}")?;
        }
        f.write_str("Set these in .env or in the environment, then start again.")
    }
}

impl Problems {
    /// Notes that something is wrong with a variable.
    pub fn add(&mut self, name: &'static str, why: impl Into<String>) {
        let why = why.into();
        if !self.0.iter().any(|known| known.0 == name && known.1 == why) {
            self.0.push((name, why));
        }
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends the collecting.
    #[must_use]
    pub fn into_report(self) -> Report {
        Report(self.0)
    }

    /// A variable that must be there; empty when it is not.
    pub(super) fn need(&mut self, raw: &Raw, name: &'static str, what: &str) -> String {
        raw.get(name).unwrap_or_else(|| {
            self.add(name, format!("is missing: it is {what}"));
            String::new()
        })
    }

    /// A secret that must be there, by value or by file.
    pub(super) fn need_secret(
        &mut self,
        raw: &Raw,
        name: &'static str,
        what: &str,
    ) -> SecretString {
        let before = self.0.len();
        let value = raw.get_or_file(name, self);
        if value.as_deref().unwrap_or_default().is_empty() && self.0.len() == before {
            self.add(name, format!("is missing: it is {what}"));
        }
        value.unwrap_or_default().into()
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

    /// A variable that parses by itself.
    pub(super) fn parsed<T: FromStr>(
        &mut self,
        raw: &Raw,
        name: &'static str,
        default: &str,
        what: &str,
    ) -> Option<T> {
        self.with(raw, name, default, |text| {
            text.parse()
                .map_err(|_| format!("is not usable: write {what}"))
        })
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
