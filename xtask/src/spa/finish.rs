//! Makes the Wasm and its script small: removes what nothing uses, optimizes, shortens names and
//! minifies.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use super::{
    exports::{self, Unused},
    short_names,
    wasm::Module,
};
use crate::{environment, process, tools, workspace::Workspace};

/// The features that rustc uses, by the names that wasm-opt gives them, and what it removes. They are
/// listed because `--all-features` permits features that browsers reject. wasm-opt strips the file: if
/// it were stripped earlier, wasm-bindgen could not detect its features.
const WASM_FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--strip-debug",
    "--strip-producers",
];

/// Makes a module small: `NAME_bg.wasm` and `NAME.js` in a folder, as wasm-bindgen wrote them. The
/// script is not minified yet. `imported` are exports that another Wasm imports.
pub(super) fn shrink(
    workspace: &Workspace,
    folder: &Path,
    name: &str,
    unused: Unused,
    imported: &[String],
) -> Result<()> {
    let wasm = folder.join(format!("{name}_bg.wasm"));
    let script = folder.join(format!("{name}.js"));
    change(&wasm, &script, |module, script| {
        exports::remove(unused, imported, module, script)
    })?;
    optimize(workspace, &wasm)?;
    change(&wasm, &script, short_names::shorten)
}

/// Changes a Wasm file and its script.
pub(super) fn change(
    wasm: &Path,
    script: &Path,
    change: impl FnOnce(&mut Module, &mut String) -> Result<()>,
) -> Result<()> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("no {}", path.display()));
    let mut module = Module::parse(&read(wasm)?)?;
    let mut text = String::from_utf8(read(script)?).context("a script is not text")?;
    change(&mut module, &mut text).with_context(|| format!("in {}", script.display()))?;
    write(wasm, &module.to_bytes())?;
    write(script, text.as_bytes())
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Optimizes a Wasm file in its place, and removes what only debuggers read.
pub(super) fn optimize(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let folder = tools::wasm_opt()?;
    let mut command = workspace.command(folder.join("wasm-opt"));
    // `wasm-opt` from npm is a script that starts Node.js.
    command.env("PATH", environment::path_with([folder.as_path()])?);
    command
        .args(["-Oz", "--converge"])
        .args(WASM_FEATURES)
        .arg(wasm)
        .arg("--output")
        .arg(wasm);
    process::run(&mut command)
}

/// Minifies a script in its place. The minifier is a separate program, because it is slow to
/// compile.
pub(super) fn minify(workspace: &Workspace, script: &Path) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--package", "xtask"]);
    command.args(["--features", "minify", "--bin", "minify", "--"]);
    process::run(command.arg(script))
}
