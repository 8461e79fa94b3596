//! Builds the page a second time, from a copy of the sources in another folder, and compares.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};

use crate::{process, spa::files, ui, workspace::Workspace};

/// Fails unless a build in another folder makes the same files, byte for byte. It compiles
/// everything again, which takes minutes.
pub(super) fn check(workspace: &Workspace, dist: &Path) -> Result<()> {
    let copy = std::env::temp_dir().join(format!("snyk-app-second-build-{}", std::process::id()));
    let compared = build_copy(workspace, &copy).and_then(|()| {
        let different = differences(&contents(dist)?, &contents(&copy.join("dist"))?);
        ensure!(
            different.is_empty(),
            "a second build in {} made other files: {}",
            copy.display(),
            different.join(", ")
        );
        Ok(())
    });
    if compared.is_ok() {
        fs::remove_dir_all(&copy).with_context(|| format!("cannot remove {}", copy.display()))?;
    }
    compared
}

/// Copies the sources, and builds the page there.
fn build_copy(workspace: &Workspace, copy: &Path) -> Result<()> {
    let mut list = workspace.command("git");
    list.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    for name in process::output(&mut list)?.split_terminator('\0') {
        let (from, to) = (workspace.root.join(name), copy.join(name));
        // One that was deleted is still in the list.
        if from.is_file() {
            let folder = to.parent().unwrap_or(copy);
            fs::create_dir_all(folder)
                .and_then(|()| fs::copy(&from, &to))
                .with_context(|| format!("cannot copy {name}"))?;
        }
    }
    let mut command = workspace.cargo();
    command.current_dir(copy).env_remove("CARGO_TARGET_DIR");
    command.args(["run", "--quiet", "--package", "xtask", "--", "build"]);
    command.arg("--dist").arg(copy.join("static"));
    ui::note(&format!("a second build, in {}", copy.display()));
    process::run(&mut command)
}

fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let read = |file: PathBuf| {
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok((file.strip_prefix(folder)?.to_path_buf(), content))
    };
    files(folder)?.into_iter().map(read).collect()
}

/// Returns the names of files that are not in both folders, or differ.
fn differences(one: &BTreeMap<PathBuf, Vec<u8>>, two: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let differs = |name: &&PathBuf| one.get(*name) != two.get(*name);
    let mut names: Vec<_> = one.keys().chain(two.keys()).filter(differs).collect();
    names.sort_unstable();
    names.dedup();
    names
        .iter()
        .map(|name| name.display().to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_named_once() {
        let folder = |files: &[(&str, &str)]| {
            let files = files.iter();
            files
                .map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()))
                .collect::<BTreeMap<_, _>>()
        };
        let one = folder(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let two = folder(&[("a", "1"), ("b", "2"), ("d", "1")]);
        assert_eq!(differences(&one, &two), ["b", "c", "d"]);
        assert_eq!(differences(&one, &one), Vec::<String>::new());
    }
}
