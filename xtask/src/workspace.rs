//! The repository: its location, its lock file, and cargo commands in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{environment, metadata::Metadata, process};

/// The repository in which this program was started.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The root folder.
    pub(crate) root: PathBuf,
    /// Cargo's target directory.
    pub(crate) target: PathBuf,
    /// The output of `cargo metadata`.
    pub(crate) metadata: Metadata,
}

impl Workspace {
    /// Finds the repository and reads cargo's metadata.
    pub(crate) fn open() -> Result<Self> {
        // `cargo run` sets the package's location; a binary started directly uses the location of
        // its build.
        let package = environment::variable("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package
            .parent()
            .context("this package has no folder around it")?
            .to_path_buf();
        let mut command = cargo_in(&root);
        let json = process::output(command.args(["metadata", "--format-version=1", "--no-deps"]))?;
        let metadata = Metadata::parse(&json).context("cannot read cargo's metadata")?;
        Ok(Self {
            root,
            target: metadata.target_directory.clone(),
            metadata,
        })
    }

    /// Returns a command of the cargo that runs this program, in the repository.
    pub(crate) fn cargo(&self) -> Command {
        cargo_in(&self.root)
    }

    /// Returns a command of another program, in the repository.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = process::command(program);
        command.current_dir(&self.root);
        command
    }

    /// Reads a file in the repository as text.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> Result<String> {
        let path = self.root.join(path);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// Returns the version of a package in Cargo.lock.
    pub(crate) fn locked(&self, package: &str) -> Result<String> {
        let lock = self.read("Cargo.lock")?;
        locked_version(&lock, package)
            .map(str::to_owned)
            .with_context(|| format!("Cargo.lock names no package {package}"))
    }

    /// Returns a folder for this program's own files, separate from cargo's.
    pub(crate) fn notes(&self) -> Result<PathBuf> {
        let folder = self.target.join("xtask");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }
}

fn cargo_in(root: &Path) -> Command {
    let cargo = environment::variable("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = process::command(cargo);
    command.current_dir(root);
    command
}

/// Returns the version of a package in the text of a Cargo.lock.
///
/// Parsing by line is sufficient: cargo generates the file with each key on its own line, and the
/// version directly after the name.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "wasm-bindgen-futures"
version = "0.4.1"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
"#;

    #[test]
    fn the_locked_version_is_that_of_the_very_package() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm-bindgen-futures"), Some("0.4.1"));
    }

    #[test]
    fn a_package_that_is_not_locked_has_no_version() {
        assert_eq!(locked_version(LOCK, "wasm"), None);
        assert_eq!(locked_version("", "wasm-bindgen"), None);
        assert_eq!(locked_version("name = \"wasm\"", "wasm"), None);
    }
}
