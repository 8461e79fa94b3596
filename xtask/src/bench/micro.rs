//! Runs the micro-benchmarks: on the host by criterion, and in a browser by `wasm-bindgen-test`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use bench_options::Micro;

use crate::{browser, environment, process, tools, ui, workspace::Workspace};

/// Where the output of the browser's part is, in the folder of criterion's estimates.
const OUTPUT: &str = "browser.txt";

/// Runs them, and returns the folder with the results.
pub(super) fn measure(workspace: &Workspace, options: &Micro) -> Result<PathBuf> {
    let home = workspace.target.join("criterion");
    // Results of benchmarks that this run does not measure would be reported as measured.
    if home.is_dir() {
        fs::remove_dir_all(&home).with_context(|| format!("cannot remove {}", home.display()))?;
    }
    fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    ui::doing("Micro-benchmarks of the backend");
    let mut command = workspace.cargo();
    command.args(["bench", "--package", "micro", "--bench", "host", "--"]);
    process::run(command.args(&options.filter).env("CRITERION_HOME", &home))?;
    if options.without_browser().is_none() {
        in_browser(workspace, &home)?;
    }
    Ok(home)
}

fn in_browser(workspace: &Workspace, home: &Path) -> Result<()> {
    tools::wasm_target(workspace)?;
    let wasm_bindgen = tools::wasm_bindgen(workspace)?;
    let browser = browser::find_or_install()?;
    ui::doing("PKCE in Chromium, Wasm beside crypto.subtle (a minute)");
    let path = home.join(OUTPUT);
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut command = workspace.cargo();
    command.args(["bench", "--target", tools::WASM]);
    command.args(["--package", "micro", "--bench", "pkce"]);
    let ran = process::run(
        command
            .env("PATH", environment::path_with([wasm_bindgen.as_path()])?)
            .env("CHROMEDRIVER", &browser.driver)
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
            .stdout(file),
    );
    ui::plain(&fs::read_to_string(&path).unwrap_or_default());
    ran
}
