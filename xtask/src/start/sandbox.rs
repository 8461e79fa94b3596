//! The configuration of the sandbox and the app when they run together: one app, registered at the
//! sandbox.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    process::Command,
};

use anyhow::{Context as _, Result};

use super::settings::Settings;

const APP_NAME: &str = "Fathom";
const CLIENT_ID: &str = "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90";
/// Not a secret: it is valid only at a sandbox on this computer. It is the sandbox's default, and
/// contains characters that Snyk's own secrets contain.
const CLIENT_SECRET: &str = "snyk_cs_sandbox^only`not*a=secret<kept]from/anyone+at%all";
const SCOPES: &str = "org.read org.project.read org.project.snapshot.read";
const FOLDER: &str = "data/sandbox";

/// Variables that would conflict with the values that the sandbox run sets.
const CONFLICTING_VARIABLES: [&str; 7] = [
    "CLIENT_SECRET_FILE",
    "ENCRYPTION_SECRET_FILE",
    "ENCRYPTION_SECRET_PREVIOUS",
    "DATABASE_URL_FILE",
    "FRONTEND_ORIGIN",
    "FRONTEND_DIR",
    "SNYK_REGION",
];

/// Sets the sandbox's command line.
pub(super) fn arguments(sandbox: &mut Command, settings: &Settings) {
    sandbox
        .args(["--listen", &settings.sandbox_address.to_string()])
        .args(["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET])
        .args(["--redirect-uri", &redirect_uri(settings)])
        .args(["--app-name", APP_NAME, "--scopes", SCOPES]);
}

/// Sets the app's environment.
pub(super) fn environment(app: &mut Command, root: &Path, settings: &Settings) -> Result<()> {
    let provider = format!("http://{}", settings.sandbox_address);
    for name in CONFLICTING_VARIABLES {
        app.env_remove(name);
    }
    app.envs([
        ("APP_NAME", APP_NAME),
        ("CLIENT_ID", CLIENT_ID),
        ("CLIENT_SECRET", CLIENT_SECRET),
        ("SCOPES", SCOPES),
        ("REDIRECT_URI", &redirect_uri(settings)),
        ("PUBLIC_URL", &settings.public_url),
        ("LISTEN", &settings.app_address.to_string()),
        ("SNYK_API_URL", &provider),
        ("SNYK_APP_URL", &provider),
        ("ENCRYPTION_SECRET", &encryption_secret(&root.join(FOLDER))?),
        ("DATABASE_URL", &format!("sqlite://{FOLDER}/snyk-app.db")),
    ]);
    Ok(())
}

fn redirect_uri(settings: &Settings) -> String {
    format!("{}/callback", settings.public_url)
}

/// Returns the encryption secret. It is generated once and kept, so that connections to the sandbox
/// survive a restart of the app.
fn encryption_secret(folder: &Path) -> Result<String> {
    let path = folder.join("encryption-secret");
    if let Ok(secret) = fs::read_to_string(&path)
        && secret.len() >= 32
    {
        return Ok(secret);
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    let mut secret = String::new();
    for byte in bytes {
        write!(secret, "{byte:02x}")?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(secret.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_secret_is_made_once_and_for_its_owner_only() {
        let folder = std::env::temp_dir().join(format!("xtask-secret-{}", std::process::id()));
        let secret = encryption_secret(&folder).unwrap();
        assert_eq!(secret.len(), 64);
        assert_eq!(encryption_secret(&folder).unwrap(), secret);
        let mode = fs::metadata(folder.join("encryption-secret"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir_all(folder).unwrap();
    }
}
