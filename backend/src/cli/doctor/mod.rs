//! The `doctor` command: says what is wrong, and how to mend it, before people notice.
//!
//! Each check is a function from what it needs to its [`Finding`]s, in the file of its subject. Checks
//! of an invalid section are left out, since the configuration check reports it. **To add a check,
//! call it in [`examine`].**

mod configuration;
mod database;
mod finding;
mod network;
mod origins;
mod page;
mod permissions;
mod registration;
mod report;

use std::{collections::BTreeMap, path::Path, process::ExitCode, sync::Arc};

use clap::Args;
use domain::vault::Vault;

use self::{
    finding::{Finding, Status},
    report::Report,
};
use super::{output::print, signals::StopSignals};
use crate::{
    config::{Sections, database_url::DatabaseUrl, log::LogFormat, raw::Raw, reader::Reader},
    telemetry,
};

/// The arguments of the command.
#[derive(Args, Debug)]
#[command(after_help = "\
It reads the same environment and .env as the server, changes nothing, and runs beside a server.

The exit code is 0 if nothing fails, although there may be warnings, and 1 if something fails.")]
pub(super) struct Doctor {
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) async fn run(args: &Doctor) -> ExitCode {
    // The findings tell what the log would.
    telemetry::start("off", LogFormat::Text);
    let mut stop_signals = match StopSignals::listen() {
        Ok(stop_signals) => stop_signals,
        Err(error) => return super::fail(&format!("signals cannot be taken over ({error})")),
    };
    let findings = tokio::select! {
        findings = examine() => findings,
        (_, signal) = stop_signals.next() => {
            return super::fail(&format!("stopped by {signal}"));
        }
    };
    let has_failed = findings
        .iter()
        .any(|finding| finding.status == Status::Fail);
    let report = Report(&findings);
    let text = if args.json {
        report.to_json()
    } else {
        report.to_text(report::is_colored())
    };
    let printed = print(text.as_bytes());
    if has_failed {
        ExitCode::FAILURE
    } else {
        printed
    }
}

/// Runs all checks, in the order in which they are reported.
async fn examine() -> Vec<Finding> {
    let mut findings = Vec::new();
    let raw = Raw::read(Path::new(".env"), BTreeMap::new()).or_else(|error| {
        findings.push(configuration::unreadable(&error));
        // The variables of the environment can be checked all the same.
        Raw::read(Path::new(""), BTreeMap::new())
    });
    let Ok(raw) = raw else { return findings };
    let mut reader = Reader::new(&raw);
    let sections = Sections::read(&mut reader);
    let problems = reader.finish();
    findings.extend(configuration::check(&problems, &raw));
    findings.extend(permissions::env_file(&raw));

    let database_url = sections
        .storage
        .as_ref()
        .map(|storage| &storage.database_url);
    let vault = sections
        .encryption
        .as_ref()
        .map(|encryption| Arc::new(Vault::new(&encryption.secret, &encryption.previous)));
    let database = async {
        let Some(url) = database_url else {
            return Vec::new();
        };
        let mut findings = database::check(url, vault).await;
        if let DatabaseUrl::Sqlite(path) = url {
            findings.extend(permissions::database(path));
        }
        findings
    };
    let network = async {
        match &sections.provider {
            Some(provider) => network::check(provider).await,
            None => Vec::new(),
        }
    };
    // Each waits for something else.
    let (database, network, registration) =
        tokio::join!(database, network, registration::check(&raw, &sections));
    findings.extend(database);
    findings.extend(network);
    findings.extend(registration);
    if let Some(server) = &sections.server {
        findings.extend(origins::check(server));
        findings.extend(page::check(server));
    }
    findings
}
