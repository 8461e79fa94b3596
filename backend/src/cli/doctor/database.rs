//! Checks the database beside a server: it opens and can be written, its migrations are those of this
//! version, the server has the same secrets, and the rows open.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::vault::Vault;

use super::finding::Finding;
use crate::{
    config::{database_url::DatabaseUrl, postgres_url::PostgresUrl},
    store::{
        StoreError,
        database::{MaintenanceDatabase, SealedColumn, SealedRecords},
        migrations::Version,
        postgres::PostgresMaintenance,
        repository::rotation::Rotation,
        sqlite::{self, SqliteMaintenance},
    },
};

const DATABASE: &str = "database";
const MIGRATIONS: &str = "migrations";
const SERVER: &str = "server";
const ROWS: &str = "encryption";

/// Timeout of opening the database, which waits for a write of a server.
const OPEN_TIMEOUT: Duration = Duration::from_secs(8);
/// How long rows are opened: all of a database of usual size.
const ROWS_TIMEOUT: Duration = Duration::from_secs(8);
/// Number of values that are opened at once.
const BATCH: u32 = 500;

/// Advice about a database of one kind.
#[derive(Clone, Copy, Debug)]
struct Advice {
    /// If it fails.
    failed: &'static str,
    /// If it takes too long.
    slow: &'static str,
}

const ON_FILE: Advice = Advice {
    failed: "check the disk, and whether another program uses the file",
    slow: "look for a program that keeps the file locked, and at the load of the disk",
};
const ON_SERVER: Advice = Advice {
    failed: "check that DATABASE_URL leads to the primary, and what its user may do there",
    slow: "look at the load of the database server, and for a program that keeps tables locked",
};

/// Checks a database. Without a vault, which is that of an invalid configuration, no row is opened.
pub(super) async fn check(url: &DatabaseUrl, vault: Option<Arc<Vault>>) -> Vec<Finding> {
    match url {
        DatabaseUrl::Sqlite(path) => examine(open_file(path), vault, ON_FILE).await,
        DatabaseUrl::Postgres(url) => examine(open_postgres(url), vault, ON_SERVER).await,
    }
}

async fn examine<D: MaintenanceDatabase>(
    opening: impl Future<Output = Result<D, Box<Finding>>>,
    vault: Option<Arc<Vault>>,
    advice: Advice,
) -> Vec<Finding> {
    let opened = tokio::time::timeout(OPEN_TIMEOUT, writable(opening, advice)).await;
    let (database, mut findings) = match opened {
        Ok(Ok(opened)) => opened,
        Ok(Err(finding)) => return vec![*finding],
        Err(_) => return vec![slow(advice)],
    };
    let is_current = match database.version().await {
        Ok(version) => {
            findings.push(migrations(version));
            version == Version::Same
        }
        Err(error) => {
            findings.push(failed(&error, advice));
            false
        }
    };
    if let Some(vault) = vault
        && is_current
    {
        let rotation = Rotation::new(database, vault);
        findings.push(server(&rotation, advice).await);
        findings.push(rows(&rotation, advice).await);
        rotation.database().close().await;
    } else {
        database.close().await;
    }
    findings
}

async fn writable<D: MaintenanceDatabase>(
    opening: impl Future<Output = Result<D, Box<Finding>>>,
    advice: Advice,
) -> Result<(D, Vec<Finding>), Box<Finding>> {
    let database = opening.await?;
    match database.check_writable().await {
        Ok(()) => {
            let name = database.location();
            let found = Finding::ok(DATABASE, format!("{name} opens and can be written."));
            Ok((database, vec![found]))
        }
        Err(error) => Err(Box::new(failed(&error, advice))),
    }
}

async fn open_file(path: &Path) -> Result<SqliteMaintenance, Box<Finding>> {
    let name = path.display();
    SqliteMaintenance::open(path).await.map_err(|error| {
        Box::new(match error {
            sqlite::OpenError::Missing(_) => Finding::warn(
                DATABASE,
                format!("There is no database {name} yet: the server creates it when it starts."),
            )
            .fix("if there should be one, check DATABASE_URL and the folder that this runs in"),
            error => Finding::fail(DATABASE, capitalized(&error.to_string())),
        })
    })
}

async fn open_postgres(url: &PostgresUrl) -> Result<PostgresMaintenance, Box<Finding>> {
    PostgresMaintenance::open(url.options().clone())
        .await
        .map_err(|error| Box::new(Finding::fail(DATABASE, capitalized(&error.to_string()))))
}

