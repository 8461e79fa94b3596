//! Writes the registered app into `.env`.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use domain::random::{self, NoRandomness};
use env_file::{
    parse,
    quote::quote,
    replacement::{CannotReplace, Replacement},
    text::{NotText, decode},
    update::{CannotUpdate, update},
};
use secrecy::{ExposeSecret as _, SecretString};
use shared::scope::Scopes;
use zeroize::Zeroizing;

use crate::config::provider::Provider;

/// The beginning of a new file.
const HEADER: &str =
    "# Written by `snyk-app create-app`. Keep it secret, and out of version control.\n";

/// The error returned when the file is not written. The former file is then as it was.
#[derive(Debug, thiserror::Error)]
pub(super) enum CannotWrite {
    /// There is a file, and it is not to be changed.
    #[error(
        ".env exists already. With --force, the app is written into it: a backup is kept, and its \
         ENCRYPTION_SECRET, comments and other variables stay"
    )]
    Exists,
    /// The operating system reports an error.
    #[error("{0}")]
    Replace(#[from] CannotReplace),
    /// The existing file is not text.
    #[error(".env cannot be changed: {0}")]
    NotText(#[from] NotText),
    /// The existing file or a value cannot be expressed in this format.
    #[error(".env cannot be changed: {0}")]
    Update(#[from] CannotUpdate),
    /// No encryption secret can be made.
    #[error("{0}")]
    Randomness(#[from] NoRandomness),
    /// Snyk's answer had no client id.
    #[error("Snyk's answer names no client id")]
    NoClientId,
}

/// The values to write.
#[derive(Debug)]
pub(super) struct Values<'a> {
    pub(super) client_id: Option<&'a str>,
    pub(super) client_secret: &'a SecretString,
    pub(super) redirect_uri: &'a str,
    pub(super) scopes: &'a [String],
    pub(super) provider: &'a Provider,
}

/// The result of a write.
#[derive(Debug)]
pub(super) struct Written {
    /// The former file, if there was one.
    pub(super) backup: Option<PathBuf>,
    /// Whether a new encryption secret was made. Otherwise the former one stays.
    pub(super) has_new_encryption_secret: bool,
    /// Whether all programs that read such files read the client secret alike.
    pub(super) is_portable: bool,
    /// The names of the variables.
    pub(super) names: Vec<&'static str>,
}

/// A file that can be written.
#[derive(Debug)]
pub(super) struct DotEnv {
    replacement: Replacement,
    text: Zeroizing<String>,
    encryption_secret: Option<Zeroizing<String>>,
}

/// Checks that the file can be written, and leaves nothing behind.
pub(super) fn check(path: &Path, force: bool) -> Result<(), CannotWrite> {
    DotEnv::prepare(path, force).map(drop)
}

impl DotEnv {
    /// Reads the file, and reserves its replacement.
    pub(super) fn prepare(path: &Path, force: bool) -> Result<Self, CannotWrite> {
        let replacement = Replacement::prepare(path)?;
        let text = match replacement.before() {
            Some(_) if !force => return Err(CannotWrite::Exists),
            Some(bytes) => Zeroizing::new(decode(bytes)?),
            None => Zeroizing::new(HEADER.to_owned()),
        };
        let variables = parse::parse(&text).map_err(CannotUpdate::Line)?;
        let has = |name| {
            let mut of_name = variables.iter().rev().filter(|(known, _)| known == name);
            of_name
                .next()
                .is_some_and(|(_, value)| !value.trim().is_empty())
        };
        let encryption_secret = if has("ENCRYPTION_SECRET") || has("ENCRYPTION_SECRET_FILE") {
            None
        } else {
            Some(new_secret()?)
        };
        // Proves that the text can be changed, with the values that a quotation mark which nothing
        // closes would swallow.
        for value in ["# x", "# it's"] {
            update(&text, &[("CLIENT_SECRET", value)], &[])?;
        }
        Ok(Self {
            replacement,
            text,
            encryption_secret,
        })
    }

    /// Writes the file.
    pub(super) fn write(self, values: &Values<'_>) -> Result<Written, CannotWrite> {
        let secret = values.client_secret.expose_secret();
        let scopes = Scopes::parse(&values.scopes.join(" ")).to_string();
        let mut set = vec![
            (
                "CLIENT_ID",
                values.client_id.ok_or(CannotWrite::NoClientId)?,
            ),
            ("CLIENT_SECRET", secret),
            ("REDIRECT_URI", values.redirect_uri),
            ("SCOPES", &scopes),
        ];
        if let Some(secret) = &self.encryption_secret {
            set.push(("ENCRYPTION_SECRET", secret));
        }
        // The file of the former app's secret would contradict the value.
        let mut remove = vec!["CLIENT_SECRET_FILE"];
        let provider = values.provider;
        if matches!(provider.region.as_str(), "sandbox" | "custom") {
            set.push(("SNYK_API_URL", provider.api_url.as_str()));
            set.push(("SNYK_APP_URL", provider.app_url.as_str()));
            remove.push("SNYK_REGION");
        } else {
            set.push(("SNYK_REGION", &provider.region));
            remove.extend(["SNYK_API_URL", "SNYK_APP_URL"]);
        }
        let text = Zeroizing::new(update(&self.text, &set, &remove)?);
        Ok(Written {
            backup: self.replacement.commit(&text)?,
            has_new_encryption_secret: self.encryption_secret.is_some(),
            is_portable: quote(secret).is_some_and(|quoted| quoted.is_portable),
            names: set.into_iter().map(|(name, _)| name).collect(),
        })
    }
}

/// Returns 32 random bytes as hexadecimal digits.
fn new_secret() -> Result<Zeroizing<String>, NoRandomness> {
    let bytes = Zeroizing::new(random::bytes::<32>()?);
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in *bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::{raw::Raw, reader::Reader};

    fn write(before: Option<&str>, variables: &[(&str, &str)]) -> (String, Written) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        if let Some(text) = before {
            fs::write(&path, text).unwrap();
        }
        let raw = Raw::from_pairs(variables);
        let provider = Provider::read(&mut Reader::new(&raw)).unwrap();
        let secret = SecretString::from("snyk_cs_^`*=<]$");
        let written = DotEnv::prepare(&path, true).unwrap().write(&Values {
            client_id: Some("id"),
            client_secret: &secret,
            redirect_uri: "http://localhost:3000/callback",
            scopes: &["org.read".to_owned(), "org.edit".to_owned()],
            provider: &provider,
        });
        (fs::read_to_string(&path).unwrap(), written.unwrap())
    }

    #[test]
    fn a_new_file_has_the_app_a_fresh_encryption_secret_and_the_region() {
        let (text, written) = write(None, &[("SNYK_REGION", "eu-01")]);
        let (head, tail) = text.split_once("ENCRYPTION_SECRET=").unwrap();
        assert_eq!(
            head.strip_prefix(HEADER).unwrap(),
            "CLIENT_ID=id\nCLIENT_SECRET='snyk_cs_^`*=<]$'\n\
             REDIRECT_URI=http://localhost:3000/callback\nSCOPES='org.read org.edit'\n"
        );
        let (secret, region) = tail.split_once('\n').unwrap();
        assert_eq!((secret.len(), region), (64, "SNYK_REGION=eu-01\n"));
        assert!(written.has_new_encryption_secret && written.is_portable);
        assert!(written.backup.is_none());
        let again = write(None, &[("SNYK_REGION", "eu-01")]).0;
        assert_ne!(again, text, "another secret each time");
    }

    #[test]
    fn an_existing_file_keeps_its_encryption_secret_comments_and_other_variables() {
        let before = "# ours\nCLIENT_ID=old\nCLIENT_SECRET_FILE=/run/secret\n\
                      ENCRYPTION_SECRET=kept # note\nSNYK_REGION=us-01\nLOG=debug\n";
        let sandbox = [
            ("SNYK_API_URL", "http://127.0.0.1:9"),
            ("SNYK_APP_URL", "http://127.0.0.1:9"),
        ];
        let (text, written) = write(Some(before), &sandbox);
        assert_eq!(
            text,
            "# ours\nCLIENT_ID=id\nENCRYPTION_SECRET=kept # note\nLOG=debug\n\
             CLIENT_SECRET='snyk_cs_^`*=<]$'\nREDIRECT_URI=http://localhost:3000/callback\n\
             SCOPES='org.read org.edit'\nSNYK_API_URL=http://127.0.0.1:9\n\
             SNYK_APP_URL=http://127.0.0.1:9\n"
        );
        assert!(!written.has_new_encryption_secret && written.backup.is_some());
        let (text, _) = write(
            Some("ENCRYPTION_SECRET_FILE=/run/key\nENCRYPTION_SECRET=\n"),
            &[],
        );
        assert!(text.starts_with("ENCRYPTION_SECRET_FILE=/run/key\nENCRYPTION_SECRET=\n"));
    }

    #[test]
    fn a_file_that_cannot_be_changed_is_found_before_the_app_is_created() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        assert!(check(&path, false).is_ok());
        for (text, force, words) in [
            ("A=b\n", false, "--force"),
            ("A=b\ncanary\n", true, "line 2"),
            ("A='canary\n", true, "not closed"),
        ] {
            fs::write(&path, text).unwrap();
            let why = check(&path, force).unwrap_err().to_string();
            assert!(why.contains(words) && !why.contains("canary"), "{why}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
