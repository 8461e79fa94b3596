//! A secret that may stand in a file, and is read again whenever it is needed: a rotated client
//! secret needs no restart, and signs nobody out.

use std::{
    fmt, fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use secrecy::{ExposeSecret as _, SecretString};

/// The app's client secret, by value or by file.
#[derive(Clone)]
pub struct ClientSecret(Source);

#[derive(Clone)]
enum Source {
    Value(SecretString),
    File {
        path: PathBuf,
        /// What the file held when it could last be read.
        last: Arc<Mutex<SecretString>>,
    },
}

impl ClientSecret {
    /// A secret that stays as it is.
    #[must_use]
    pub fn of_value(secret: SecretString) -> Self {
        Self(Source::Value(secret))
    }

    /// A secret in a file that held `secret` at the start.
    #[must_use]
    pub fn of_file(path: PathBuf, secret: SecretString) -> Self {
        let last = Arc::new(Mutex::new(secret));
        Self(Source::File { path, last })
    }

    /// The secret as it is now. While its file is being replaced, or is empty, the last one counts.
    ///
    /// Tokens are exchanged a few times an hour, so the file is read each time: no clock and no
    /// watcher can then be wrong about it.
    #[must_use]
    pub fn current(&self) -> SecretString {
        let (path, last) = match &self.0 {
            Source::Value(secret) => return secret.clone(),
            Source::File { path, last } => (path, last),
        };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        match fs::read_to_string(path) {
            Ok(text) if !text.trim().is_empty() => {
                if text.trim() != last.expose_secret() {
                    tracing::info!(
                        "CLIENT_SECRET_FILE holds another secret, which counts from now on"
                    );
                    *last = text.trim().into();
                }
            }
            Ok(_) => tracing::warn!("CLIENT_SECRET_FILE is empty; its last secret counts"),
            Err(error) => {
                tracing::warn!(%error, "CLIENT_SECRET_FILE cannot be read; its last secret counts");
            }
        }
        last.clone()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_again_and_its_last_secret_counts_while_it_is_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let secret = ClientSecret::of_file(path.clone(), "first".into());
        let now = || secret.current().expose_secret().to_owned();
        assert_eq!(now(), "first", "the file is not there");
        fs::write(&path, "second\n").unwrap();
        assert_eq!(now(), "second");
        fs::write(&path, "").unwrap();
        assert_eq!(now(), "second");
        fs::remove_file(&path).unwrap();
        assert_eq!(now(), "second");
        assert!(!format!("{secret:?}").contains("second"));
    }
}
