//! Configuration: read as it stands ([`raw`]), then made whole, typed and valid here, with every
//! problem told at once ([`problems`]).

pub mod duration;
mod env_file;
pub mod problems;
pub mod raw;
pub mod secret_file;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use shared::scope::Scopes;
use url::{Host, Url};

use self::{
    duration::parse_duration,
    problems::{Problems, Report},
    raw::Raw,
    secret_file::ClientSecret,
};
use crate::{http::client_ip::TrustedProxies, provider::region};

/// Everything that the server needs to know, checked.
#[derive(Debug)]
pub struct Config {
    /// The name that people see.
    pub app_name: String,
    /// The app's client id at Snyk.
    pub client_id: String,
    /// The app's client secret.
    pub client_secret: ClientSecret,
    /// The registered redirect URI, byte for byte.
    pub redirect_uri: String,
    /// The scopes to ask for.
    pub scopes: Scopes,
    /// Encrypts what is at rest.
    pub encryption_secret: SecretString,
    /// Earlier ones, which only decrypt.
    pub encryption_secrets_previous: Vec<SecretString>,
    /// Where Snyk is.
    pub provider: region::Provider,
    /// The database.
    pub database_url: SecretString,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Where browsers reach the backend.
    pub public_url: Url,
    /// The origin that the single-page app is served from.
    pub frontend_origin: String,
    /// The built single-page app, if it is served here.
    pub frontend_dir: Option<PathBuf>,
    /// How long a session may lie unused.
    pub session_idle: Duration,
    /// How long a session may last at most.
    pub session_lifetime: Duration,
    /// Whether rate limits apply here.
    pub rate_limits: bool,
    /// The tracing filter.
    pub log: String,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// What is not wrong, and worth telling the operator at the start.
    pub warnings: Vec<String>,
}

/// Variables that operators know and that this build does nothing with yet.
const WITHOUT_EFFECT: [&str; 1] = ["METRICS_LISTEN"];

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Config {
    /// Makes the configuration of what was read, or lists everything that is wrong with it.
    pub fn from_raw(raw: &Raw) -> Result<Self, Report> {
        let mut problems = Problems::default();
        let p = &mut problems;

        let client_id = p.need(raw, "CLIENT_ID", "the client id that Snyk gave the app");
        let client_secret =
            p.need_secret(raw, "CLIENT_SECRET", "the secret that Snyk gave the app");
        let client_secret = match raw.get("CLIENT_SECRET_FILE") {
            Some(path) => ClientSecret::of_file(path.into(), client_secret),
            None => ClientSecret::of_value(client_secret),
        };
        let redirect_uri = p.need(
            raw,
            "REDIRECT_URI",
            "the registered redirect URI, for instance http://localhost:3000/callback",
        );
        let scopes = Scopes::parse(&raw.get("SCOPES").unwrap_or_default());
        if scopes.is_empty() {
            p.add(
                "SCOPES",
                "is missing: name the scopes that the app was registered with",
            );
        }
        let encryption_secret =
            p.need_secret(raw, "ENCRYPTION_SECRET", "at least 32 random characters");
        check_secret(p, "ENCRYPTION_SECRET", &encryption_secret);
        let provider = region::Provider::from_config(raw, p);
        let public_url = p.url(raw, "PUBLIC_URL", "http://localhost:3000");
        check_origin(p, "PUBLIC_URL", public_url.as_ref());
        let frontend_origin = match raw.get("FRONTEND_ORIGIN") {
            Some(_) => p.url(raw, "FRONTEND_ORIGIN", ""),
            None => public_url.clone(),
        };
        check_origin(p, "FRONTEND_ORIGIN", frontend_origin.as_ref());
        check_redirect_uri(p, &redirect_uri);

        let listen = p.parsed(
            raw,
            "LISTEN",
            "127.0.0.1:3000",
            "an address such as 127.0.0.1:3000",
        );
        let trusted_proxies = p.with(raw, "TRUSTED_PROXIES", "", TrustedProxies::parse);
        let session_idle = p.with(raw, "SESSION_IDLE", "24h", parse_duration);
        let session_lifetime = p.with(raw, "SESSION_LIFETIME", "30d", parse_duration);
        let rate_limits = p.choice(raw, "RATE_LIMITS", "on", &[("on", true), ("off", false)]);
        let log_format = p.choice(
            raw,
            "LOG_FORMAT",
            if raw.is_terminal { "text" } else { "json" },
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        );
        let log = log_filter(raw, p);
        let database_url = database_url(raw, p);

        let warnings = warnings(raw, &redirect_uri, frontend_origin.as_ref());

        match (
            public_url,
            frontend_origin,
            provider,
            listen,
            session_idle,
            session_lifetime,
        ) {
            (
                Some(public_url),
                Some(frontend_origin),
                Some(provider),
                Some(listen),
                Some(session_idle),
                Some(session_lifetime),
            ) if problems.is_empty() => Ok(Self {
                app_name: raw.get("APP_NAME").unwrap_or_else(|| "Snyk App".to_owned()),
                client_id,
                client_secret,
                redirect_uri,
                scopes,
                encryption_secret,
                encryption_secrets_previous: previous_secrets(raw),
                provider,
                database_url: database_url.into(),
                listen,
                frontend_origin: frontend_origin.origin().ascii_serialization(),
                public_url,
                frontend_dir: frontend_dir(raw),
                session_idle,
                session_lifetime,
                rate_limits: rate_limits.unwrap_or(true),
                log,
                log_format: log_format.unwrap_or(LogFormat::Json),
                trusted_proxies: trusted_proxies.unwrap_or_default(),
                warnings,
            }),
            _ => Err(problems.into_report()),
        }
    }
}

