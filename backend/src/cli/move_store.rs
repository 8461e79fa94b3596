//! The `move-store` command: copies everything from one database to another, while no server runs on
//! either.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use clap::Args;

use super::{
    ENV_FILE, fail,
    output::{described, print},
};
use crate::{
    config::{
        database_url::DatabaseUrl, log::LogFormat, postgres_url::PostgresUrl, raw::Raw,
        reader::Reader, storage::Storage,
    },
    store::{
        database::{MaintenanceDatabase as _, SealedRecords as _},
        migrations::Version,
        postgres::PostgresMaintenance,
        sqlite::{SqliteDatabase, SqliteMaintenance},
        tables::{
            TableRows,
            copy::{Copied, copy},
        },
    },
    telemetry,
};

pub(super) const EXAMPLES: &str = "\
Steps:
  1. Stop every server.
  2. snyk-app move-store sqlite://data/snyk-app.db postgres://user:password@host/database
  3. Set DATABASE_URL to the new database, and start the servers, with the same ENCRYPTION_SECRET.
  4. Delete the earlier database. A server that starts on it again would present refresh tokens that Snyk
     has seen already, and Snyk would end these connections.

Without a second URL, the new database is the one of DATABASE_URL or DATABASE_URL_FILE: so no password is on
the command line, where other users of this computer can see it.

Nothing is changed in the earlier database, except that it is brought up to date. After an interruption, run the
command again. If the new database holds other data, nothing is copied.";

/// The arguments of the command.
#[derive(Args)]
pub(super) struct Arguments {
    /// The database to copy from: `sqlite://path` or `postgres://host/database`.
    #[arg(value_name = "FROM")]
    from: String,
    /// The database to copy to; by default the one of `DATABASE_URL`.
    #[arg(value_name = "TO")]
    to: Option<String>,
}

/// Redacted, since a URL may hold a password.
impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Arguments(redacted)")
    }
}

/// Runs the command. Whatever it has copied when it ends is complete, and the next run continues.
pub(super) async fn run(arguments: Arguments) -> ExitCode {
    telemetry::start("warn", LogFormat::Text);
    match move_store(arguments).await {
        Ok(copied) => print(report(&copied).as_bytes()),
        Err(problem) => fail(&problem),
    }
}

/// Copies all rows. The error says what the operator can do.
async fn move_store(Arguments { from, to }: Arguments) -> Result<Vec<Copied>, String> {
    // Not parsed with the command line, whose errors repeat what is invalid: it may hold a password.
    let parse =
        |name: &str, url: &str| DatabaseUrl::parse(url).map_err(|why| format!("{name} {why}"));
    let from = parse("FROM", &from)?;
    let to = to.map_or_else(configured, |url| parse("TO", &url))?;
    let source = open_source(&from).await?;
    let target = open_target(&to).await?;
    let copied = copy(source.rows(), target.rows()).await;
    // A server that has started meanwhile may have changed what was copied before.
    let is_free = match (source.check_free().await, target.check_free().await) {
        (Ok(()), Ok(())) => Ok(()),
        (Err(why), _) | (_, Err(why)) => Err(why),
    };
    source.close().await;
    target.close().await;
    let copied = copied.map_err(|error| described(&error))?;
    is_free.map(|()| copied)
}

/// Returns the database of `DATABASE_URL`.
fn configured() -> Result<DatabaseUrl, String> {
    let raw = Raw::read(Path::new(ENV_FILE), BTreeMap::new()).map_err(|error| error.to_string())?;
    let mut reader = Reader::new(&raw);
    let storage = Storage::read(&mut reader);
    let problems = reader.finish();
    match storage {
        Some(storage) if problems.is_empty() => Ok(storage.database_url),
        _ => Err(problems.into_report().to_string()),
    }
}

/// A database that is held, as far as its kind allows, so that no server uses it.
enum Held {
    /// Locked, as by a server.
    Sqlite(SqliteDatabase),
    Postgres(Box<PostgresMaintenance>),
}

impl Held {
    fn rows(&self) -> &dyn TableRows {
        match self {
            Self::Sqlite(database) => database,
            Self::Postgres(database) => &**database,
        }
    }

    /// Checks that no server runs on it.
    async fn check_free(&self) -> Result<(), String> {
        let Self::Postgres(database) = self else {
            return Ok(());
        };
        let nodes = database.nodes().await.map_err(|error| described(&error))?;
        if nodes.is_empty() {
            return Ok(());
        }
        Err(format!(
            "a server runs on {}, or was killed within the last half minute: stop every server, and run this \
             again",
            database.location()
        ))
    }

    async fn close(&self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(database) => database.close().await,
        }
    }
}

async fn open_source(url: &DatabaseUrl) -> Result<Held, String> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            // Creates no file.
            let beside = SqliteMaintenance::open(path).await;
            beside.map_err(|error| error.to_string())?.close().await;
            open_file(path).await
        }
        DatabaseUrl::Postgres(url) => {
            let database = connect(url).await?;
            match database
                .version()
                .await
                .map_err(|error| described(&error))?
            {
                Version::Same => {}
                Version::Earlier => {
                    return Err(format!(
                        "the database {} is not up to date: start the server of this version once, which migrates \
                         it, or check its URL",
                        database.location()
                    ));
                }
                Version::Other => return Err(other_version(&database)),
            }
            held(database).await
        }
    }
}

async fn open_target(url: &DatabaseUrl) -> Result<Held, String> {
    match url {
        DatabaseUrl::Sqlite(path) => open_file(path).await,
        DatabaseUrl::Postgres(url) => {
            let database = connect(url).await?;
            if database
                .version()
                .await
                .map_err(|error| described(&error))?
                == Version::Other
            {
                return Err(other_version(&database));
            }
            database
                .migrate()
                .await
                .map_err(|error| error.to_string())?;
            held(database).await
        }
    }
}

async fn open_file(path: &Path) -> Result<Held, String> {
    let database = SqliteDatabase::open(path).await;
    Ok(Held::Sqlite(database.map_err(|error| error.to_string())?))
}

async fn connect(url: &PostgresUrl) -> Result<PostgresMaintenance, String> {
    let database = PostgresMaintenance::open(url.options().clone()).await;
    database.map_err(|error| error.to_string())
}

async fn held(database: PostgresMaintenance) -> Result<Held, String> {
    let held = Held::Postgres(Box::new(database));
    held.check_free().await.map(|()| held)
}

fn other_version(database: &PostgresMaintenance) -> String {
    format!(
        "the database {} was migrated by another version of snyk-app: use that version",
        database.location()
    )
}

/// Says what was copied.
fn report(copied: &[Copied]) -> String {
    let mut text = String::new();
    for table in copied {
        // Writing to a text does not fail.
        let _ = writeln!(
            text,
            "{:<20} {:>8} copied {:>8} were there",
            table.table, table.copied, table.present
        );
    }
    text.push_str(if copied.iter().all(|table| table.copied == 0) {
        "Nothing was to be done: the new database has everything.\n"
    } else {
        "The new database has everything. Start the servers on it, and never again on the earlier one.\n"
    });
    text
}
