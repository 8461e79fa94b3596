//! Runs the micro-benchmarks: on the host by criterion, and in a browser by `wasm-bindgen-test`.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use bench_options::Micro;

use crate::{browser, environment, process, tools, ui, workspace::Workspace};

/// Runs them, and returns the folder where criterion wrote its estimates.
pub(super) fn measure(workspace: &Workspace, options: &Micro) -> Result<PathBuf> {
    let filter: Vec<&str> = options.filter.as_deref().into_iter().collect();
    let home = workspace.target.join("criterion");
    // Estimates of benchmarks that this run does not measure would be reported as measured.
    if home.is_dir() {
        fs::remove_dir_all(&home).with_context(|| format!("cannot remove {}", home.display()))?;
    }
    ui::doing("Micro-benchmarks of the backend");
    let mut command = workspace.cargo();
    command.args(["bench", "--package", "micro", "--bench", "host", "--"]);
    process::run(command.args(&filter).env("CRITERION_HOME", &home))?;
    if options.no_wasm {
        ui::warning("PKCE in a browser is not measured: --no-wasm");
    } else {
        in_browser(workspace, &filter)?;
    }
    Ok(home)
}

fn in_browser(workspace: &Workspace, filter: &[&str]) -> Result<()> {
    tools::wasm_target(workspace)?;
    let wasm_bindgen = tools::wasm_bindgen(workspace)?;
    let browser = browser::find_or_install()?;
    ui::doing("PKCE in Chromium, Wasm beside crypto.subtle");
    let mut command = workspace.cargo();
    command.args(["bench", "--target", "wasm32-unknown-unknown"]);
    command.args(["--package", "micro", "--bench", "pkce", "--"]);
    process::run(
        command
            .args(filter)
            .env("PATH", environment::path_with([wasm_bindgen.as_path()])?)
            .env("CHROMEDRIVER", &browser.driver)
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300"),
    )
}
