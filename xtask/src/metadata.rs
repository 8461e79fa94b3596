//! The workspace packages, as reported by `cargo metadata`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The packages of this repository, and the build directory.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// Cargo's target directory.
    pub(crate) target_directory: PathBuf,
    /// The workspace packages.
    pub(crate) packages: Vec<Package>,
}

/// A workspace package.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// The dependencies on other workspace packages, including dev-dependencies.
    pub(crate) ours: Vec<Dependency>,
    /// The names of the targets of kind `test`.
    pub(crate) test_targets: Vec<String>,
}

/// A dependency on another workspace package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The name of the other package.
    pub(crate) name: String,
    /// Whether this is a dev-dependency.
    pub(crate) for_tests: bool,
}

impl Metadata {
    /// Parses the output of `cargo metadata --no-deps`.
    pub(crate) fn parse(json: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(json)?;
        let target_directory = text(&value["target_directory"])?.into();
        let packages = list(&value["packages"])?
            .iter()
            .map(package)
            .collect::<Result<_>>()?;
        Ok(Self {
            target_directory,
            packages,
        })
    }

    /// Returns a package by name.
    pub(crate) fn package(&self, name: &str) -> Result<&Package> {
        let found = self.packages.iter().find(|package| package.name == name);
        found.with_context(|| format!("the workspace has no package {name}"))
    }
}

fn package(value: &Value) -> Result<Package> {
    let mut package = Package {
        name: text(&value["name"])?.to_owned(),
        ..Package::default()
    };
    for dependency in list(&value["dependencies"])? {
        // Only a dependency within the workspace has a path.
        if !dependency["path"].is_null() {
            package.ours.push(Dependency {
                name: text(&dependency["name"])?.to_owned(),
                for_tests: dependency["kind"] == "dev",
            });
        }
    }
    for target in list(&value["targets"])? {
        let kinds = list(&target["kind"])?;
        if kinds.iter().any(|kind| kind == "test") {
            package.test_targets.push(text(&target["name"])?.to_owned());
        }
    }
    Ok(package)
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("a text is missing")
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("a list is missing")
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{
        "target_directory": "/t",
        "packages": [{
            "name": "login",
            "dependencies": [
                {"name": "shared", "kind": null, "path": "/r/shared"},
                {"name": "bed", "kind": "dev", "path": "/r/bed"},
                {"name": "serde", "kind": null}
            ],
            "targets": [
                {"name": "login", "kind": ["cdylib", "rlib"]},
                {"name": "browser", "kind": ["test"]}
            ]
        }]
    }"#;

    #[test]
    fn our_own_dependencies_are_told_from_the_world_s() {
        let metadata = Metadata::parse(JSON).unwrap();
        let login = metadata.package("login").unwrap();
        let names = login
            .ours
            .iter()
            .map(|one| (one.name.as_str(), one.for_tests));
        assert_eq!(
            names.collect::<Vec<_>>(),
            [("shared", false), ("bed", true)]
        );
        assert_eq!(login.test_targets, ["browser"]);
    }

    #[test]
    fn an_unknown_package_and_a_broken_text_are_errors() {
        assert!(Metadata::parse(JSON).unwrap().package("backend").is_err());
        assert!(Metadata::parse("{}").is_err());
        assert!(Metadata::parse("").is_err());
    }
}
