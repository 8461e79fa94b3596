//! The licence texts of all crates in what is released, which have to be distributed with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{process, workspace::Workspace};

/// Beginnings of the names of files that contain a licence.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
/// Folders of such files.
const FOLDERS: [&str; 2] = ["LICENSES", "LICENSE"];

/// A crate of the registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Crate {
    name: String,
    version: String,
    license: String,
    folder: PathBuf,
}

/// Returns each licence text of the dependencies of packages, which are compiled for a target each,
/// once, below the names of the crates that it belongs to.
pub(crate) fn of_dependencies(workspace: &Workspace, packages: &[(&str, &str)]) -> Result<String> {
    let mut wanted = BTreeSet::new();
    for &(package, target) in packages {
        let mut command = workspace.cargo();
        command.args(["tree", "--edges", "normal", "--prefix", "none"]);
        command.args(["--package", package, "--target", target, "--format", "{p}"]);
        wanted.extend(names_and_versions(&process::output(&mut command)?));
    }
    let mut command = workspace.cargo();
    command.args(["metadata", "--format-version=1"]);
    for &(_, target) in packages {
        // Without it, the crates of all platforms would be downloaded.
        command.args(["--filter-platform", target]);
    }
    let metadata = process::output(&mut command)?;
    let mut crates = crates(&serde_json::from_str(&metadata)?);
    crates.retain(|one| wanted.contains(&(one.name.clone(), one.version.clone())));
    ensure!(
        !crates.is_empty(),
        "cargo names no crate of what is released"
    );
    text(&crates)
}

/// Parses `name v1.2.3`, to which cargo adds words such as `(proc-macro)` and `(*)`.
fn names_and_versions(tree: &str) -> impl Iterator<Item = (String, String)> {
    tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        let version = words.next()?.strip_prefix('v')?;
        Some((name.to_owned(), version.to_owned()))
    })
}

/// Returns the crates in cargo's metadata that are not of this repository.
fn crates(metadata: &Value) -> Vec<Crate> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut crates: Vec<_> = packages
        .filter_map(|package| {
            package["source"].as_str()?;
            Some(Crate {
                name: package["name"].as_str()?.to_owned(),
                version: package["version"].as_str()?.to_owned(),
                license: package["license"]
                    .as_str()
                    .unwrap_or("see below")
                    .to_owned(),
                folder: Path::new(package["manifest_path"].as_str()?)
                    .parent()?
                    .to_owned(),
            })
        })
        .collect();
    crates.sort_unstable();
    crates
}

fn text(crates: &[Crate]) -> Result<String> {
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut text = "The crates that are compiled into this, and their licences.\n\n".to_owned();
    for one in crates {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{} {}: {}", one.name, one.version, one.license);
        for file in license_files(&one.folder)? {
            let bytes =
                fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let license = String::from_utf8_lossy(&bytes).replace('\r', "");
            owners
                .entry(license.trim().to_owned())
                .or_default()
                .push(format!("{} {}", one.name, one.version));
        }
    }
    for (license, mut owners) in owners {
        owners.dedup();
        let line = "-".repeat(80);
        let _ = write!(
            text,
            "\n{line}\n{}\n{line}\n\n{license}\n",
            owners.join(", ")
        );
    }
    Ok(text)
}

fn license_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for name in [""].into_iter().chain(FOLDERS) {
        let folder = folder.join(name);
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            let file_name = path.file_name().unwrap_or_default().to_string_lossy();
            let file_name = file_name.to_ascii_uppercase();
            let is_license = NAMES.iter().any(|start| file_name.starts_with(start));
            if path.is_file() && (is_license || !name.is_empty()) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_told_from_the_words_around_them() {
        let tree =
            "snyk-app v0.1.0 (/r/backend)\nserde_derive v1.0.2 (proc-macro)\nbytes v1.2.3 (*)\n\n";
        let found: Vec<_> = names_and_versions(tree).collect();
        let expected = [
            ("snyk-app", "0.1.0"),
            ("serde_derive", "1.0.2"),
            ("bytes", "1.2.3"),
        ];
        assert_eq!(
            found,
            expected.map(|(name, version)| (name.into(), version.into()))
        );
    }

    #[test]
    fn a_text_of_several_crates_is_printed_once_and_ours_is_not_among_them() {
        let root = std::env::temp_dir().join(format!("xtask-licenses-{}", std::process::id()));
        let package = |name: &str, source: Value, files: &[(&str, &str)]| {
            let folder = root.join(name);
            for (file, content) in files {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            serde_json::json!({
                "name": name, "version": "1.0.0", "license": "MIT", "source": source,
                "manifest_path": folder.join("Cargo.toml"),
            })
        };
        let registry = || Value::from("registry");
        let metadata = serde_json::json!({"packages": [
            package("two", registry(), &[("license-mit", "the text\r\n"), ("src.rs", "code")]),
            package("one", registry(), &[("LICENSES/MIT.txt", "the text"), ("NOTICE", "a notice")]),
            package("ours", Value::Null, &[("LICENSE", "ours")]),
        ]});
        let text = text(&crates(&metadata)).unwrap();
        assert!(
            text.contains("\n\none 1.0.0: MIT\ntwo 1.0.0: MIT\n"),
            "{text}"
        );
        assert!(text.contains("one 1.0.0, two 1.0.0\n"), "{text}");
        assert_eq!(text.matches("the text").count(), 1, "{text}");
        assert!(
            text.contains("a notice") && !text.contains("ours"),
            "{text}"
        );
        assert!(!text.contains("code"), "{text}");
        fs::remove_dir_all(root).unwrap();
    }
}
