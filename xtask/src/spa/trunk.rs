//! Compiles the application and writes the document, with Trunk and the tools that it needs.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use super::{APPLICATION, form::Form, split};
use crate::{environment, path_prefixes, process, tools, workspace::Workspace};

/// The section of cargo's configuration with the compiler's options for the page.
const SECTION: &str = "[target.wasm32-unknown-unknown]";

/// Builds the page into a folder, whose former contents are removed. The files have no hashes in
/// their names yet, because later stages change them.
pub(super) fn build(workspace: &Workspace, form: Form, folder: &Path) -> Result<()> {
    tools::wasm_target(workspace)?;
    let folders = [tools::trunk()?, tools::wasm_bindgen(workspace)?];
    let mut command = workspace.command(folders[0].join("trunk"));
    command.args(["build", "--offline", "--skip-version-check"]);
    command.args(["--filehash", "false", "--dist"]).arg(folder);
    if form == Form::Shipped {
        command.arg("--release");
    }
    command.args(["--cargo-profile", form.profile()]);
    set_flags(workspace, form, &mut command)?;
    command.env(
        "PATH",
        environment::path_with(folders.iter().map(PathBuf::as_path))?,
    );
    // Trunk rejects any value except `true` and `false`, but `1` is the usual one.
    command.env_remove("NO_COLOR");
    process::run(&mut command)?;
    if !folder.join("index.html").is_file() {
        bail!("Trunk made no {}", folder.join("index.html").display());
    }
    Ok(())
}

/// Compiles the crates of the application with the options that Trunk's own call of cargo has, which
/// then has nothing to compile.
pub(super) fn compile_ahead(workspace: &Workspace, form: Form) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["build", "--target", tools::WASM, "--package", APPLICATION]);
    command.args(["--profile", form.profile()]);
    set_flags(workspace, form, &mut command)?;
    process::run(&mut command)
}

fn set_flags(workspace: &Workspace, form: Form, command: &mut Command) -> Result<()> {
    if form == Form::Shipped {
        let mut flags = configured_flags(&workspace.read(".cargo/config.toml")?)?;
        flags.extend(split::FLAGS.map(str::to_owned));
        let flags = path_prefixes::encoded_rustflags(workspace, flags)?;
        command.env("CARGO_ENCODED_RUSTFLAGS", flags);
    }
    Ok(())
}

/// Returns the compiler's options for the page from the text of cargo's configuration, because
/// `CARGO_ENCODED_RUSTFLAGS` replaces them.
fn configured_flags(config: &str) -> Result<Vec<String>> {
    let (_, section) = config
        .split_once(SECTION)
        .with_context(|| format!("cargo's configuration has no {SECTION}"))?;
    let flags = section
        .lines()
        .find_map(|line| line.strip_prefix("rustflags = "))
        .with_context(|| format!("{SECTION} has no rustflags in one line"))?;
    // A list of plain strings is written in TOML as in JSON.
    serde_json::from_str(flags).with_context(|| format!("cannot read {flags}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_of_the_configuration_are_kept() {
        let config = include_str!("../../../.cargo/config.toml");
        assert_eq!(
            configured_flags(config).unwrap(),
            ["--cfg", "erase_components"]
        );
        for wrong in [
            "",
            SECTION,
            "[target.wasm32-unknown-unknown]\nrustflags = x",
        ] {
            assert!(configured_flags(wrong).is_err(), "{wrong}");
        }
    }
}
