//! The URL of a PostgreSQL database (pure): `postgres://user:password@host:port/database`, with options.
//!
//! The URL sets everything that the driver would otherwise read from variables of its own, except for
//! certificates that it does not name (`PGSSLROOTCERT`, `PGSSLCERT`, `PGSSLKEY`) and `PGOPTIONS`. Without
//! `sslmode`, a server on another computer must have a valid certificate for its name.

use std::{fmt, path::Path};

use percent_encoding::percent_decode_str;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

/// The schemes, with what follows them.
pub(super) const SCHEMES: [&str; 2] = ["postgres:", "postgresql:"];
/// The hint for a URL with another syntax.
pub(super) const FORM: &str =
    "postgres://user:password@host:5432/database?sslmode=verify-full&sslrootcert=ca.pem";
/// The options.
const OPTIONS: &str = "sslmode, sslrootcert, sslcert, sslkey, host (the folder of a socket) and \
                       max_connections";

const DEFAULT_PORT: u16 = 5432;
/// The default of `max_connections`, and its maximum.
const DEFAULT_CONNECTIONS: u32 = 10;
const MAX_CONNECTIONS: u32 = 1_000;

/// The URL of a PostgreSQL database. Its `Debug` says nothing, since it holds a password.
#[derive(Clone)]
pub struct PostgresUrl {
    options: PgConnectOptions,
    max_connections: u32,
}

impl PostgresUrl {
    /// Parses a URL. The error is for the operator, and never contains a part of the URL.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Parts::of(text)
            .and_then(Parts::connect)
            .map_err(|why| format!("{why}: write {FORM}"))
    }

    /// Returns how to connect.
    #[must_use]
    pub const fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Returns the maximum number of connections for queries.
    #[must_use]
    pub const fn max_connections(&self) -> u32 {
        self.max_connections
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresUrl(redacted)")
    }
}

/// The parts of a URL, decoded.
#[derive(Default)]
struct Parts {
    host: String,
    port: Option<u16>,
    user: String,
    password: String,
    database: String,
    mode: Option<PgSslMode>,
    root: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
    max_connections: Option<u32>,
}

impl Parts {
    fn of(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| {
            "is no URL (in a password, `@`, `:`, `/`, `?`, `#` and `%` are written as %40, %3A, %2F, \
             %3F, %23 and %25)"
        })?;
        if url.fragment().is_some() {
            return Err("has a `#`, which is written as %23 in a password".to_owned());
        }
        let mut parts = Self {
            host: decoded(url.host_str().unwrap_or_default())?,
            port: url.port(),
            user: decoded(url.username())?,
            password: decoded(url.password().unwrap_or_default())?,
            database: decoded(url.path().strip_prefix('/').unwrap_or_default())?,
            ..Self::default()
        };
        for (name, value) in url.query_pairs() {
            parts.option(&name, value.into_owned())?;
        }
        Ok(parts)
    }

    fn option(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "sslmode" => {
                self.mode = Some(match &*value {
                    "disable" => PgSslMode::Disable,
                    "prefer" => PgSslMode::Prefer,
                    "require" => PgSslMode::Require,
                    "verify-ca" => PgSslMode::VerifyCa,
                    "verify-full" => PgSslMode::VerifyFull,
                    _ => {
                        return Err(
                            "has an sslmode that is not one of disable, prefer, require, \
                                    verify-ca and verify-full"
                                .to_owned(),
                        );
                    }
                });
            }
            "sslrootcert" => self.root = Some(value),
            "sslcert" => self.certificate = Some(value),
            "sslkey" => self.key = Some(value),
            "host" => self.host = value,
            "max_connections" => {
                let number = value.parse().ok();
                let number = number.filter(|number| (1..=MAX_CONNECTIONS).contains(number));
                self.max_connections = Some(number.ok_or_else(|| {
                    format!("has a max_connections that is no number from 1 to {MAX_CONNECTIONS}")
                })?);
            }
            _ => return Err(format!("has an option that is not one of {OPTIONS}")),
        }
        Ok(())
    }

    fn connect(self) -> Result<PostgresUrl, String> {
        let why = if self.host.is_empty() {
            Some("names no host")
        } else if self.host.contains(',') {
            Some("names several hosts: name the one that leads to the primary")
        } else if self.user.is_empty() {
            Some("names no user")
        } else if self.database.is_empty() || self.database.contains('/') {
            Some("names no database")
        } else if self.certificate.is_some() != self.key.is_some() {
            Some("has one of sslcert and sslkey without the other")
        } else {
            None
        };
        if let Some(why) = why {
            return Err(why.to_owned());
        }
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let is_socket = host.starts_with('/');
        let mode = match self.mode {
            // As libpq does it: whoever names an authority wants its signature.
            Some(PgSslMode::Require) if self.root.is_some() => PgSslMode::VerifyCa,
            Some(mode) => mode,
            None if is_socket || is_loopback(host) => PgSslMode::Prefer,
            None => PgSslMode::VerifyFull,
        };
        let mut options = PgConnectOptions::new_without_pgpass()
            .host(host)
            .port(self.port.unwrap_or(DEFAULT_PORT))
            .username(&self.user)
            .password(&self.password)
            .database(&self.database)
            .ssl_mode(mode)
            .application_name("snyk-app")
            // A pooler rejects a parameter of the session that it does not know.
            .extra_float_digits(None::<i8>)
            // And keeps no prepared statements.
            .statement_cache_capacity(0);
        if is_socket {
            options = options.socket(Path::new(host));
        }
        if let Some(root) = self.root {
            options = options.ssl_root_cert(root);
        }
        if let (Some(certificate), Some(key)) = (self.certificate, self.key) {
            options = options.ssl_client_cert(certificate).ssl_client_key(key);
        }
        Ok(PostgresUrl {
            options,
            max_connections: self.max_connections.unwrap_or(DEFAULT_CONNECTIONS),
        })
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| "has an escape that is no UTF-8")?;
    Ok(decoded.into_owned())
}

