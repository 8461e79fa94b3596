//! Checks that no file of a release contains a path of the build machine.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};

use super::sources::files;
use crate::{environment, path_prefixes, workspace::Workspace};

/// Fails if a file in a folder contains the path of this machine's home folder, of the workspace, of
/// cargo's or of the toolchain.
pub(crate) fn check(workspace: &Workspace, folder: &Path) -> Result<()> {
    let replacements = path_prefixes::replacements(workspace)?;
    let mut paths: Vec<_> = replacements.into_iter().map(|(path, _)| path).collect();
    paths.extend(environment::home());
    let paths: Vec<_> = paths
        .iter()
        // The home folder of a system user may be the root.
        .filter(|path| path.parent().is_some())
        .map(|path| format!("{}/", path.display()))
        .collect();
    let found = find(folder, &paths)?;
    ensure!(
        found.is_empty(),
        "paths of this machine are in the page: {}",
        found.join(", ")
    );
    Ok(())
}

/// Returns which of the texts are in which file of a folder.
fn find(folder: &Path, texts: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in files(folder)? {
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        for text in texts {
            let mut windows = content.windows(text.len());
            if windows.any(|window| window == text.as_bytes()) {
                found.push(format!("{text} in {}", file.display()));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_inside_a_binary_file_is_found() {
        let folder = std::env::temp_dir().join(format!("xtask-paths-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.wasm"), b"\0\xff/home/me/src/lib.rs\0").unwrap();
        fs::write(folder.join("b.js"), "/home/mean/").unwrap();
        let found = find(&folder, &["/home/me/".to_owned(), "/snyk/".to_owned()]).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("a.wasm"), "{found:?}");
    }
}
