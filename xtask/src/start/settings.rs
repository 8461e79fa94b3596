//! Determines the provider and the ports.

use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    path::Path,
};

use anyhow::{Context as _, Result, bail, ensure};
use env_file::{
    Variables,
    addresses::{self, DEFAULT_LISTEN},
};

use super::http;
use crate::{environment, ui};

const DEFAULT_PORT: u16 = 3000;

/// The provider that the app runs against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    /// Snyk, or the provider that `.env` or the environment configures.
    Configured,
    /// The sandbox, which is started too.
    Sandbox,
}

/// The addresses of the programs.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) provider: Provider,
    /// The address that the app listens on.
    pub(super) app_address: SocketAddr,
    pub(super) sandbox_address: SocketAddr,
    /// The URL at which a person's browser opens the app.
    pub(super) public_url: String,
    /// Warnings to print before the start.
    warnings: Vec<String>,
}

impl Settings {
    /// Reads `.env` and the environment, as the app does.
    pub(super) fn find(root: &Path, port: Option<u16>, sandbox_port: u16) -> Result<Self> {
        let variables = Variables::read(&root.join(".env"), environment::all())?;
        Self::of(&variables, port, sandbox_port)
    }

    fn of(variables: &Variables, port: Option<u16>, sandbox_port: u16) -> Result<Self> {
        let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let sandbox_address = here(sandbox_port);
        if !variables.has_file() && variables.get("CLIENT_ID").is_none() {
            let port = port.unwrap_or(DEFAULT_PORT);
            return Ok(Self {
                provider: Provider::Sandbox,
                app_address: here(port),
                sandbox_address,
                public_url: format!("http://localhost:{port}"),
                warnings: Vec::new(),
            });
        }
        let listen = variables.get("LISTEN").unwrap_or(DEFAULT_LISTEN);
        let app_address = listen
            .parse()
            .with_context(|| format!("LISTEN should look like {DEFAULT_LISTEN}, not {listen}"))?;
        let mut settings = Self {
            provider: Provider::Configured,
            app_address,
            sandbox_address,
            public_url: addresses::public_url(variables),
            warnings: Vec::new(),
        };
        if let Some(port) = port {
            settings.move_to(port, variables);
        }
        ensure!(
            settings.app_address.port() != 0,
            "port 0 is any port, and nobody would know which: choose one"
        );
        Ok(settings)
    }

    /// Replaces the port in the listen address and in the public URL. The redirect URI stays
    /// unchanged, because it is registered at Snyk.
    fn move_to(&mut self, port: u16, variables: &Variables) {
        self.app_address.set_port(port);
        match addresses::local(&self.public_url) {
            Some((_, public)) if public == port => {}
            Some((host, _)) => self.public_url = format!("http://{host}:{port}"),
            None => self.warnings.push(format!(
                "browsers find the app at {}, so whatever leads from there must lead to port {port}",
                self.public_url
            )),
        }
        for name in ["REDIRECT_URI", "FRONTEND_ORIGIN"] {
            let url = variables.get(name).unwrap_or_default();
            let Some((host, other)) = addresses::local(url).filter(|(_, other)| *other != port)
            else {
                continue;
            };
            let what = if name == "REDIRECT_URI" {
                format!(
                    "{name} leads to port {other}, and no sign-in comes back to port {port}: register \
                     http://{host}:{port}/callback at Snyk too and set {name} to it, or leave out \
                     --port"
                )
            } else {
                format!("{name} leads to port {other}, and stays as it is")
            };
            self.warnings.push(what);
        }
    }

    /// Prints which provider the app will run against.
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
        for warning in &self.warnings {
            ui::warning(warning);
        }
    }

    /// Returns the address at which the app answers on this computer.
    pub(super) fn reachable_address(&self) -> SocketAddr {
        let ip = match self.app_address.ip() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        SocketAddr::new(ip, self.app_address.port())
    }

    /// Prints where to open the app: a URL only if the app was observed to answer there.
    pub(super) fn ready(&self) {
        if self.provider == Provider::Sandbox {
            ui::doing("Ready, against the sandbox. Ctrl-C stops both.");
        } else {
            ui::doing("Ready. Ctrl-C stops it.");
        }
        for warning in &self.warnings {
            ui::warning(warning);
        }
        let (url, address) = (&self.public_url, self.reachable_address());
        match addresses::local(url) {
            Some((host, port)) if http::answers(host, port) => {
                ui::plain(&format!("\nOpen {url}\n"));
            }
            Some(_) => ui::warning(&format!(
                "the app answers at {address}, and not at PUBLIC_URL, {url}: set PUBLIC_URL and \
                 REDIRECT_URI, as registered at Snyk, to port {}",
                address.port()
            )),
            None => ui::note(&format!(
                "The app answers at {address}. PUBLIC_URL says that browsers find it at {url}, \
                 which is up to what leads from there to here."
            )),
        }
    }

    /// Checks that the ports are free, so that a conflict is reported before the build.
    pub(super) fn ports_are_free(&self) -> Result<()> {
        let is_sandbox = self.provider == Provider::Sandbox;
        let option = is_sandbox.then_some("--port");
        is_free(self.app_address, "the app", option)?;
        if let Some((host, port)) = addresses::local(&self.public_url)
            && let Some(beside) = addresses::beside(self.app_address, host, port)
        {
            is_free(beside, "the app", option)?;
        }
        if is_sandbox {
            is_free(self.sandbox_address, "the sandbox", Some("--sandbox-port"))?;
        }
        Ok(())
    }
}

