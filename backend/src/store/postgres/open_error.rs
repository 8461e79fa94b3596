//! Explains to the operator why a database cannot be opened, and what to do.

use std::io;

use sqlx::postgres::{PgConnectOptions, PgDatabaseError};

use crate::store::StoreError;

/// The database cannot be opened. Each message says what to do, and none contains the password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It does not answer, or rejects the connection.
    #[error("the database {location} cannot be opened: {cause}; {}", advice(.cause))]
    Unreachable {
        /// Where it is.
        location: String,
        /// The cause.
        #[source]
        cause: sqlx::Error,
    },
    /// It takes too long.
    #[error(
        "the database {0} does not answer in time: check its host and port in DATABASE_URL, and the firewall between"
    )]
    TooSlow(String),
    /// A migration failed.
    #[error(
        "the database {location} cannot be brought up to date{}: its user needs the right to create tables in it",
        cause_of(.cause)
    )]
    Migration {
        /// Where it is.
        location: String,
        /// The cause.
        #[source]
        cause: StoreError,
    },
    /// A later version has migrated it.
    #[error(
        "the database {0} was migrated by another version of snyk-app: use that version, or a backup from before"
    )]
    OtherVersion(String),
}

impl OpenError {
    /// Converts an error of the driver at a database.
    pub(super) fn from_sqlx(location: &str, cause: sqlx::Error) -> Self {
        Self::Unreachable {
            location: location.to_owned(),
            cause,
        }
    }

    /// Converts an error of a migration.
    pub(super) fn of_migration(location: &str, cause: StoreError) -> Self {
        Self::Migration {
            location: location.to_owned(),
            cause,
        }
    }
}

/// Returns where a database is, without credentials.
pub(super) fn location(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{database} at {}", socket.display()),
        None => format!(
            "{database} at {}:{}",
            options.get_host(),
            options.get_port()
        ),
    }
}

fn cause_of(error: &StoreError) -> String {
    let cause = std::error::Error::source(error);
    let cause = cause.map(|cause| format!(": {cause}"));
    format!(" ({error}{})", cause.unwrap_or_default())
}

fn advice(cause: &sqlx::Error) -> &'static str {
    // A certificate that is not valid arrives as invalid data.
    let is_of_tls = match cause {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::InvalidData,
        _ => false,
    };
    if is_of_tls {
        return "check sslmode and sslrootcert in DATABASE_URL: without sslmode, a server on another \
                computer must have a valid certificate for its name; sslmode=disable turns TLS off, \
                for a network that nobody else can use";
    }
    let code = cause
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
        .map(PgDatabaseError::code);
    match code {
        Some("28P01" | "28000") => {
            "check user and password in DATABASE_URL, and the server's pg_hba.conf"
        }
        // PgBouncer says so of all that it rejects.
        Some("08P01") => {
            "check user, password and database in DATABASE_URL, and the pooler's own lists of them"
        }
        Some("3D000") => "create it with `createdb`, or name another one by DATABASE_URL",
        Some("53300") => "raise its max_connections, or lower max_connections in DATABASE_URL",
        _ => "check that it runs, and its host and port in DATABASE_URL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_no_credentials() {
        let options = PgConnectOptions::new_without_pgpass()
            .host("db.example")
            .port(5433)
            .username("ann")
            .password("canary")
            .database("app");
        assert_eq!(location(&options), "app at db.example:5433");
        let options = options.socket("/run/postgresql");
        assert_eq!(location(&options), "app at /run/postgresql");
    }

    #[test]
    fn each_error_says_what_to_do() {
        for (cause, words) in [
            (sqlx::Error::Tls("no".into()), "sslmode"),
            (
                sqlx::Error::Io(io::ErrorKind::InvalidData.into()),
                "sslmode",
            ),
            (
                sqlx::Error::Io(io::ErrorKind::ConnectionRefused.into()),
                "check that it runs",
            ),
        ] {
            let text = OpenError::from_sqlx("app at h:1", cause).to_string();
            assert!(
                text.contains(words) && text.contains("app at h:1"),
                "{text}"
            );
        }
    }
}
