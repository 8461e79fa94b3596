//! The product, as an operator runs it, and signing in to it.

mod browser;

use std::{net::SocketAddr, path::Path, process::Command};

use anyhow::{Context as _, Result};
use bench_options::Server as Kind;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

pub(crate) use self::browser::{Attempt, Browser, CLIENT_ID, CLIENT_SECRET, SCOPES, SignedIn};
use super::{Session, Setting, UnderTest, name};
use crate::{
    process::{Server, free_address},
    programs,
    upstream::Target,
};

/// Sign-ins at the same time, while sessions are prepared.
const CONCURRENT_SIGN_INS: usize = 16;

/// Returns the command of `snyk-app serve`, as an operator runs it.
pub(crate) fn command(
    address: SocketAddr,
    upstream: &Target,
    folder: &Path,
    are_limits_on: bool,
) -> Result<Command> {
    let mut command = Command::new(programs::snyk_app()?);
    let url = upstream.url();
    let public = format!("http://localhost:{}", address.port());
    let database = format!("sqlite://{}", folder.join("app.db").display());
    command.arg("serve").current_dir(folder).env_clear().envs([
        ("CLIENT_ID", CLIENT_ID),
        ("CLIENT_SECRET", CLIENT_SECRET),
        ("SCOPES", SCOPES),
        ("ENCRYPTION_SECRET", "0123456789abcdef0123456789abcdef"),
        ("SNYK_API_URL", &url),
        ("SNYK_APP_URL", &url),
        ("DATABASE_URL", &database),
        ("FRONTEND_DIR", ""),
        ("REDIRECT_URI", &format!("{public}/callback")),
        ("PUBLIC_URL", &public),
        ("LISTEN", &address.to_string()),
        ("RATE_LIMITS", if are_limits_on { "on" } else { "off" }),
        // So that each session can have a client address of its own.
        ("TRUSTED_PROXIES", "127.0.0.1,::1"),
    ]);
    if let Some(certificate) = &upstream.certificate {
        command.env("SSL_CERT_FILE", certificate);
    }
    Ok(command)
}

/// Starts the product in a folder, without signing in.
pub(crate) async fn serve(
    address: SocketAddr,
    upstream: &Target,
    folder: &Path,
    are_limits_on: bool,
) -> Result<Server> {
    let mut server = Server::start(
        &mut command(address, upstream, folder, are_limits_on)?,
        &folder.join("output.log"),
    )?;
    server.listens(address).await?;
    Ok(server)
}

pub(super) async fn start(setting: &Setting) -> Result<UnderTest> {
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let Setting {
        upstream,
        sessions,
        are_limits_on,
    } = setting;
    let server = serve(address, upstream, folder.path(), *are_limits_on).await?;
    let idle_mib = server.idle_mib().await?;
    let sessions = sign_in(address, *sessions, *are_limits_on).await?;
    Ok(UnderTest {
        name: name(Kind::SnykApp),
        address,
        server,
        sessions,
        idle_mib,
        _folder: folder,
    })
}

/// Signs in as many browsers as there are to be sessions.
pub(crate) async fn sign_in(
    address: SocketAddr,
    sessions: u32,
    own_addresses: bool,
) -> Result<Vec<Session>> {
    stream::iter(0..sessions)
        .map(|number| async move {
            let client = own_addresses.then(|| client_address(number));
            let browser = Browser::new(address, client.clone());
            let signed_in = browser.sign_in().await.context("the sign-in failed")?;
            Ok(signed_in.session(client))
        })
        .buffer_unordered(CONCURRENT_SIGN_INS)
        .try_collect()
        .await
}

/// Returns a client address for each session.
fn client_address(number: u32) -> String {
    let [_, high, middle, low] = number.to_be_bytes();
    format!("10.{high}.{middle}.{low}")
}

impl SignedIn {
    /// Returns the session with the prefix of its connection's reads.
    pub(crate) fn session(&self, client: Option<String>) -> Session {
        Session {
            prefix: format!("/api/connections/{}/snyk", self.connection),
            cookie: Some(self.cookie.clone()),
            client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_has_another_address() {
        assert_eq!(client_address(0), "10.0.0.0");
        assert_eq!(client_address(70_000), "10.1.17.112");
    }
}
