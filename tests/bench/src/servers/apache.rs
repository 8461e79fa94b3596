//! Apache with `mod_auth_openidc`: the usual way to put a sign-in in front of an API without writing
//! code. Its sessions come from real sign-ins at npm's `oidc-provider`, and it adds the access token
//! of the session to each request, as the product does.

mod config;
mod sign_in;

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
};

use anyhow::{Context as _, Result};
use bench_options::Server as Kind;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{Session, Setting, UnderTest, name};
use crate::{
    npm,
    process::{Server, free_address},
    programs,
};

const CLIENT_ID: &str = "bench";
const CLIENT_SECRET: &str = "only-for-benchmarks-0123456789abcdef";
/// Sign-ins at the same time, while sessions are prepared.
const CONCURRENT_SIGN_INS: usize = 4;

pub(super) async fn start(setting: &Setting) -> Result<UnderTest> {
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    // Apache's workers run as another user if root starts it.
    allow_to_enter(folder.path())?;
    let public = format!("http://localhost:{}", address.port());
    let provider_folder = tempfile::tempdir()?;
    let (provider, issuer) = provider(provider_folder.path(), &public).await?;
    let config = config::config(folder.path(), address, &public, &issuer, setting)?;
    let file = folder.path().join("apache.conf");
    fs::write(&file, config)?;
    let mut server = Server::start(
        Command::new(programs::apache()?)
            .arg("-DFOREGROUND")
            .arg("-f")
            .arg(&file),
        &folder.path().join("output.log"),
    )?;
    let listens = server.listens(address).await;
    listens.with_context(|| last_lines(&folder.path().join("error.log")))?;
    let idle_mib = server.idle_mib().await?;
    let sessions: Vec<Session> = stream::iter(0..setting.sessions)
        .map(|_| sign_in::sign_in(&public))
        .buffer_unordered(CONCURRENT_SIGN_INS)
        .try_collect()
        .await
        .with_context(|| last_lines(&folder.path().join("error.log")))?;
    // It is needed for sign-ins only.
    drop(provider);
    Ok(UnderTest {
        name: name(Kind::Apache),
        address,
        server,
        sessions,
        idle_mib,
        _folder: folder,
    })
}

/// Starts the provider, and returns it with its issuer.
async fn provider(folder: &Path, public: &str) -> Result<(Server, String)> {
    let address = free_address()?;
    let issuer = format!("http://localhost:{}", address.port());
    let mut command = npm::script("provider.mjs", folder)?;
    command
        .env_clear()
        .env("NODE_ENV", "production")
        .env("ISSUER", &issuer)
        .env("CLIENT_ID", CLIENT_ID)
        .env("CLIENT_SECRET", CLIENT_SECRET)
        .env("REDIRECT_URI", format!("{public}/callback"));
    let mut server = Server::start(&mut command, &folder.join("output.log"))?;
    server
        .listens(address)
        .await
        .context("the OpenID provider")?;
    Ok((server, issuer))
}

fn allow_to_enter(folder: &Path) -> Result<()> {
    Ok(fs::set_permissions(folder, Permissions::from_mode(0o755))?)
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    format!(
        "Apache says: {}",
        lines[lines.len().saturating_sub(3)..].join(" / ")
    )
}