/// Checks that an address can be listened on. `option` is the command-line option that selects
/// another port.
fn is_free(address: SocketAddr, whose: &str, option: Option<&str>) -> Result<()> {
    let port = address.port();
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let instead = match option {
                Some(option) => format!(
                    "or choose another port: cargo xtask start {option} {}",
                    another_port(port)
                ),
                // The redirect URI with that port must be registered at Snyk.
                None => {
                    "or set LISTEN, PUBLIC_URL and REDIRECT_URI to another port, which must be \
                         registered at Snyk too"
                        .to_owned()
                }
            };
            bail!(
                "port {port}, which {whose} would use, is taken by another program, at {address}. \
                 Stop that one, {instead}"
            );
        }
        // Not every computer has IPv6; without it, browsers do not use that address either.
        Err(_) if address.ip() == IpAddr::V6(Ipv6Addr::LOCALHOST) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{whose} cannot listen on {address}")),
    }
}

/// Returns a free port close to another one.
fn another_port(port: u16) -> u16 {
    let candidates = (1..20).filter_map(|step: u16| port.checked_add(100 * step));
    let is_taken = |address: (IpAddr, u16)| {
        TcpListener::bind(address).is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
    };
    let is_free = |port: &u16| {
        !is_taken((Ipv4Addr::LOCALHOST.into(), *port))
            && !is_taken((Ipv6Addr::LOCALHOST.into(), *port))
    };
    candidates.into_iter().find(is_free).unwrap_or(DEFAULT_PORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)], port: Option<u16>) -> Settings {
        let mut variables = Variables::default();
        variables.set("CLIENT_ID", "x");
        for (name, value) in pairs {
            variables.set(name, *value);
        }
        Settings::of(&variables, port, 3001).unwrap()
    }

    const CALLBACK: (&str, &str) = ("REDIRECT_URI", "http://localhost:3000/callback");

    #[test]
    fn address_and_public_address_belong_together() {
        for (pairs, port, listen, url, warnings) in [
            (
                &[CALLBACK][..],
                None,
                "127.0.0.1:3000",
                "http://localhost:3000",
                0,
            ),
            (
                &[CALLBACK],
                Some(3000),
                "127.0.0.1:3000",
                "http://localhost:3000",
                0,
            ),
            (
                &[CALLBACK],
                Some(3100),
                "127.0.0.1:3100",
                "http://localhost:3100",
                1,
            ),
            (
                &[("REDIRECT_URI", "http://localhost:3100/callback")],
                Some(3100),
                "127.0.0.1:3100",
                "http://localhost:3100",
                0,
            ),
            (
                &[
                    ("REDIRECT_URI", "http://localhost:4000/callback"),
                    ("LISTEN", "127.0.0.1:4000"),
                ],
                None,
                "127.0.0.1:4000",
                "http://localhost:4000",
                0,
            ),
            (
                &[
                    CALLBACK,
                    ("PUBLIC_URL", "http://127.0.0.1:3000"),
                    ("LISTEN", "0.0.0.0:3000"),
                    ("FRONTEND_ORIGIN", "http://localhost:8080"),
                ],
                Some(3100),
                "0.0.0.0:3100",
                "http://127.0.0.1:3100",
                2,
            ),
            (
                &[
                    ("REDIRECT_URI", "https://app.example.com/callback"),
                    ("PUBLIC_URL", "https://app.example.com"),
                ],
                Some(3100),
                "127.0.0.1:3100",
                "https://app.example.com",
                1,
            ),
        ] {
            let settings = of(pairs, port);
            assert_eq!(settings.app_address, listen.parse().unwrap(), "{pairs:?}");
            assert_eq!(settings.public_url, url, "{pairs:?}");
            assert_eq!(settings.warnings.len(), warnings, "{:?}", settings.warnings);
        }
    }

    #[test]
    fn a_port_that_snyk_does_not_send_people_back_to_is_told() {
        let settings = of(&[CALLBACK], Some(3100));
        let warning = &settings.warnings[0];
        assert!(
            warning.contains("http://localhost:3100/callback"),
            "{warning}"
        );
    }

    #[test]
    fn without_a_configuration_it_is_the_sandbox() {
        let settings = Settings::of(&Variables::default(), Some(3100), 3001).unwrap();
        assert_eq!(settings.provider, Provider::Sandbox);
        assert_eq!(settings.public_url, "http://localhost:3100");
    }

    #[test]
    fn a_taken_port_is_told_with_what_to_do() {
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = other.local_addr().unwrap();
        let error = is_free(address, "the app", Some("--port"))
            .unwrap_err()
            .to_string();
        assert!(error.contains(&address.port().to_string()), "{error}");
        assert!(error.contains("cargo xtask start --port"), "{error}");
        // The message must not suggest a port that is not registered at Snyk.
        let error = is_free(address, "the app", None).unwrap_err().to_string();
        assert!(!error.contains("--port"), "{error}");
        assert!(error.contains("REDIRECT_URI"), "{error}");
    }

    #[test]
    fn another_program_on_the_other_loopback_address_is_noticed() {
        let Ok(other) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
            panic!("these tests need IPv6 on loopback");
        };
        let port = other.local_addr().unwrap().port();
        let uri = format!("http://localhost:{port}/callback");
        let settings = of(&[("REDIRECT_URI", &uri)], Some(port));
        let error = settings.ports_are_free().unwrap_err().to_string();
        assert!(error.contains(&format!("[::1]:{port}")), "{error}");
    }
}
