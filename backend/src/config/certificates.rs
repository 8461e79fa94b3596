//! Checks the CA certificates that the environment names for calls to Snyk.

use std::{fs, io, path::Path};

use super::reader::Reader;

/// Warns of certificate locations without certificates. This is only a warning, since the other
/// location may have some. Without any certificate, creating the client fails.
pub(super) fn check(reader: &mut Reader<'_>) {
    if let Some(file) = from_environment(reader, "SSL_CERT_FILE")
        && let Err(why) = has_certificates(Path::new(&file))
    {
        reader
            .problems
            .warn(format!("SSL_CERT_FILE names {file}, which {why}"));
    }
    for folder in from_environment(reader, "SSL_CERT_DIR")
        .iter()
        .flat_map(|dirs| dirs.split(':'))
    {
        if let Err(why) = has_files(Path::new(folder)) {
            reader
                .problems
                .warn(format!("SSL_CERT_DIR names {folder}, which {why}"));
        }
    }
}

/// Returns a variable of the environment. The TLS library does not see those of `.env`.
fn from_environment(reader: &mut Reader<'_>, name: &str) -> Option<String> {
    reader
        .get(name)
        .filter(|_| !reader.variables().is_of_file_alone(name))
}

fn has_certificates(file: &Path) -> Result<(), String> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    let bytes = fs::read(file).map_err(unreadable)?;
    if bytes.is_empty() {
        return Err("is empty".to_owned());
    }
    let has_one = bytes.windows(BEGIN.len()).any(|window| window == BEGIN);
    has_one
        .then_some(())
        .ok_or_else(|| "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)".to_owned())
}

fn has_files(folder: &Path) -> Result<(), String> {
    let mut files = fs::read_dir(folder).map_err(unreadable)?;
    match files.next() {
        Some(_) => Ok(()),
        None => Err("is empty".to_owned()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed to `map_err`")]
fn unreadable(error: io::Error) -> String {
    format!("cannot be read ({error})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::raw::Raw;

    #[test]
    fn places_without_certificates_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("empty.pem"), "").unwrap();
        fs::write(path("key.pem"), "-----BEGIN PRIVATE KEY-----").unwrap();
        fs::write(path("ca.pem"), "-----BEGIN CERTIFICATE-----").unwrap();
        fs::create_dir(path("none")).unwrap();
        let whole = folder.path().display();
        for (variable, value, words) in [
            ("SSL_CERT_FILE", path("ca.pem"), None),
            ("SSL_CERT_FILE", path("empty.pem"), Some("is empty")),
            ("SSL_CERT_FILE", path("key.pem"), Some("no certificate")),
            ("SSL_CERT_FILE", path("missing"), Some("cannot be read")),
            ("SSL_CERT_DIR", folder.path().to_owned(), None),
            ("SSL_CERT_DIR", path("none"), Some("is empty")),
            (
                "SSL_CERT_DIR",
                format!("{whole}:{whole}/missing").into(),
                Some("cannot be read"),
            ),
        ] {
            let raw = Raw::from_pairs(&[(variable, value.to_str().unwrap())]);
            let mut reader = Reader::new(&raw);
            check(&mut reader);
            let warnings = reader.problems.into_warnings();
            assert_eq!(warnings.len(), usize::from(words.is_some()), "{warnings:?}");
            if let Some(words) = words {
                assert!(warnings[0].contains(words), "{warnings:?}");
            }
        }
    }
}
