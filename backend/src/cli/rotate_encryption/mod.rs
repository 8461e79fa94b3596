//! The `rotate-encryption` command: seals every stored token with `ENCRYPTION_SECRET`, beside the
//! server.
//!
//! [`passes`] goes over the values until none is left that an earlier secret opens, and [`tally`]
//! counts them.

mod passes;
mod tally;

use std::{collections::BTreeMap, path::Path, process::ExitCode, sync::Arc, time::Duration};

use clap::Args;
use domain::vault::Vault;

use self::{
    passes::{Pacing, Passes},
    tally::Tally,
};
use super::{
    fail,
    output::{described, print},
    signals::StopSignals,
};
use crate::{
    config::{
        database_url::DatabaseUrl, encryption::Encryption, log::LogFormat, raw::Raw,
        reader::Reader, storage::Storage,
    },
    store::{
        database::MaintenanceDatabase, migrations::Version, postgres::PostgresMaintenance,
        repository::rotation::Rotation, sqlite::SqliteMaintenance,
    },
    telemetry,
};

/// The arguments of the command.
#[derive(Args, Debug)]
#[command(after_help = "\
Steps, with nobody signed out:
  1. Set ENCRYPTION_SECRET to the new secret and ENCRYPTION_SECRET_PREVIOUS to the earlier one.
  2. Restart the server.
  3. snyk-app rotate-encryption
  4. Remove ENCRYPTION_SECRET_PREVIOUS, and restart the server.

The exit code is 0 if every value is encrypted with ENCRYPTION_SECRET (with --dry-run: can be), else 1.
After an interruption, run it again.")]
pub(super) struct RotateEncryption {
    /// Change nothing: count the values that each secret opens, and those that none opens.
    #[arg(long)]
    dry_run: bool,
    /// Print the result as JSON, and no progress.
    #[arg(long)]
    json: bool,
    /// How many values to replace at once, for which writes of the server wait.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    batch_size: u32,
    /// How long to pause after each batch, in milliseconds; by default three times as long as the
    /// batch took.
    #[arg(long, value_name = "MILLISECONDS")]
    pause: Option<u64>,
}

/// Runs the command until its end, or until a stop signal. Whatever is in the database then is
/// complete, and the next run continues.
pub(super) async fn run(args: &RotateEncryption) -> ExitCode {
    telemetry::start("warn", LogFormat::Text);
    let mut stop_signals = match StopSignals::listen() {
        Ok(stop_signals) => stop_signals,
        Err(error) => return fail(&format!("signals cannot be taken over ({error})")),
    };
    let mut tally = Tally::new(args.dry_run);
    let problem = tokio::select! {
        done = rotate(args, &mut tally) => done.err(),
        (_, signal) = stop_signals.next() => {
            Some(format!("stopped by {signal}; nothing is lost: run it again to continue"))
        }
    };
    let is_done = problem.is_none();
    let printed = if args.json {
        print(format!("{}\n", tally.to_json(problem.as_deref())).as_bytes())
    } else if is_done || tally.has_values() {
        print(format!("{tally}\n").as_bytes())
    } else {
        ExitCode::SUCCESS
    };
    match problem {
        Some(problem) => fail(&problem),
        None => printed,
    }
}

/// Runs the command. The error says what the operator can do.
async fn rotate(args: &RotateEncryption, tally: &mut Tally) -> Result<(), String> {
    let raw = Raw::read(Path::new(".env"), BTreeMap::new()).map_err(|error| error.to_string())?;
    let mut reader = Reader::new(&raw);
    let encryption = Encryption::read(&mut reader);
    let storage = Storage::read(&mut reader);
    let problems = reader.finish();
    let (Some(encryption), Some(storage), true) = (encryption, storage, problems.is_empty()) else {
        return Err(problems.into_report().to_string());
    };
    for warning in problems.into_warnings() {
        tracing::warn!("{warning}");
    }
    let vault = Arc::new(Vault::new(&encryption.secret, &encryption.previous));
    match &storage.database_url {
        DatabaseUrl::Sqlite(path) => {
            let database = SqliteMaintenance::open(path).await;
            let database = database.map_err(|error| error.to_string())?;
            rotate_in(database, vault, args, tally).await
        }
        DatabaseUrl::Postgres(url) => {
            let database = PostgresMaintenance::open(url.options().clone()).await;
            let database = database.map_err(|error| error.to_string())?;
            rotate_in(database, vault, args, tally).await
        }
    }
}

async fn rotate_in<D: MaintenanceDatabase>(
    database: D,
    vault: Arc<Vault>,
    args: &RotateEncryption,
    tally: &mut Tally,
) -> Result<(), String> {
    match database
        .version()
        .await
        .map_err(|error| described(&error))?
    {
        Version::Same => {}
        Version::Earlier => {
            return Err(
                "the database is not up to date: start the server of this version, which migrates \
                 it, and run this again"
                    .to_owned(),
            );
        }
        Version::Other => {
            return Err(
                "the database was migrated by another version: run this with the version of the \
                 server"
                    .to_owned(),
            );
        }
    }
    let rotation = Rotation::new(database, vault);
    let passes = Passes {
        rotation: &rotation,
        pacing: Pacing {
            batch_size: args.batch_size,
            pause: args.pause.map(Duration::from_millis),
        },
        is_quiet: args.json,
    };
    let done = passes.run(tally).await;
    rotation.database().close().await;
    done.map_err(|error| described(&error))
}
