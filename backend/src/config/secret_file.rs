//! A secret that may be stored in a file, which is read again on every use. Rotating the client
//! secret then needs no restart and signs nobody out. The former secret is kept for the time in which
//! the provider accepts two.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use env_file::text::{NotText, decode, first_unseen, name_of, trim};
use secrecy::{ExposeSecret as _, SecretString};

use super::secret_usage::SecretUsage;

/// The text of a secret, without what editors and shells add around it.
pub(super) struct SecretText {
    /// The secret without a byte order mark, and without white space and invisible characters at
    /// its ends.
    pub(super) value: SecretString,
    /// The secret as earlier versions read it, which removed white space only, if that differs.
    /// Only this value decrypts the data that they encrypted.
    pub(super) legacy_value: Option<SecretString>,
}

impl SecretText {
    /// Creates the text from a value.
    pub(super) fn of_value(written: &str) -> Self {
        Self::of(trim(written), Some(written.trim()))
    }

    /// Decodes the text from the bytes of a file.
    fn of_bytes(bytes: &[u8]) -> Result<Self, NotText> {
        let text = decode(bytes)?;
        let before = std::str::from_utf8(bytes).ok().map(str::trim);
        Ok(Self::of(trim(&text), before))
    }

    fn of(value: &str, before: Option<&str>) -> Self {
        Self {
            value: value.into(),
            legacy_value: before
                .filter(|before| *before != value)
                .map(SecretString::from),
        }
    }
}

/// The error returned when the file of a secret cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    /// The operating system reports an error.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The file is not text.
    #[error("{0}")]
    NotText(#[from] NotText),
}

/// Reads the file of a secret.
pub(super) fn read(path: &Path) -> Result<SecretText, Unreadable> {
    Ok(SecretText::of_bytes(&fs::read(path)?)?)
}

/// Checks the syntax of a client secret. RFC 6749 appendix A.2 allows visible ASCII characters and
/// spaces. The error discloses nothing of the secret except which invisible character it contains.
pub(super) fn check_client_secret(secret: &str) -> Result<(), String> {
    if let Some(c) = first_unseen(secret) {
        let name = name_of(c);
        return Err(format!(
            "holds a character that cannot be seen ({name}): write it again by hand, alone and on \
             one line"
        ));
    }
    if !secret.is_ascii() {
        return Err(
            "holds a character that no client secret has, such as a typographic quotation mark or \
             a letter with an accent: copy it again from where Snyk showed it"
                .to_owned(),
        );
    }
    if secret.starts_with("CLIENT_SECRET=") {
        return Err("begins with CLIENT_SECRET=: write the secret alone".to_owned());
    }
    Ok(())
}

/// The app's client secret, given by value or by file.
#[derive(Clone)]
pub struct ClientSecret {
    source: Source,
    usage: Arc<SecretUsage>,
}

#[derive(Clone)]
enum Source {
    Value(SecretString),
    File {
        path: PathBuf,
        known: Arc<Mutex<Known>>,
    },
}

/// The secrets that a file has held since startup.
struct Known {
    /// The secret as it was last read.
    last_valid: SecretString,
    /// The secret before that one.
    former: Option<SecretString>,
    /// Whether another secret was read since somebody asked.
    is_new: bool,
}

impl ClientSecret {
    /// Creates a fixed secret.
    #[must_use]
    pub fn of_value(secret: SecretString) -> Self {
        Self::of(Source::Value(secret))
    }

    /// Creates a secret in a file that contained `secret` at startup.
    #[must_use]
    pub fn of_file(path: PathBuf, secret: SecretString) -> Self {
        let known = Known {
            last_valid: secret,
            former: None,
            is_new: false,
        };
        Self::of(Source::File {
            path,
            known: Arc::new(Mutex::new(known)),
        })
    }

    fn of(source: Source) -> Self {
        Self {
            source,
            usage: Arc::default(),
        }
    }

    /// Returns when it was read and accepted. All clones share it.
    #[must_use]
    pub fn usage(&self) -> &SecretUsage {
        &self.usage
    }

    /// Returns whether another secret was read since the last call.
    #[must_use]
    pub fn take_reread(&self) -> bool {
        match &self.source {
            Source::Value(_) => false,
            Source::File { known, .. } => {
                let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::take(&mut known.is_new)
            }
        }
    }

    /// Returns the current secret. The last valid one is used while the file is being replaced, is
    /// empty, or holds an invalid secret.
    ///
    /// Tokens are exchanged a few times an hour, so the file is read each time. No cache or file
    /// watcher can then be stale.
    #[must_use]
    pub fn current(&self) -> SecretString {
        match &self.source {
            Source::Value(secret) => secret.clone(),
            Source::File { path, known } => known
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .read(path)
                .clone(),
        }
    }

