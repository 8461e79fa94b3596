//! Variables by name. The environment takes precedence over `.env`.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fmt, fs, io,
    path::Path,
};

use crate::{
    parse::{OddLine, parse},
    text::{NotText, decode, trim},
};

/// Variables by name. `Debug` does not print them, since some are secret.
#[derive(Default)]
pub struct Variables {
    /// The variables of `.env`, if the file exists.
    file: Option<BTreeMap<String, String>>,
    environment: BTreeMap<String, String>,
    /// Names in the environment whose value is not text.
    not_text: BTreeSet<String>,
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variables").finish_non_exhaustive()
    }
}

/// The error returned when `.env` exists but cannot be read. No variant holds file content, which
/// may be a secret.
#[derive(Debug)]
pub enum Unreadable {
    /// The operating system reports an error.
    Io(io::Error),
    /// The file is not text.
    NotText(NotText),
    /// The file contains NUL characters.
    Nul,
    /// A line has invalid syntax.
    Line(OddLine),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(".env cannot be read: ")?;
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::IsADirectory => f.write_str(
                "it is a folder (a container makes one where the file to mount is missing)",
            ),
            Self::Io(error) => write!(f, "{error}"),
            Self::NotText(why) => write!(f, "{why}"),
            Self::Nul => f.write_str(
                "it holds NUL characters, as UTF-16 without a byte order mark does; save it as UTF-8",
            ),
            Self::Line(OddLine(line)) => write!(f, "line {line} is not NAME=value"),
        }
    }
}

impl std::error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::NotText(why) => Some(why),
            Self::Nul | Self::Line(_) => None,
        }
    }
}

impl Variables {
    /// Reads a `.env` file, if it exists, and combines it with the environment, which takes
    /// precedence.
    ///
    /// # Errors
    ///
    /// Returns an error if the file exists but cannot be read.
    pub fn read(
        file: &Path,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Unreadable> {
        let file = match fs::read(file) {
            Ok(bytes) => Some(parse_file(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Unreadable::Io(error)),
        };
        let mut variables = Self {
            file,
            ..Self::default()
        };
        for (name, value) in environment {
            // The server reads no variable whose name is not text.
            let Ok(name) = name.into_string() else {
                continue;
            };
            match value.into_string() {
                Ok(value) => {
                    variables.environment.insert(name, value);
                }
                Err(_) => {
                    variables.not_text.insert(name);
                }
            }
        }
        Ok(variables)
    }

    /// Sets a variable, with precedence over the file and the environment.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        // Otherwise the variable would count as overridden by accident.
        if let Some(file) = &mut self.file {
            file.remove(name);
        }
        self.environment.insert(name.to_owned(), value.into());
    }

    /// Returns whether `.env` exists.
    #[must_use]
    pub fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// Returns the trimmed value, unless it is empty. White space and invisible characters are
    /// trimmed.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_even_empty(name).filter(|value| !value.is_empty())
    }

    /// Returns the trimmed value, even if it is empty.
    #[must_use]
    pub fn get_even_empty(&self, name: &str) -> Option<&str> {
        self.as_written(name).map(trim)
    }

    /// Returns the value as written.
    #[must_use]
    pub fn as_written(&self, name: &str) -> Option<&str> {
        self.environment
            .get(name)
            .or_else(|| self.in_file(name))
            .map(String::as_str)
    }

    /// Returns all names in `.env`, in alphabetical order.
    pub fn names_in_file(&self) -> impl Iterator<Item = &str> {
        self.file
            .iter()
            .flat_map(BTreeMap::keys)
            .map(String::as_str)
    }

    /// Returns all names in the environment, in alphabetical order.
    pub fn names_in_environment(&self) -> impl Iterator<Item = &str> {
        self.environment.keys().map(String::as_str)
    }

    /// Returns whether the value in the environment is not text.
    #[must_use]
    pub fn is_not_text(&self, name: &str) -> bool {
        self.not_text.contains(name)
    }

    /// Returns whether only `.env` sets the variable.
    #[must_use]
    pub fn is_of_file_alone(&self, name: &str) -> bool {
        self.in_file(name).is_some() && !self.environment.contains_key(name)
    }

    /// Returns whether the environment overrides a different value in `.env`.
    #[must_use]
    pub fn is_overridden(&self, name: &str) -> bool {
        match (self.environment.get(name), self.in_file(name)) {
            (Some(environment), Some(file)) => {
                trim(environment) != trim(file) && !trim(file).is_empty()
            }
            _ => false,
        }
    }

    fn in_file(&self, name: &str) -> Option<&String> {
        self.file.as_ref()?.get(name)
    }
}

fn parse_file(bytes: &[u8]) -> Result<BTreeMap<String, String>, Unreadable> {
    let text = decode(bytes).map_err(Unreadable::NotText)?;
    if text.contains('\0') {
        return Err(Unreadable::Nul);
    }
    let variables = parse(&text).map_err(Unreadable::Line)?;
    // If a name appears twice, the last value is used.
    Ok(variables.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: Option<&[u8]>, environment: &[(&str, &str)]) -> Result<Variables, Unreadable> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        if let Some(bytes) = file {
            fs::write(&path, bytes).unwrap();
        }
        let environment = environment
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        Variables::read(&path, environment)
    }

    #[test]
    fn the_environment_wins_even_when_it_is_empty() {
        let file = b"A=file\nB=file\nC=file\nD= same \n";
        let variables = read(
            Some(file),
            &[("A", "environment"), ("B", ""), ("D", "same")],
        )
        .unwrap();
        assert_eq!(variables.get("A"), Some("environment"));
        assert_eq!(variables.get("B"), None);
        assert_eq!(variables.get_even_empty("B"), Some(""));
        assert_eq!(variables.get("C"), Some("file"));
        let overridden = ["A", "B", "C", "D"].map(|name| variables.is_overridden(name));
        assert_eq!(overridden, [true, true, false, false]);
        assert!(variables.is_of_file_alone("C") && !variables.is_of_file_alone("A"));
    }

    #[test]
    fn a_file_that_is_missing_is_no_error_and_one_that_cannot_be_read_says_why() {
        assert!(!read(None, &[]).unwrap().has_file());
        assert!(read(Some(b""), &[]).unwrap().has_file());
        for (bytes, words) in [
            (&b"A=b\ncanary\n"[..], "line 2 is not NAME=value"),
            (b"A=canary\xff", "line 1 is not UTF-8"),
            (b"A\0=\0c\0", "NUL characters"),
        ] {
            let why = read(Some(bytes), &[]).unwrap_err().to_string();
            assert!(why.contains(words) && !why.contains("canary"), "{why}");
        }
        let folder = tempfile::tempdir().unwrap();
        let why = Variables::read(folder.path(), []).unwrap_err().to_string();
        assert!(why.contains("is a folder"), "{why}");
    }

    #[test]
    fn a_file_of_windows_powershell_is_read() {
        let text = "\u{feff}A=b\r\nLISTEN=127.0.0.1:4000\r\n";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let variables = read(Some(&bytes), &[]).unwrap();
        assert_eq!(variables.get("A"), Some("b"));
        assert_eq!(variables.get("LISTEN"), Some("127.0.0.1:4000"));
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_of_the_environment_that_is_no_text_is_known_as_such() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = (OsString::from("A"), OsString::from_vec(vec![0xff]));
        let variables = Variables::read(Path::new("/nowhere/.env"), [odd]).unwrap();
        assert!(variables.is_not_text("A"));
        assert_eq!(variables.get("A"), None);
    }
}
