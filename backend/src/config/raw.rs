//! The variables as they stand: the environment over `.env`, and values out of files. The only
//! reader of the environment.

use std::{collections::HashMap, fmt, fs, io::IsTerminal as _, path::Path};

use super::{
    env_file::{self, OddLine},
    problems::Problems,
};

/// Variables by name. Does not print, since some are secret.
#[derive(Default)]
pub struct Raw {
    variables: HashMap<String, String>,
    /// Whether a person reads the output.
    pub is_terminal: bool,
    /// Files with secrets that other users of this computer may read or change, by what they are.
    pub open_files: Vec<String>,
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw")
            .field("is_terminal", &self.is_terminal)
            .finish_non_exhaustive()
    }
}

/// `.env` is there and cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(".env cannot be read: {0}")]
pub struct UnreadableEnvFile(String);

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
    /// Reads `.env`, if it is there, and the environment, which wins.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one reader of the environment"
    )]
    pub fn read(env_file: &Path) -> Result<Self, UnreadableEnvFile> {
        let mut variables = HashMap::new();
        if env_file.exists() {
            let text = fs::read_to_string(env_file)
                .map_err(|error| UnreadableEnvFile(error.to_string()))?;
            // Which line, and not what it says: that may be a secret.
            let entries = env_file::parse(&text).map_err(|OddLine(line)| {
                UnreadableEnvFile(format!("line {line} is not NAME=value"))
            })?;
            variables.extend(
                entries
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value)),
            );
        }
        variables.extend(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }));
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
        let variables = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Self {
            variables,
            ..Self::default()
        }
    }

    /// The variable's value without surrounding white space, unless it is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.get_even_empty(name).filter(|value| !value.is_empty())
    }

    /// The variable's value without surrounding white space.
    #[must_use]
    pub fn get_even_empty(&self, name: &str) -> Option<String> {
        self.variables
            .get(name)
            .map(|value| value.trim().to_owned())
    }

    /// The variable's value, or what stands in the file that `NAME_FILE` names.
    pub fn get_or_file(&self, name: &'static str, problems: &mut Problems) -> Option<String> {
        let file = self.get(&format!("{name}_FILE"));
        match (self.get(name), file) {
            (Some(_), Some(_)) => {
                problems.add(name, "and its _FILE are both set: keep one of them");
                None
            }
            (None, Some(file)) => match fs::read_to_string(&file) {
                Ok(value) => Some(value.trim().to_owned()),
                Err(error) => {
                    problems.add(name, format!("cannot be read from its file: {error}"));
                    None
                }
            },
            (value, None) => value,
        }
    }
}
