//! The variables as they stand: the environment over `.env`, and values out of files. The only
//! reader of the environment.

use std::{collections::BTreeMap, fs, io::IsTerminal as _, path::Path};

use env_file::{Unreadable, Variables};

use super::{
    problems::Problems,
    secret_file::{self, SecretText},
};

/// Variables by name. Does not print the values, since some are secret.
#[derive(Debug, Default)]
pub struct Raw {
    /// What `.env` and the environment say.
    pub(super) variables: Variables,
    /// Whether a person reads the output.
    pub is_terminal: bool,
    /// Files with secrets that other users of this computer may read or change, by what they are.
    pub open_files: Vec<String>,
}

/// Files that a variable may name instead of holding the secret.
const SECRET_FILES: [&str; 3] = [
    "CLIENT_SECRET_FILE",
    "ENCRYPTION_SECRET_FILE",
    "DATABASE_URL_FILE",
];
/// What others than the owner may do with a file.
const READ: u32 = 0o044;
const WRITE: u32 = 0o022;

/// Whether others than the file's owner may do that with it.
fn is_open(file: &Path, to: u32) -> bool {
    #[cfg(unix)]
    let mode = |data: fs::Metadata| std::os::unix::fs::MetadataExt::mode(&data);
    #[cfg(not(unix))]
    let mode = |_| 0;
    fs::metadata(file).is_ok_and(|data| mode(data) & to != 0)
}

impl Raw {
    /// Reads `.env`, if it is there, and the environment, which wins; `set` wins over both.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one reader of the environment"
    )]
    pub fn read(env_file: &Path, set: BTreeMap<&str, String>) -> Result<Self, Unreadable> {
        let mut variables = Variables::read(env_file, std::env::vars_os())?;
        for (name, value) in set {
            variables.set(name, value);
        }
        let mut raw = Self {
            variables,
            is_terminal: std::io::stderr().is_terminal(),
            open_files: Vec::new(),
        };
        if is_open(env_file, READ | WRITE) {
            raw.open_files.push(".env".to_owned());
        }
        // Orchestrators mount these for all users of a container to read; nobody else may write.
        let named = SECRET_FILES.into_iter().filter(|name| {
            raw.get(name)
                .is_some_and(|path| is_open(path.as_ref(), WRITE))
        });
        let named: Vec<_> = named.map(|name| format!("The file of {name}")).collect();
        raw.open_files.extend(named);
        Ok(raw)
    }

    /// Variables given by a test.
    #[must_use]
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let mut variables = Variables::default();
        for (name, value) in pairs {
            variables.set(name, *value);
        }
        Self {
            variables,
            ..Self::default()
        }
    }

    /// The variable's value without white space and what else nobody sees at its ends, unless it is
    /// empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(ToOwned::to_owned)
    }

    /// The same, also when it is empty.
    #[must_use]
    pub fn get_even_empty(&self, name: &str) -> Option<String> {
        self.variables.get_even_empty(name).map(ToOwned::to_owned)
    }

    /// The variable's value, or what stands in the file that `NAME_FILE` names.
    pub(super) fn get_or_file(
        &self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Option<SecretText> {
        let file = self.get(&format!("{name}_FILE"));
        match (self.get(name), file) {
            (Some(_), Some(_)) => {
                problems.add(name, "and its _FILE are both set: keep one of them");
                None
            }
            (None, Some(file)) => match secret_file::read(Path::new(&file)) {
                Ok(text) => Some(text),
                Err(error) => {
                    problems.add(name, format!("cannot be read from its file: {error}"));
                    None
                }
            },
            (Some(_), None) => self.variables.as_written(name).map(SecretText::of_value),
            (None, None) => None,
        }
    }
}
