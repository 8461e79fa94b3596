//! Moves a finished page to the folder from which it is served.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::sources::files;

/// Replaces the page in `to` with the one in `from`.
pub(super) fn replace(to: &Path, from: &Path) -> Result<()> {
    let new = copy(to, from)?;
    for file in files(to)? {
        if !new.contains(file.strip_prefix(to)?) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    Ok(())
}

/// Adds the files of a page to a folder. Files of the same name are replaced.
pub(crate) fn add_files(to: &Path, from: &Path) -> Result<()> {
    copy(to, from).map(drop)
}

/// Removes the half of a file that an interrupted copy has left.
pub(crate) fn remove_part(file: &Path) -> Result<()> {
    let part = part_of(file);
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", part.display()))
        }
        _ => Ok(()),
    }
}

fn part_of(file: &Path) -> PathBuf {
    file.with_added_extension("part")
}

/// Copies a page and returns the names of its files. The document is copied last, because it names
/// the others.
fn copy(to: &Path, from: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut names = files(from)?
        .iter()
        .map(|file| Ok(file.strip_prefix(from)?.to_path_buf()))
        .collect::<Result<Vec<_>>>()?;
    let is_document = |name: &Path| name.to_string_lossy().contains(".html");
    names.sort_by_key(|name| is_document(name));
    for name in &names {
        let (source, target) = (from.join(name), to.join(name));
        let folder = target.parent().unwrap_or(to);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        // Renamed, so that a server never reads half of a file.
        let part = part_of(&target);
        fs::copy(&source, &part)
            .and_then(|_| fs::rename(&part, &target))
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(names.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_page_replaces_the_old_one_whole() {
        let folder = std::env::temp_dir().join(format!("xtask-publish-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        for (file, text) in [
            (from.join("index.html"), "new"),
            (from.join("fonts/a.woff2"), "font"),
            (to.join("index.html"), "old"),
            (to.join("index.html.br"), "old"),
            (to.join("old.js"), "old"),
        ] {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        replace(&to, &from).unwrap();
        let left: Vec<_> = files(&to).unwrap();
        assert_eq!(left, [to.join("fonts/a.woff2"), to.join("index.html")]);
        assert_eq!(fs::read_to_string(to.join("index.html")).unwrap(), "new");
        fs::remove_dir_all(folder).unwrap();
    }
}
