//! Where the commands get a person's API token: a flag, a file, standard input, the environment, or
//! a hidden prompt.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Read},
    path::{Path, PathBuf},
};

use clap::Args;
use env_file::text::{NotText, decode};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::prompt::{self, CannotAsk};
use crate::{
    apps_api::{ApiToken, NotAToken},
    config::raw::Raw,
};

/// The variable that holds the token.
pub(super) const VARIABLE: &str = "SNYK_TOKEN";
/// The name of standard input as a file.
const STANDARD_INPUT: &str = "-";
/// Maximum size of a file with a token, in bytes.
const MAX_SIZE: u64 = 64 * 1024;

/// Where to find the API token. Without a flag, it is the one in `SNYK_TOKEN`, or else you are
/// asked for it.
#[derive(Args, Debug)]
pub(super) struct TokenArguments {
    /// Read the API token from this file; `-` is standard input.
    ///
    /// Without this, the token is the one in the environment variable `SNYK_TOKEN`. If that is not
    /// set, a terminal asks for it without showing it.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The API token itself. Not recommended: it stays in the shell's history, and other users of
    /// this computer see it in the list of processes.
    #[arg(
        long,
        alias = "authToken",
        value_name = "TOKEN",
        conflicts_with = "token_file"
    )]
    auth_token: Option<SecretString>,
}

/// The error returned when there is no usable token. It discloses nothing of it.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoToken {
    /// No source has one, and there is no terminal to ask.
    #[error(
        "No API token is given: set SNYK_TOKEN, or name a file with --token-file (`-` is standard \
         input). You find the token in your account settings at Snyk"
    )]
    Missing,
    /// The file cannot be read.
    #[error("The API token cannot be read from {}", shown(.0))]
    Unreadable(PathBuf, #[source] io::Error),
    /// The file is not text.
    #[error("The API token cannot be read from {}", shown(.0))]
    NotText(PathBuf, #[source] NotText),
    /// Standard input is a terminal, which would show the token.
    #[error(
        "--token-file - reads what is piped into it, and would show what is typed: leave it out to \
         be asked"
    )]
    Terminal,
    /// The text cannot be a token.
    #[error("The API token of {from} cannot be one")]
    Invalid {
        /// Where the text was found.
        from: String,
        /// The reason.
        #[source]
        why: NotAToken,
    },
    /// The prompt failed or was cancelled.
    #[error(transparent)]
    Prompt(#[from] CannotAsk),
}

impl TokenArguments {
    /// Returns the warning about a token on the command line.
    pub(super) fn warning(&self) -> Option<&'static str> {
        self.auth_token.as_ref().map(|_| {
            "--auth-token leaves the API token in the shell's history, and shows it in the list of \
             processes: use SNYK_TOKEN or --token-file instead, and replace this token at Snyk"
        })
    }

    /// Returns the token, without asking anybody.
    pub(super) fn find(&self, raw: &Raw) -> Result<Option<ApiToken>, NoToken> {
        let (text, from) = if let Some(text) = &self.auth_token {
            let text = Zeroizing::new(text.expose_secret().to_owned());
            (text, "--auth-token".to_owned())
        } else if let Some(path) = &self.token_file {
            (read_file(path)?, shown(path))
        } else if let Some(text) = raw.get(VARIABLE) {
            (Zeroizing::new(text), VARIABLE.to_owned())
        } else {
            return Ok(None);
        };
        match text.parse() {
            Ok(token) => Ok(Some(token)),
            Err(why) => Err(NoToken::Invalid { from, why }),
        }
    }

    /// Returns the token. Asks for it on a terminal if no source has one.
    pub(super) fn read(&self, raw: &Raw) -> Result<ApiToken, NoToken> {
        match self.find(raw)? {
            Some(token) => Ok(token),
            None if prompt::is_possible() => Ok(prompt::api_token()?),
            None => Err(NoToken::Missing),
        }
    }
}

fn read_file(path: &Path) -> Result<Zeroizing<String>, NoToken> {
    let unreadable = |error| NoToken::Unreadable(path.to_owned(), error);
    let bytes = if path.as_os_str() == STANDARD_INPUT {
        let input = io::stdin();
        if input.is_terminal() {
            return Err(NoToken::Terminal);
        }
        read(input.lock()).map_err(unreadable)?
    } else {
        read(File::open(path).map_err(unreadable)?).map_err(unreadable)?
    };
    decode(&bytes)
        .map(Zeroizing::new)
        .map_err(|why| NoToken::NotText(path.to_owned(), why))
}

fn read(source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    source.take(MAX_SIZE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn shown(path: &Path) -> String {
    if path.as_os_str() == STANDARD_INPUT {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "5a0dbd0c-0b0e-4b5e-9c1e-5a4db0c5a4db";

    fn arguments(auth_token: Option<&str>, token_file: Option<&Path>) -> TokenArguments {
        TokenArguments {
            token_file: token_file.map(ToOwned::to_owned),
            auth_token: auth_token.map(SecretString::from),
        }
    }

    #[test]
    fn a_flag_goes_before_the_environment_and_warns() {
        let raw = Raw::from_pairs(&[(VARIABLE, UUID)]);
        let none = arguments(None, None);
        assert!(none.find(&raw).unwrap().is_some() && none.warning().is_none());
        assert!(none.find(&Raw::from_pairs(&[])).unwrap().is_none());
        let flag = arguments(Some("two words"), None);
        assert!(flag.warning().is_some());
        let error = flag.find(&raw).unwrap_err();
        assert!(error.to_string().contains("--auth-token"), "{error}");
        assert!(!format!("{flag:?}{error:?}").contains("words"));
    }

    #[test]
    fn a_file_is_read_as_editors_and_shells_write_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let raw = Raw::from_pairs(&[]);
        let of_file = arguments(None, Some(&path));
        assert!(matches!(of_file.find(&raw), Err(NoToken::Unreadable(..))));
        let utf16 = format!("\u{feff}{UUID}\r\n");
        let utf16: Vec<u8> = utf16.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [format!("{UUID}\n").into_bytes(), utf16] {
            std::fs::write(&path, bytes).unwrap();
            assert!(of_file.find(&raw).unwrap().is_some());
        }
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(of_file.find(&raw), Err(NoToken::Invalid { .. })));
    }
}