fn migrations(version: Version) -> Finding {
    match version {
        Version::Same => Finding::ok(MIGRATIONS, "They are those of this version."),
        Version::Earlier => Finding::warn(
            MIGRATIONS,
            "Some are missing: the server of this version applies them when it starts.",
        ),
        Version::Other => Finding::fail(
            MIGRATIONS,
            "Another version has migrated the database, and this one would not start.",
        )
        .fix("use that version, or a backup from before"),
    }
}

async fn server<D: SealedRecords>(rotation: &Rotation<D>, advice: Advice) -> Finding {
    match rotation.check_nodes().await {
        Ok(Ok(0)) => Finding::ok(SERVER, "No server runs on this database."),
        Ok(Ok(_)) => Finding::ok(
            SERVER,
            "A server runs on this database, and has the same ENCRYPTION_SECRET.",
        ),
        Ok(Err(unready)) => Finding::warn(SERVER, capitalized(&unready.to_string())),
        Err(error) => failed(&error, advice),
    }
}

/// Numbers of values by the secret that opens them.
#[derive(Clone, Copy, Debug, Default)]
struct Values {
    current: u64,
    earlier: u64,
    unopened: u64,
}

async fn rows<D: SealedRecords>(rotation: &Rotation<D>, advice: Advice) -> Finding {
    let mut found = Values::default();
    let deadline = Instant::now() + ROWS_TIMEOUT;
    let mut is_whole = true;
    for column in SealedColumn::ALL {
        let mut after = None;
        loop {
            let batch = match rotation.inspect(column, after.as_deref(), BATCH).await {
                Ok(batch) => batch,
                Err(error) => return failed(&error, advice),
            };
            found.current += batch.current;
            found.earlier += batch.earlier;
            found.unopened += batch.unopened.len() as u64;
            let Some(last) = batch.last else { break };
            after = Some(last);
            if Instant::now() > deadline {
                is_whole = false;
                break;
            }
        }
    }
    judge(found, is_whole)
}

/// Judges how the values open.
fn judge(found: Values, is_whole: bool) -> Finding {
    let unopened = found.unopened;
    let all = found.current + found.earlier + unopened;
    let which = if is_whole { "" } else { "first " };
    if unopened > 0 {
        let only = if unopened == all { "None" } else { "Not all" };
        return Finding::fail(
            ROWS,
            format!(
                "{only} of the {which}{all} encrypted values can be decrypted: {unopened} cannot. The \
                 people of these connections would have to connect again."
            ),
        )
        .fix(
            "add the secret that they were encrypted with to ENCRYPTION_SECRET_PREVIOUS; \
             `snyk-app rotate-encryption --dry-run` names them",
        );
    }
    if found.earlier > 0 {
        return Finding::warn(
            ROWS,
            format!(
                "{} of the {which}{all} encrypted values need ENCRYPTION_SECRET_PREVIOUS.",
                found.earlier
            ),
        )
        .fix("`snyk-app rotate-encryption`, before it is removed");
    }
    Finding::ok(
        ROWS,
        format!("ENCRYPTION_SECRET decrypts all of the {which}{all} encrypted values."),
    )
}

fn failed(error: &StoreError, advice: Advice) -> Finding {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    let text = capitalized(&error.to_string());
    Finding::fail(DATABASE, format!("{text}{}.", cause.unwrap_or_default())).fix(advice.failed)
}

fn slow(advice: Advice) -> Finding {
    Finding::fail(
        DATABASE,
        format!("It does not open within {} s.", OPEN_TIMEOUT.as_secs()),
    )
    .fix(advice.slow)
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Status;

    #[test]
    fn values_of_an_earlier_secret_warn_and_those_of_none_fail() {
        let values = |current, earlier, unopened| Values {
            current,
            earlier,
            unopened,
        };
        for (found, status, words) in [
            (values(0, 0, 0), Status::Ok, "all of the 0 encrypted"),
            (values(4, 0, 0), Status::Ok, "all of the 4 encrypted"),
            (values(4, 2, 0), Status::Warn, "2 of the 6 encrypted"),
            (
                values(4, 2, 1),
                Status::Fail,
                "Not all of the 7 encrypted values can",
            ),
            (values(0, 0, 3), Status::Fail, "None of the 3 encrypted"),
        ] {
            let found = judge(found, true);
            assert_eq!(found.status, status, "{}", found.text);
            assert!(found.text.contains(words), "{}", found.text);
        }
        assert!(judge(values(9, 0, 0), false).text.contains("first 9"));
    }
}