fn is_loopback(host: &str) -> bool {
    let is_address = |address: std::net::IpAddr| address.is_loopback();
    host == "localhost" || host.parse().is_ok_and(is_address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_decoded() {
        let url = "postgresql://ann%40x:p%2Fw%23@db.example:6432/my%20app?max_connections=3";
        let url = PostgresUrl::parse(url).unwrap();
        let options = url.options();
        assert_eq!(options.get_host(), "db.example");
        assert_eq!(options.get_port(), 6432);
        assert_eq!(options.get_username(), "ann@x");
        assert_eq!(options.get_database(), Some("my app"));
        assert_eq!(url.max_connections(), 3);
        assert_eq!(format!("{url:?}"), "PostgresUrl(redacted)");
    }

    #[test]
    fn a_server_elsewhere_is_verified_unless_the_url_says_otherwise() {
        for (rest, expected) in [
            ("db.example/db", "VerifyFull"),
            ("db.example/db?sslmode=disable", "Disable"),
            ("db.example/db?sslmode=require", "Require"),
            (
                "db.example/db?sslmode=require&sslrootcert=ca.pem",
                "VerifyCa",
            ),
            ("localhost/db", "Prefer"),
            ("127.0.0.2/db", "Prefer"),
            ("[::1]:5433/db", "Prefer"),
            ("localhost/db?sslmode=verify-full", "VerifyFull"),
            ("%2Frun%2Fpostgresql/db", "Prefer"),
            ("h/db?host=/run/postgresql", "Prefer"),
        ] {
            let url = PostgresUrl::parse(&format!("postgres://u:p@{rest}")).unwrap();
            let mode = format!("{:?}", url.options().get_ssl_mode());
            assert_eq!(mode, expected, "{rest}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_in_words() {
        for (url, words) in [
            ("postgres:db", "no host"),
            ("postgres://user:canary@/db", "no"),
            ("postgres://user:canary@host", "no database"),
            ("postgres://user:canary@host/", "no database"),
            ("postgres://:canary@host/db", "no user"),
            ("postgres://user:canary@a,b/db", "several hosts"),
            ("postgres://user:can#ary@host/db", "%23"),
            ("postgres://user:canary@host:port/db", "no URL"),
            ("postgres://user:canary@host/db?sslmode=allow", "sslmode"),
            ("postgres://user:canary@host/db?canary=1", "an option"),
            (
                "postgres://user:canary@host/db?max_connections=0",
                "1 to 1000",
            ),
            ("postgres://user:canary@host/db?sslcert=c", "sslkey"),
        ] {
            let why = PostgresUrl::parse(url).unwrap_err();
            assert!(why.contains(words), "{url}: {why}");
            assert!(!why.contains("canary"), "{why}");
        }
    }
}