    /// Returns the secret to try after the provider has rejected one: the current one, if the file
    /// was replaced meanwhile, or else the former one, which counts until it is deleted at the
    /// provider.
    #[must_use]
    pub fn other_than(&self, rejected: &SecretString) -> Option<SecretString> {
        let Source::File { path, known } = &self.source else {
            return None;
        };
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let current = known.read(path).clone();
        std::iter::once(current)
            .chain(known.former.clone())
            .find(|secret| secret.expose_secret() != rejected.expose_secret())
    }
}

impl Known {
    /// Reads the file, and returns the current secret.
    fn read(&mut self, path: &Path) -> &SecretString {
        match read(path).map(|text| text.value) {
            Ok(secret) if secret.expose_secret().is_empty() => {
                tracing::warn!("CLIENT_SECRET_FILE is empty; its last secret counts");
            }
            Ok(secret) => {
                if let Err(why) = check_client_secret(secret.expose_secret()) {
                    tracing::warn!("CLIENT_SECRET_FILE {why}; its last secret counts");
                } else if secret.expose_secret() != self.last_valid.expose_secret() {
                    tracing::info!(
                        "CLIENT_SECRET_FILE holds another secret, which counts from now on"
                    );
                    self.is_new = true;
                    self.former = Some(std::mem::replace(&mut self.last_valid, secret));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "CLIENT_SECRET_FILE cannot be read; its last secret counts");
            }
        }
        &self.last_valid
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

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_file_is_read_again_and_its_last_secret_counts_while_it_is_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let secret = ClientSecret::of_file(path.clone(), "first".into());
        let now = || secret.current().expose_secret().to_owned();
        assert_eq!(now(), "first", "the file is not there");
        fs::write(&path, "second\n").unwrap();
        assert_eq!(now(), "second");
        for of_no_use in [
            &b""[..],
            b"\xef\xbb\xbf\r\n",
            b"th\xc2\xa0ird",
            b"th\xffird",
        ] {
            fs::write(&path, of_no_use).unwrap();
            assert_eq!(now(), "second", "{of_no_use:x?}");
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(now(), "second");
        fs::write(&path, utf16("\u{feff}third\r\n", u16::to_le_bytes)).unwrap();
        assert_eq!(now(), "third", "as PowerShell's > writes it");
        assert!(!format!("{secret:?}").contains("third"));
    }

    #[test]
    fn after_a_rejection_the_other_secret_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "first").unwrap();
        let secret = ClientSecret::of_file(path.clone(), "first".into());
        let other = |rejected: &str| {
            let other = secret.other_than(&rejected.into())?;
            Some(other.expose_secret().to_owned())
        };
        assert_eq!(other("first"), None, "there is only one");
        fs::write(&path, "second").unwrap();
        assert_eq!(
            other("first").unwrap(),
            "second",
            "the file was replaced after the request had been sent"
        );
        assert_eq!(
            other("second").unwrap(),
            "first",
            "the new one does not count yet"
        );
        fs::write(&path, "third").unwrap();
        assert_eq!(other("third").unwrap(), "second");
        let by_value = ClientSecret::of_value("first".into());
        assert!(by_value.other_than(&"first".into()).is_none());
    }

    #[test]
    fn a_secret_is_read_as_editors_and_shells_write_it() {
        let marked = "\u{feff}se^cret `x\r\n";
        for (bytes, before) in [
            (b"se^cret `x".to_vec(), None),
            (b" se^cret `x \r\n\r\n".to_vec(), None),
            // The value that earlier versions read is kept for decryption.
            (marked.as_bytes().to_vec(), Some("\u{feff}se^cret `x")),
            (b"se^cret `x\0".to_vec(), Some("se^cret `x\0")),
            (
                "se^cret `x\u{200b}\n".as_bytes().to_vec(),
                Some("se^cret `x\u{200b}"),
            ),
            // Earlier versions could not read these.
            (utf16(marked, u16::to_le_bytes), None),
            (utf16(marked, u16::to_be_bytes), None),
        ] {
            let text = SecretText::of_bytes(&bytes).unwrap();
            assert_eq!(text.value.expose_secret(), "se^cret `x", "{bytes:x?}");
            let legacy_value = text
                .legacy_value
                .as_ref()
                .map(secrecy::ExposeSecret::expose_secret);
            assert_eq!(legacy_value, before, "{bytes:x?}");
        }
        assert!(SecretText::of_bytes(b"caf\xe9").is_err());
    }

    #[test]
    fn an_invalid_client_secret_is_reported_without_disclosing_it() {
        assert_eq!(check_client_secret("snyk_cs_a ^`*=<]%+&!?~"), Ok(()));
        for (secret, words) in [
            ("can\0ary", "NUL"),
            ("can\u{200b}ary", "U+200B"),
            ("can\u{a0}ary", "U+00A0"),
            ("can\nary", "a line break"),
            ("“canary”", "quotation mark"),
            ("CLIENT_SECRET=canary", "begins with"),
        ] {
            let why = check_client_secret(secret).unwrap_err();
            assert!(why.contains(words) && !why.contains("ary "), "{why}");
        }
    }
}
