//! What `cargo metadata` says of our own packages.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The packages of this repository, and where they are built.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// Where cargo builds.
    pub(crate) target_directory: PathBuf,
    /// Our packages.
    pub(crate) packages: Vec<Package>,
}

/// One of our packages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its dependencies in this repository: those of development too.
    pub(crate) ours: Vec<Dependency>,
    /// The names of its tests of kind `test`.
    pub(crate) test_targets: Vec<String>,
}

/// A dependency on another package of this repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The other package's name.
    pub(crate) name: String,
    /// Whether only tests use it.
    pub(crate) for_tests: bool,
}

impl Metadata {
    /// Reads what `cargo metadata --no-deps` prints.
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

    /// A package by its name.
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
        // Only a dependency of ours has a path.
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
