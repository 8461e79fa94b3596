//! Which provider, and on which ports.

use std::{
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
};

use anyhow::{Context as _, Result, bail};

use crate::{environment, ui};

const DEFAULT_PORT: u16 = 3000;

/// Who plays Snyk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    /// Snyk, or whatever `.env` or the environment names.
    Configured,
    /// The sandbox, which is started too.
    Sandbox,
}

/// How the programs find each other.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) provider: Provider,
    pub(super) app_address: SocketAddr,
    pub(super) sandbox_address: SocketAddr,
    /// Where a person's browser finds the app.
    pub(super) public_url: String,
}

impl Settings {
    /// Looks for `.env` and at the environment.
    pub(super) fn find(root: &Path, port: Option<u16>, sandbox_port: u16) -> Result<Self> {
        let file = match fs::read_to_string(root.join(".env")) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).context("there is a .env, but it cannot be read"),
        };
        let set = |name: &str| environment::variable(name).and_then(|text| text.into_string().ok());
        let configured = file.is_some() || set("CLIENT_ID").is_some();
        let value = |name| set(name).or_else(|| value_in(file.as_deref()?, name));

        let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let sandbox_address = here(sandbox_port);
        if !configured {
            let port = port.unwrap_or(DEFAULT_PORT);
            return Ok(Self {
                provider: Provider::Sandbox,
                app_address: here(port),
                sandbox_address,
                public_url: format!("http://localhost:{port}"),
            });
        }
        let app_address = match (port, value("LISTEN")) {
            (Some(port), _) => here(port),
            (None, None) => here(DEFAULT_PORT),
            (None, Some(listen)) => listen
                .parse()
                .with_context(|| format!("LISTEN should look like 127.0.0.1:3000, not {listen}"))?,
        };
        let public_url = value("PUBLIC_URL").unwrap_or_else(|| "http://localhost:3000".into());
        Ok(Self {
            provider: Provider::Configured,
            app_address,
            sandbox_address,
            public_url,
        })
    }

    /// Says plainly against what the app will run.
    pub(super) fn explain(&self) {
        match self.provider {
            Provider::Sandbox => {
                ui::doing("No .env: running against the sandbox");
                ui::note(
                    "The sandbox is a Snyk that lives on this computer. No account is needed;",
                );
                ui::note("its organizations, projects and issues are made up.");
            }
            Provider::Configured => {
                ui::doing("Running against Snyk, as .env or the environment says");
            }
        }
    }

    /// Says where to look.
    pub(super) fn ready(&self) {
        if self.provider == Provider::Sandbox {
            ui::doing("Ready, against the sandbox. Ctrl-C stops both.");
        } else {
            ui::doing("Ready. Ctrl-C stops it.");
        }
        ui::plain(&format!("\nOpen {}\n", self.public_url));
    }

    /// Finds a port that is taken before anyone waits for a build.
    pub(super) fn ports_are_free(&self) -> Result<()> {
        is_free(self.app_address, "the app", "--port")?;
        if self.provider == Provider::Sandbox {
            is_free(self.sandbox_address, "the sandbox", "--sandbox-port")?;
        }
        Ok(())
    }
}

fn is_free(address: SocketAddr, whose: &str, option: &str) -> Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {port}, which {whose} would use, is taken by another program. Stop that one, or choose another port: cargo xtask start {option} {other}",
            port = address.port(),
            other = address.port().saturating_add(100),
        ),
        Err(error) => Err(error).with_context(|| format!("{whose} cannot listen on {address}")),
    }
}

/// A variable's value in the text of a `.env`. The app reads the file with all its rules; this is
/// only to know where the app will be.
fn value_in(file: &str, name: &str) -> Option<String> {
    let value = file.lines().rev().find_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        line.strip_prefix(name)?.trim_start().strip_prefix('=')
    })?;
    let value = value.split(" #").next()?.trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_people_write_it() {
        let file = "# LISTEN=1\nexport LISTEN = \"127.0.0.1:4000\" # here\nLISTENER=x\nEMPTY=\n";
        assert_eq!(value_in(file, "LISTEN").as_deref(), Some("127.0.0.1:4000"));
        assert_eq!(value_in(file, "EMPTY"), None);
        assert_eq!(value_in(file, "LIST"), None);
    }

    #[test]
    fn a_taken_port_is_told_with_what_to_do() {
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = other.local_addr().unwrap();
        let error = is_free(address, "the app", "--port")
            .unwrap_err()
            .to_string();
        assert!(error.contains(&address.port().to_string()), "{error}");
        assert!(error.contains("cargo xtask start --port"), "{error}");
    }
}
