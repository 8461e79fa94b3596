//! The configuration. [`raw`] reads the variables. This module parses and validates them, and
//! reports all problems at once ([`problems`]).

mod addresses;
mod certificates;
mod checks;
pub(crate) mod database;
pub mod duration;
pub(crate) mod edit_distance;
pub mod problems;
pub mod provider;
pub mod raw;
mod scopes;
pub mod secret_file;
mod secrets;
mod variable_names;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use domain::net::TrustedProxies;
use secrecy::{ExposeSecret as _, SecretString};
use shared::scope::Scopes;
use url::Url;

pub(crate) use self::checks::is_loopback;
use self::{
    addresses::Addresses,
    checks::check_redirect_uri,
    duration::parse_duration,
    problems::{Problems, Report},
    provider::Provider,
    raw::Raw,
    secret_file::ClientSecret,
    secrets::Secrets,
};

/// The validated configuration of the server.
#[derive(Debug)]
pub struct Config {
    /// The display name of the app.
    pub app_name: String,
    /// The app's client id at Snyk.
    pub client_id: String,
    /// The app's client secret.
    pub client_secret: ClientSecret,
    /// The registered redirect URI, byte for byte.
    pub redirect_uri: String,
    /// The OAuth scopes to request.
    pub scopes: Scopes,
    /// The secret that encrypts data at rest.
    pub encryption_secret: SecretString,
    /// Previous encryption secrets, which only decrypt.
    pub encryption_secrets_previous: Vec<SecretString>,
    /// The addresses of Snyk's region.
    pub provider: Provider,
    /// The URL of the database. It may hold a password.
    pub database_url: SecretString,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The URL at which browsers reach the backend.
    pub public_url: Url,
    /// The origin of the single-page app.
    pub frontend_origin: String,
    /// The folder of the built single-page app, if this server serves it.
    pub frontend_dir: Option<PathBuf>,
    /// Idle timeout of a session.
    pub session_idle: Duration,
    /// Maximum lifetime of a session.
    pub session_lifetime: Duration,
    /// How long an idle connection is kept open.
    pub keep_alive_timeout: Duration,
    /// Whether rate limits are enabled.
    pub rate_limits: bool,
    /// The `tracing` filter.
    pub log: String,
    /// The format of log lines.
    pub log_format: LogFormat,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: TrustedProxies,
    /// Warnings about valid settings, for the operator at startup.
    pub warnings: Vec<String>,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// JSON for machines.
    Json,
}

impl Config {
    /// Validates the variables, or returns a report of all problems.
    pub fn from_raw(raw: &Raw) -> Result<Self, Report> {
        let mut problems = Problems::default();
        let p = &mut problems;

        let secrets = Secrets::read(raw, p);
        let redirect_uri = p.require(
            raw,
            "REDIRECT_URI",
            "the registered redirect URI, for instance http://localhost:3000/callback",
        );
        let scopes = scopes::read(raw, p);
        let provider = Provider::from_config(raw, p);
        if provider.as_ref().is_some_and(Provider::needs_certificates) {
            certificates::check(raw, p);
        }
        check_redirect_uri(p, &redirect_uri);
        let addresses = Addresses::read(raw, &redirect_uri, p);

        let trusted_proxies = p.parse_with(raw, "TRUSTED_PROXIES", "", TrustedProxies::parse);
        let (session_idle, session_lifetime) = session_lifetimes(raw, p);
        let keep_alive_timeout = p.parse_with(raw, "KEEP_ALIVE_TIMEOUT", "130s", parse_duration);
        let rate_limits = p.choice(raw, "RATE_LIMITS", "on", &[("on", true), ("off", false)]);
        let log_format = p.choice(
            raw,
            "LOG_FORMAT",
            if raw.is_terminal { "text" } else { "json" },
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        );
        let log = log_filter(raw, p);
        let database_url = database_url(raw, p);

        for file in &raw.open_files {
            p.warn(format!(
                "{file} is open to other users of this computer: `chmod 600` it"
            ));
        }
        variable_names::check(raw, p);

        match (
            addresses.public_url,
            addresses.frontend_origin,
            provider,
            addresses.listen,
            session_idle,
            session_lifetime,
            keep_alive_timeout,
        ) {
            (
                Some(public_url),
                Some(frontend_origin),
                Some(provider),
                Some(listen),
                Some(session_idle),
                Some(session_lifetime),
                Some(keep_alive_timeout),
            ) if problems.is_empty() => Ok(Self {
                app_name: raw.get("APP_NAME").unwrap_or_else(|| "Snyk App".to_owned()),
                client_id: secrets.client_id,
                client_secret: secrets.client,
                redirect_uri,
                scopes,
                encryption_secret: secrets.encryption,
                encryption_secrets_previous: secrets.previous,
                provider,
                database_url,
                listen,
                frontend_origin: frontend_origin.origin().ascii_serialization(),
                public_url,
                frontend_dir: frontend_dir(raw),
                session_idle,
                session_lifetime,
                keep_alive_timeout,
                rate_limits: rate_limits.unwrap_or(true),
                log,
                log_format: log_format.unwrap_or(LogFormat::Json),
                trusted_proxies: trusted_proxies.unwrap_or_default(),
                warnings: problems.into_warnings(),
            }),
            _ => Err(problems.into_report()),
        }
    }
}

fn session_lifetimes(raw: &Raw, p: &mut Problems) -> (Option<Duration>, Option<Duration>) {
    let idle = p.parse_with(raw, "SESSION_IDLE", "24h", parse_duration);
    let lifetime = p.parse_with(raw, "SESSION_LIFETIME", "30d", parse_duration);
    // A default cannot contradict the other value.
    let are_set = ["SESSION_IDLE", "SESSION_LIFETIME"].map(|name| raw.get(name).is_some());
    if are_set == [true; 2] && idle > lifetime {
        p.add(
            "SESSION_IDLE",
            "is longer than SESSION_LIFETIME, and would never count: make it shorter",
        );
    }
    (idle, lifetime)
}

fn log_filter(raw: &Raw, problems: &mut Problems) -> String {
    let log = raw.get("LOG").unwrap_or_else(|| "info".to_owned());
    if log.parse::<tracing_subscriber::EnvFilter>().is_err() {
        problems.add("LOG", "is not a tracing filter: write for instance `info`");
    }
    log
}

fn database_url(raw: &Raw, problems: &mut Problems) -> SecretString {
    let url = raw
        .get_or_file("DATABASE_URL", problems)
        .map_or_else(|| "sqlite://data/snyk-app.db".into(), |text| text.value);
    if let Err(why) = database::file_of(url.expose_secret())
        && !problems.has_problem("DATABASE_URL")
    {
        problems.add("DATABASE_URL", why);
    }
    url
}

fn frontend_dir(raw: &Raw) -> Option<PathBuf> {
    let dir = raw
        .get_even_empty("FRONTEND_DIR")
        .unwrap_or_else(|| "dist".to_owned());
    (!dir.is_empty()).then(|| PathBuf::from(dir))
}

#[cfg(test)]
mod tests;
