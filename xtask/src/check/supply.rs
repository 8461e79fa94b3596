//! Checks dependencies according to `deny.toml`: advisories, licences, sources and banned crates.

use std::{path::Path, process::Command, time::Duration};

use anyhow::Result;

use crate::{
    process, tools,
    ui::{self, Steps},
    workspace::Workspace,
};

/// Timeout of the fetch of the advisory database. The database is a small repository, and a network
/// that drops packets should not block anyone for longer.
const FETCH_TIMEOUT: Duration = Duration::from_mins(2);

/// Runs two steps, and a third if the advisory database is available.
pub(super) fn check(workspace: &Workspace, steps: &mut Steps) {
    let Some(folder) = steps.step("Tool for the supply chain", tools::cargo_deny) else {
        return steps.not_run("Licences, sources, banned crates", "cargo-deny is missing");
    };
    steps.step("Licences, sources, banned crates", || {
        process::run(deny(workspace, &folder).args(["check", "bans", "licenses", "sources"]))
    });
    if fetch(workspace, &folder).is_ok() {
        steps.step("Advisories", || {
            let mut command = deny(workspace, &folder);
            process::run(command.args(["check", "--disable-fetch", "advisories"]))
        });
    } else {
        ui::warning("ADVISORIES WERE NOT CHECKED: their database (github.com/rustsec/advisory-db)");
        ui::warning("cannot be fetched from here. Run this once more where it can.");
        steps.warn("Advisories: NOT CHECKED, their database cannot be fetched from here");
    }
}

fn fetch(workspace: &Workspace, folder: &Path) -> Result<()> {
    ui::doing("Fetching the database of advisories");
    let log = workspace.notes()?.join("advisories.log");
    let mut command = deny(workspace, folder);
    command.args(["fetch", "db"]);
    process::run_logged(&mut command, "fetching advisories", &log, FETCH_TIMEOUT)
}

fn deny(workspace: &Workspace, folder: &Path) -> Command {
    workspace.command(folder.join("cargo-deny"))
}
