//! The inputs of the page's build, and the note that tells whether they have changed since.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::form::Form;

/// The inputs of the page's build. A change of any other file requires no rebuild.
const SOURCES: [&str; 10] = [
    ".cargo/config.toml",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "frontend",
    "shared",
    "xtask/src/bin",
    "xtask/src/spa",
    "xtask/src/spa.rs",
];

/// Returns the fingerprint of `dist/`: the sources, and the document built from them. The document
/// detects that someone ran Trunk by hand or emptied the folder.
pub(super) fn stamp(sources: u64, dist: &Path) -> String {
    let document = fs::read(dist.join("index.html")).unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    document.hash(&mut hasher);
    format!("{sources:x} {:x}\n", hasher.finish())
}

/// Returns the fingerprint of all inputs of a build.
pub(super) fn fingerprint(root: &Path, form: Form) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    (form == Form::Shipped).hash(&mut hasher);
    for source in SOURCES {
        for file in files(&root.join(source))? {
            file.hash(&mut hasher);
            fs::read(&file)
                .with_context(|| format!("cannot read {}", file.display()))?
                .hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

/// Returns all files in a folder, sorted. For a file it returns the file itself; for a missing
/// path, nothing.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![path.to_path_buf()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path);
            for entry in entries.with_context(|| format!("cannot read {}", path.display()))? {
                waiting.push(entry?.path());
            }
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
