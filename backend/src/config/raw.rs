//! The raw variables: the environment over `.env`. Only this module reads the environment.

use std::{collections::BTreeMap, fs, io::IsTerminal as _, path::Path};

use env_file::{Unreadable, Variables};

/// Raw variables by name. Does not print the values, since some are secret.
#[derive(Debug, Default)]
pub struct Raw {
    /// The variables of `.env` and the environment.
    pub(super) variables: Variables,
    /// Whether standard error is a terminal.
    pub is_terminal: bool,
    /// Files with secrets that other users of this computer may read or change. Each entry is the
    /// description for the warning.
    pub open_files: Vec<String>,
}

/// Variables that name a file instead of holding the secret.
const SECRET_FILES: [&str; 3] = [
    "CLIENT_SECRET_FILE",
    "ENCRYPTION_SECRET_FILE",
    "DATABASE_URL_FILE",
];
/// Permission bits that let group or others read a file.
const GROUP_OR_OTHERS_READ: u32 = 0o044;
/// Permission bits that let group or others write a file.
const GROUP_OR_OTHERS_WRITE: u32 = 0o022;

/// Returns whether anyone but the owner has one of these permissions on a file.
fn has_permission(file: &Path, permission: u32) -> bool {
    #[cfg(unix)]
    let mode = |data: fs::Metadata| std::os::unix::fs::MetadataExt::mode(&data);
    #[cfg(not(unix))]
    let mode = |_| 0;
    fs::metadata(file).is_ok_and(|data| mode(data) & permission != 0)
}

/// Returns whether the environment has a variable that is not empty, such as `NO_COLOR`: a
/// convention of programs, which `.env` has no part in.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one reader of the environment"
)]
pub fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

impl Raw {
    /// Reads `.env`, if it exists, and the environment, which takes precedence. `overrides` take
    /// precedence over both.
    ///
    /// # Errors
    ///
    /// Returns an error if `.env` exists but cannot be read.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one reader of the environment"
    )]
    pub fn read(env_file: &Path, overrides: BTreeMap<&str, String>) -> Result<Self, Unreadable> {
        let mut variables = Variables::read(env_file, std::env::vars_os())?;
        for (name, value) in overrides {
            variables.set(name, value);
        }
        let mut raw = Self {
            variables,
            is_terminal: std::io::stderr().is_terminal(),
            open_files: Vec::new(),
        };
        if has_permission(env_file, GROUP_OR_OTHERS_READ | GROUP_OR_OTHERS_WRITE) {
            raw.open_files.push(".env".to_owned());
        }
        // Orchestrators mount secrets readable for all users of a container, so only write
        // permission is checked.
        let writable = SECRET_FILES.into_iter().filter(|name| {
            raw.get(name)
                .is_some_and(|path| has_permission(path.as_ref(), GROUP_OR_OTHERS_WRITE))
        });
        let writable: Vec<_> = writable.map(|name| format!("The file of {name}")).collect();
        raw.open_files.extend(writable);
        Ok(raw)
    }

    /// Creates variables for a test.
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

    /// Returns the value without white space and invisible characters at its ends, unless it is
    /// empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(ToOwned::to_owned)
    }

    /// Returns whether the environment sets a variable to another value than `.env`.
    pub(crate) fn is_overridden(&self, name: &str) -> bool {
        self.variables.is_overridden(name)
    }

    /// Returns the trimmed value, even if it is empty.
    #[must_use]
    pub fn get_even_empty(&self, name: &str) -> Option<String> {
        self.variables.get_even_empty(name).map(ToOwned::to_owned)
    }
}
