//! Builds the examples of the npm package, as a server serves them.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{NAME, build as build_package, copy, empty};
use crate::{environment, process, tools, workspace::Workspace};

/// The folder of the examples.
const SOURCES: &str = "examples";
/// The sources of the example with a build step. Everything else there is made from them.
const REACT: [&str; 5] = [
    "index.html",
    "package.json",
    "src",
    "tsconfig.json",
    "vite.config.ts",
];

/// Makes the package and builds both examples with it, and returns a folder that has the package
/// under its name, the examples' pages as `page` and `react/dist`, and `node_modules`.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.notes()?.join(SOURCES);
    empty(&folder)?;
    let package = build_package(workspace, &folder)?;
    let sources = workspace.root.join(SOURCES);
    copy(&sources.join("page"), &folder.join("page"))?;
    copy(&package, &folder.join("page").join(NAME))?;

    let node = tools::node(workspace)?.program;
    let modules = tools::modules_of_example(workspace)?;
    let react = folder.join("react");
    for name in REACT {
        copy(&sources.join("react").join(name), &react.join(name))?;
    }
    // Packages are looked up in the folder, and then in the one around it, whose link to the package
    // leads nowhere.
    copy(&package, &react.join("node_modules").join(NAME))?;
    std::os::unix::fs::symlink(&modules, folder.join("node_modules"))
        .context("cannot link the packages of the example")?;
    let programs = modules.join(".bin");
    let node = node.parent().context("Node.js has no folder")?;
    for (program, arguments) in [("tsc", &[][..]), ("vite", &["build"])] {
        let mut command = process::command(programs.join(program));
        command.env("PATH", environment::path_with([node])?);
        process::run(command.args(arguments).current_dir(&react))?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_source_of_the_example_is_built() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/react");
        for entry in fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let is_known = REACT.contains(&name.as_str());
            let is_made = ["package-lock.json", "node_modules", "dist", "README.md"];
            assert!(is_known || is_made.contains(&name.as_str()), "{name}");
        }
    }
}
