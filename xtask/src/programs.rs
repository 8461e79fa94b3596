//! Builds the workspace's programs and locates them. `CARGO_TARGET_DIR`, `CARGO_BUILD_TARGET` and
//! cargo's configuration change the location, so it is taken from cargo's own output.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{process, workspace::Workspace};

/// Paths of programs, by name.
#[derive(Debug)]
pub(crate) struct Programs(BTreeMap<String, PathBuf>);

impl Programs {
    /// Returns the path of a program.
    pub(crate) fn get(&self, name: &str) -> Result<&Path> {
        let path = self.0.get(name).map(PathBuf::as_path);
        path.with_context(|| format!("cargo built no program {name}"))
    }
}

/// Builds packages, each with only its own features, and locates their programs.
pub(crate) fn build(workspace: &Workspace, packages: &[&str], release: bool) -> Result<Programs> {
    build_with(workspace, packages, |command| {
        if release {
            command.arg("--release");
        }
    })
}

/// Does the same, with more options of cargo.
pub(crate) fn build_with(
    workspace: &Workspace,
    packages: &[&str],
    add_options: impl FnOnce(&mut Command),
) -> Result<Programs> {
    let mut command = workspace.cargo();
    command.args(["build", "--message-format", "json-render-diagnostics"]);
    for name in packages {
        command.args(["--package", name]);
    }
    add_options(&mut command);
    // A file instead of a pipe, so that the code that waits for cargo need not read a pipe
    // meanwhile.
    let path = workspace
        .notes()?
        .join(format!("programs-{}.json", std::process::id()));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let built = process::run(command.stdout(file));
    let messages = fs::read_to_string(&path);
    let _ = fs::remove_file(&path);
    built?;
    let messages = messages.with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Programs(programs_in(&messages)))
}

/// Returns the programs that cargo's messages name.
fn programs_in(messages: &str) -> BTreeMap<String, PathBuf> {
    let messages = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let program = message["executable"].as_str()?;
        let name = message["target"]["name"].as_str()?;
        Some((name.to_owned(), PathBuf::from(program)))
    });
    messages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_where_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"shared"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"snyk-app"},"executable":"/t/x86_64-unknown-linux-gnu/debug/snyk-app"}
not JSON, as a build script may print
{"reason":"build-finished","success":true}
"#;
        let programs = Programs(programs_in(messages));
        let path = programs.get("snyk-app").unwrap();
        assert_eq!(
            path,
            Path::new("/t/x86_64-unknown-linux-gnu/debug/snyk-app")
        );
        assert!(programs.get("shared").is_err());
    }
}
