//! `cargo xtask package`: makes the npm package by which pages of others log in.
//!
//! # Design
//!
//! The package is compiled as a half of the door is, from the same crates and scripts: one module
//! and one Wasm, which the module finds beside itself. Nothing in it depends on the time or the
//! machine, and `npm pack` writes the same times into every archive.

pub(crate) mod examples;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::{
    dist::licenses,
    process, sizes,
    spa::{self, Bundle, Form},
    tools, ui,
    workspace::Workspace,
};

/// The name of the package, and of its folder.
const NAME: &str = "snyk-app-login";
/// The folder of the package's sources.
const SOURCES: &str = "frontend/package";
/// Where the package is made, below cargo's target directory.
const OUTPUT: &str = "package";
/// The most bytes of brotli of the files that a browser loads.
const BUDGET: &str = "xtask/package-budget.txt";
/// The files that a browser loads.
const LOADED: [&str; 2] = ["index.js", "login.wasm"];

const BUNDLE: Bundle = Bundle {
    name: "login",
    package: "login-package",
    scripts: &[
        "frontend/door/requests.js",
        "frontend/door/begin.js",
        "frontend/door/callback/exchange.js",
        "frontend/package/index.js",
    ],
};

/// Where to put the package.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Make the package in this folder.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Build the examples too, as the tests serve them.
    #[arg(long)]
    examples: bool,
}

/// Makes the package and its archive, and prints their sizes.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::open()?;
    let out = match &arguments.out {
        Some(folder) => std::path::absolute(folder)
            .with_context(|| format!("{} is no folder", folder.display()))?,
        None => workspace.target.join(OUTPUT),
    };
    let folder = build(&workspace, &out)?;
    let archive = pack(&folder, &out)?;
    ui::note(&format!("package: {}", folder.display()));
    ui::note(&format!("archive: {}", archive.display()));
    if arguments.examples {
        let folder = examples::build(&workspace)?;
        ui::note(&format!("examples: {}", folder.display()));
    }
    Ok(())
}

/// Makes the package in its folder below `out`, and returns that folder. Fails if it is too large.
pub(crate) fn build(workspace: &Workspace, out: &Path) -> Result<PathBuf> {
    let [compiled] = &spa::compile(workspace, Form::Shipped, &[BUNDLE])?[..] else {
        anyhow::bail!("the package is not one bundle");
    };
    let folder = out.join(NAME);
    empty(&folder)?;
    let write = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
    };
    write("index.js", &compiled.script)?;
    write("login.wasm", &compiled.wasm)?;
    let source = |name: &str| workspace.read(Path::new(SOURCES).join(name));
    write("package.json", filled(&source("package.json")?)?.as_bytes())?;
    for name in ["index.d.ts", "README.md"] {
        write(name, source(name)?.as_bytes())?;
    }
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        write(name, workspace.read(name)?.as_bytes())?;
    }
    let licenses = [(BUNDLE.package, tools::WASM)];
    let licenses = licenses::of_dependencies(workspace, &licenses)?;
    write("LICENSES-OF-DEPENDENCIES.txt", licenses.as_bytes())?;
    spa::check_paths(workspace, &folder)?;
    weigh(workspace, &folder)?;
    Ok(folder)
}

/// Returns a `package.json` with the version and the licence of the workspace.
fn filled(template: &str) -> Result<String> {
    let mut text = template.to_owned();
    for (name, value) in [
        ("version", env!("CARGO_PKG_VERSION")),
        ("license", env!("CARGO_PKG_LICENSE")),
    ] {
        let place = format!("\"{name}\": \"\"");
        ensure!(
            text.matches(&place).count() == 1,
            "package.json must contain exactly once: {place}"
        );
        text = text.replace(&place, &format!("\"{name}\": \"{value}\""));
    }
    Ok(text)
}

/// Prints the sizes of the files that a browser loads, and fails if they are above the budget.
fn weigh(workspace: &Workspace, folder: &Path) -> Result<()> {
    let scratch = workspace.notes()?.join("package-sizes");
    empty(&scratch)?;
    for name in LOADED {
        copy(&folder.join(name), &scratch.join(name))?;
    }
    spa::compress(workspace, &[&scratch])?;
    let size = |name: String| {
        let path = scratch.join(name);
        let file = fs::metadata(&path);
        file.map(|file| file.len())
            .with_context(|| format!("cannot read {}", path.display()))
    };
    let mut together = 0;
    for name in LOADED {
        let (raw, brotli) = (size(name.to_owned())?, size(format!("{name}.br"))?);
        together += brotli;
        let (raw, brotli) = (sizes::grouped(raw), sizes::grouped(brotli));
        ui::note(&format!("{name}: {raw} bytes, {brotli} of brotli"));
    }
    sizes::hold_budget(workspace, "what a browser loads, brotli", together, BUDGET)
}

/// Makes the archive of the package with npm, and returns its path.
fn pack(folder: &Path, out: &Path) -> Result<PathBuf> {
    tools::npm()?;
    let mut command = process::command("npm");
    command.args(["pack", "--ignore-scripts", "--silent", "--pack-destination"]);
    let name = process::output(command.arg(out).current_dir(folder))?;
    Ok(out.join(name.trim()))
}

/// Copies a file or a folder.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in spa::files(from)? {
        let target = match file.strip_prefix(from)? {
            name if name.as_os_str().is_empty() => to.to_path_buf(),
            name => to.join(name),
        };
        let folder = target.parent().unwrap_or(to);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::copy(&file, &target).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

/// Makes an empty folder.
fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_has_the_version_and_the_licence_of_the_workspace() {
        let template = include_str!("../../frontend/package/package.json");
        let package: serde_json::Value = serde_json::from_str(&filled(template).unwrap()).unwrap();
        assert_eq!(package["name"], NAME);
        assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(package["license"], "MIT OR Apache-2.0");
        assert!(filled("{\"version\": \"\"}").is_err());
    }
}
