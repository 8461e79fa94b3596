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
        if let Err(error) = fs::read_dir(folder) {
            reader.problems.warn(format!(
                "SSL_CERT_DIR names {folder}, which cannot be read ({error})"
            ));
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
    let unreadable = |error: io::Error| format!("cannot be read ({error})");
    let bytes = fs::read(file).map_err(unreadable)?;
    if bytes.is_empty() {
        return Err("is empty".to_owned());
    }
    let has_one = bytes.windows(BEGIN.len()).any(|window| window == BEGIN);
    has_one
        .then_some(())
        .ok_or_else(|| "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)".to_owned())
}
