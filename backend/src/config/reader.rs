//! Reads the variables of the sections, and collects their problems for one report.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use env_file::Variables;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{
    problems::Problems,
    raw::Raw,
    secret_file::{self, SecretText},
    variable_names,
};

/// Reads the sections that a command needs. A section that is not read cannot stop the command.
#[derive(Debug)]
pub struct Reader<'a> {
    raw: &'a Raw,
    pub(super) problems: Problems,
    /// The names of the variables that were read.
    names: BTreeSet<String>,
    /// The secrets that were read, by variable.
    secrets: BTreeMap<&'static str, SecretString>,
}

impl<'a> Reader<'a> {
    /// Creates a reader of these variables.
    #[must_use]
    pub fn new(raw: &'a Raw) -> Self {
        Self {
            raw,
            problems: Problems::default(),
            names: BTreeSet::new(),
            secrets: BTreeMap::new(),
        }
    }

    /// Returns the problems of the sections that were read, with the warnings of all variables.
    /// A command calls this once, after its last section.
    #[must_use]
    pub fn finish(mut self) -> Problems {
        for file in &self.raw.open_files {
            self.problems.warn(format!(
                "{file} is open to other users of this computer: `chmod 600` it"
            ));
        }
        variable_names::check(self.raw, &self.names, &mut self.problems);
        self.problems
    }

    /// Returns the variables, for values that derive from several of them.
    pub(super) fn variables(&self) -> &'a Variables {
        &self.raw.variables
    }

    /// Returns whether standard error is a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        self.raw.is_terminal
    }

    /// Returns whether none of these variables has a problem.
    pub(super) fn are_valid(&self, names: &[&str]) -> bool {
        !names.iter().any(|name| self.problems.has_problem(name))
    }

    /// Returns the trimmed value, unless it is empty.
    pub(super) fn get(&mut self, name: &str) -> Option<String> {
        self.names.insert(name.to_owned());
        self.raw.get(name)
    }

    /// Returns the trimmed value, even if it is empty.
    pub(super) fn get_even_empty(&mut self, name: &str) -> Option<String> {
        self.names.insert(name.to_owned());
        self.raw.get_even_empty(name)
    }

    /// Returns the value as written.
    pub(super) fn as_written(&mut self, name: &str) -> Option<&'a str> {
        self.names.insert(name.to_owned());
        self.variables().as_written(name)
    }

    /// Returns a required variable. A missing one is a problem.
    pub(super) fn require(&mut self, name: &'static str, what: &str) -> Option<String> {
        let value = self.get(name);
        if value.is_none() {
            self.add_missing(name, what);
        }
        value
    }

    /// Returns a required secret, given by value or by file. A missing one is a problem, and an
    /// empty secret is returned.
    pub(super) fn require_secret(&mut self, name: &'static str, what: &str) -> SecretText {
        let text = self.secret(name);
        let text = text.unwrap_or_else(|| SecretText::of_value(""));
        if text.value.expose_secret().is_empty() && self.are_valid(&[name]) {
            self.add_missing(name, what);
        }
        text
    }

    /// Returns the value, or the contents of the file that `NAME_FILE` names. Setting both is a
    /// problem.
    pub(super) fn secret(&mut self, name: &'static str) -> Option<SecretText> {
        let file = self.get(&format!("{name}_FILE"));
        let text = match (self.get(name), file) {
            (Some(_), Some(_)) => {
                self.problems
                    .add(name, "and its _FILE are both set: keep one of them");
                None
            }
            (None, Some(file)) => match secret_file::read(Path::new(&file)) {
                Ok(text) => Some(text),
                Err(error) => {
                    let why = format!("cannot be read from its file: {error}");
                    self.problems.add(name, why);
                    None
                }
            },
            (Some(_), None) => self.as_written(name).map(SecretText::of_value),
            (None, None) => None,
        }?;
        self.secrets.insert(name, text.value.clone());
        Some(text)
    }

    /// Returns whether a secret equals the one that another section has read. A file is not read
    /// again for the comparison, since it may be a pipe.
    pub(super) fn is_secret_of(&self, name: &str, secret: &SecretString) -> bool {
        self.secrets
            .get(name)
            .is_some_and(|known| known.expose_secret() == secret.expose_secret())
    }

    fn add_missing(&mut self, name: &'static str, what: &str) {
        if self.variables().is_not_text(name) {
            self.problems.add(name, "is not UTF-8 text: write it again");
        } else {
            self.problems.add(name, format!("is missing: it is {what}"));
        }
    }

    /// Parses a variable, or its default. A parse error is a problem.
    pub(super) fn parse_with<T>(
        &mut self,
        name: &'static str,
        default: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        match parse(&self.get(name).unwrap_or_else(|| default.to_owned())) {
            Ok(value) => Some(value),
            Err(why) => {
                self.problems.add(name, why);
                None
            }
        }
    }

    /// Parses an absolute http or https URL of one host, without credentials, query and fragment.
    pub(super) fn url(&mut self, name: &'static str, default: &str) -> Option<Url> {
        self.parse_with(name, default, |text| match Url::parse(text) {
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
        name: &'static str,
        default: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        self.parse_with(name, default, |text| {
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
