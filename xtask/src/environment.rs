//! Access to the environment. This is the only file in this package that reads it.
#![expect(
    clippy::disallowed_methods,
    reason = "a task runner is configured by the environment that it runs in, not by the app's configuration"
)]

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

/// Returns a variable if it is set and not empty.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Iterates over all variables, for the `.env` parser that the app uses too.
pub(crate) fn all() -> impl Iterator<Item = (OsString, OsString)> {
    env::vars_os()
}

/// Returns the folder of the tools that this program installs, separate from the user's own.
pub(crate) fn tools_folder() -> Result<PathBuf> {
    let cache = match variable("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => env::home_dir()
            .context("neither XDG_CACHE_HOME nor HOME is set: no place to keep tools in")?
            .join(".cache"),
    };
    Ok(cache.join("snyk-app/tools"))
}

/// Returns the folder in which cargo keeps the sources of crates.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    match variable("CARGO_HOME") {
        Some(folder) => Ok(folder.into()),
        None => Ok(env::home_dir()
            .context("neither CARGO_HOME nor HOME is set")?
            .join(".cargo")),
    }
}

/// Returns the user's home folder.
pub(crate) fn home() -> Option<PathBuf> {
    env::home_dir()
}

/// Iterates over all files of this name on the PATH, in the order of the PATH.
pub(crate) fn on_path(name: &str) -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let name = name.to_owned();
    env::split_paths(&path)
        .map(move |folder| folder.join(&name))
        .filter(|file| file.is_file())
        .collect::<Vec<_>>()
        .into_iter()
}

/// Returns the PATH with folders prepended.
pub(crate) fn path_with<'a>(folders: impl IntoIterator<Item = &'a Path>) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = folders.into_iter().map(Path::to_path_buf);
    env::join_paths(folders.chain(env::split_paths(&path)))
        .context("a tool's folder has a name that cannot stand in PATH")
}

/// Removes the variables that `cargo run` set to describe this program.
///
/// Build scripts watch `CARGO_PKG_*` and `CARGO_MANIFEST_*` (that of `ring` does). If they were
/// kept, these crates would be recompiled at every switch between `cargo` and `cargo xtask`.
pub(crate) fn remove_cargo_variables(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if tells_of_own_package(&name) {
            command.env_remove(name);
        }
    }
}

fn tells_of_own_package(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || matches!(name, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "OUT_DIR")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_says_of_this_package_is_taken_away() {
        for name in [
            "CARGO_PKG_NAME",
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
        ] {
            assert!(tells_of_own_package(OsStr::new(name)), "{name}");
        }
        for name in [
            "CARGO_TARGET_DIR",
            "CARGO_HOME",
            "CARGO",
            "PATH",
            "RUSTFLAGS",
        ] {
            assert!(!tells_of_own_package(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn folders_come_before_the_path() {
        let path = path_with([Path::new("/one"), Path::new("/two")]).unwrap();
        assert!(path.to_str().unwrap().starts_with("/one:/two:"));
    }
}
