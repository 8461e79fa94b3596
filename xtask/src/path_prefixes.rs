//! Paths of the build machine, and the names that replace them in what is released.
//!
//! The compiler writes paths of source files into messages of panics. They would tell whose machine
//! built a release, and make two builds of the same sources differ.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::{environment, process, workspace::Workspace};

/// Returns each folder of which the compiler could write the path, and its replacement. If one
/// folder is inside another, it comes after it, because the compiler applies the last one.
pub(crate) fn replacements(workspace: &Workspace) -> Result<Vec<(PathBuf, String)>> {
    let rustc = |arguments: &[&str]| process::output(workspace.command("rustc").args(arguments));
    let sysroot = PathBuf::from(rustc(&["--print", "sysroot"])?.trim());
    let version = rustc(&["--version", "--verbose"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .context("rustc does not tell its commit")?;
    let mut all = vec![
        (environment::cargo_home()?, "/cargo".to_owned()),
        (sysroot.clone(), "/rust".to_owned()),
        // Where the sources of the standard library are installed, rustc writes their path instead
        // of this one, which the distributed library has.
        (
            sysroot.join("lib/rustlib/src/rust"),
            format!("/rustc/{commit}"),
        ),
        (workspace.root.clone(), "/snyk-app".to_owned()),
        (workspace.target.clone(), "/snyk-app/target".to_owned()),
    ];
    all.sort_by_key(|(path, _)| path.components().count());
    Ok(all)
}

/// Returns options of the compiler and those for the replacements, for `CARGO_ENCODED_RUSTFLAGS`.
pub(crate) fn encoded_rustflags(workspace: &Workspace, mut options: Vec<String>) -> Result<String> {
    let replacements = replacements(workspace)?;
    options.extend(self::options("--remap-path-prefix", &replacements));
    // Separated by a character that no path contains.
    Ok(options.join("\u{1f}"))
}

/// Returns the compiler's options for the replacements, with the name of such an option.
pub(crate) fn options(name: &str, replacements: &[(PathBuf, String)]) -> Vec<String> {
    replacements
        .iter()
        .map(|(path, shown)| format!("{name}={}={shown}", path.display()))
        .collect()
}
