//! Checks the CA certificates that the environment names for calls to Snyk.

use std::{fs, io, path::Path};

use super::{problems::Problems, raw::Raw};

/// Warns of certificate locations without certificates. This is only a warning, since the other
/// location may have some. Without any certificate, creating the client fails.
pub(super) fn check(raw: &Raw, p: &mut Problems) {
    let from_environment = |name| {
        raw.get(name)
            .filter(|_| !raw.variables.is_of_file_alone(name))
    };
    if let Some(file) = from_environment("SSL_CERT_FILE")
        && let Err(why) = has_certificates(Path::new(&file))
    {
        p.warn(format!("SSL_CERT_FILE names {file}, which {why}"));
    }
    for folder in from_environment("SSL_CERT_DIR")
        .iter()
        .flat_map(|dirs| dirs.split(':'))
    {
        if let Err(error) = fs::read_dir(folder) {
            p.warn(format!(
                "SSL_CERT_DIR names {folder}, which cannot be read ({error})"
            ));
        }
    }
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