fn warnings(raw: &Raw, redirect_uri: &str, frontend_origin: Option<&Url>) -> Vec<String> {
    let mut warnings = Vec::new();
    for name in WITHOUT_EFFECT {
        if raw.get(name).is_some() {
            warnings.push(format!(
                "{name} is set, and this build does nothing with it"
            ));
        }
    }
    if raw.env_file_is_open {
        warnings
            .push(".env can be read by other users of this computer: `chmod 600 .env`".to_owned());
    }
    if let (Ok(back), Some(page)) = (Url::parse(redirect_uri), frontend_origin)
        && back.origin() != page.origin()
    {
        warnings.push(format!(
            "REDIRECT_URI sends people to {}, and the page is at {}: no sign-in can be finished \
             there, unless something in between leads from one to the other",
            back.origin().ascii_serialization(),
            page.origin().ascii_serialization()
        ));
    }
    warnings
}

fn previous_secrets(raw: &Raw) -> Vec<SecretString> {
    raw.get("ENCRYPTION_SECRET_PREVIOUS")
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|secret| !secret.is_empty())
        .map(SecretString::from)
        .collect()
}

fn log_filter(raw: &Raw, problems: &mut Problems) -> String {
    let log = raw.get("LOG").unwrap_or_else(|| "info".to_owned());
    if log.parse::<tracing_subscriber::EnvFilter>().is_err() {
        problems.add("LOG", "is not a tracing filter: write for instance `info`");
    }
    log
}

fn database_url(raw: &Raw, problems: &mut Problems) -> String {
    let url = raw
        .get_or_file("DATABASE_URL", problems)
        .unwrap_or_else(|| "sqlite://data/snyk-app.db".to_owned());
    if !url.starts_with("sqlite:") {
        problems.add(
            "DATABASE_URL",
            "is not one that this build can use: write sqlite://path",
        );
    }
    url
}

fn frontend_dir(raw: &Raw) -> Option<PathBuf> {
    let dir = raw
        .get_even_empty("FRONTEND_DIR")
        .unwrap_or_else(|| "dist".to_owned());
    (!dir.is_empty()).then(|| PathBuf::from(dir))
}

/// Whether an address lies on this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn check_secret(problems: &mut Problems, name: &'static str, secret: &SecretString) {
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return; // told already
    }
    let different = secret
        .bytes()
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    if secret.len() < 32 {
        problems.add(
            name,
            "is shorter than 32 characters: make one with `openssl rand -hex 32`",
        );
    } else if different < 8 {
        problems.add(
            name,
            "repeats itself: make a random one with `openssl rand -hex 32`",
        );
    }
}

fn check_origin(problems: &mut Problems, name: &'static str, url: Option<&Url>) {
    let Some(url) = url else { return };
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        problems.add(name, "has a path: write scheme, host and port only");
    }
    if url.scheme() != "https" && !is_loopback(url) {
        problems.add(
            name,
            "is http on a public host: use https, since session cookies need it",
        );
    }
}

fn check_redirect_uri(problems: &mut Problems, redirect_uri: &str) {
    if redirect_uri.is_empty() {
        return; // told already
    }
    match Url::parse(redirect_uri) {
        Ok(url) if url.fragment().is_some() => {
            problems.add(
                "REDIRECT_URI",
                "has a fragment, which RFC 6749 section 3.1.2 forbids",
            );
        }
        Ok(url) if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) => {
            if url.path() != "/callback" {
                problems.add(
                    "REDIRECT_URI",
                    "must end in /callback, where the page is that reads it",
                );
            }
        }
        Ok(_) => problems.add(
            "REDIRECT_URI",
            "is not https, and not http on this computer",
        ),
        Err(_) => problems.add(
            "REDIRECT_URI",
            "is not an address: write it as registered at Snyk",
        ),
    }
}

#[cfg(test)]
mod tests;
