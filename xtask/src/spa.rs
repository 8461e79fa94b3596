//! Builds the page with Trunk and the tools that Trunk needs, unless the page is up to date.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{environment, lock, process, tools, ui, workspace::Workspace};

/// The inputs of the page's build. A change of any other file requires no rebuild.
const SOURCES: [&str; 7] = [
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "frontend",
    "shared",
    "xtask/src/spa.rs",
];

/// Attributes that the document must have. They let Trunk run wasm-opt, because Trunk can still add
/// the result's hash to the document. The features are listed, with the names that rustc uses,
/// because `--all-features` permits features that browsers reject. wasm-opt strips the file: if it
/// were stripped earlier, wasm-bindgen could not detect its features.
const WASM_OPT: [&str; 2] = [
    r#"data-wasm-opt="z""#,
    r#"data-wasm-opt-params="--enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue --strip-debug --strip-producers""#,
];

/// The build profile of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A fast build, for development.
    Development,
    /// A small, compressed build, for release.
    Shipped,
}

/// Builds the page into `dist/` and returns that folder. Does nothing if the page is up to date.
pub(crate) fn build(workspace: &Workspace, form: Form) -> Result<PathBuf> {
    let dist = workspace.root.join("dist");
    // Two concurrent builds into one folder would delete each other's files.
    let settings = File::open(workspace.root.join("Trunk.toml")).context("no Trunk.toml")?;
    lock::take(
        &settings,
        "Trunk.toml",
        "the page is being built by another; waiting for it",
    )?;
    let note = workspace.notes()?.join("page");
    let sources = sources(&workspace.root, form)?;
    if fs::read_to_string(&note).is_ok_and(|old| old == stamp(sources, &dist)) {
        ui::note("the page is up to date");
        return Ok(dist);
    }

    tools::wasm_target(workspace)?;
    let mut folders = vec![tools::trunk()?, tools::wasm_bindgen(workspace)?];
    let mut command = workspace.command(folders[0].join("trunk"));
    command.args(["build", "--offline", "--skip-version-check"]);
    match form {
        Form::Development => command.args(["--cargo-profile", "dev"]),
        Form::Shipped => {
            folders.push(tools::wasm_opt()?);
            let document = workspace.read("index.html")?;
            for attribute in WASM_OPT {
                if !document.contains(attribute) {
                    ui::warning("the Wasm will be bigger than need be: in index.html, the link of");
                    ui::warning(&format!("rel=\"rust\" lacks {attribute}"));
                }
            }
            command.args(["--release", "--cargo-profile", "wasm-release"])
        }
    };
    command.env(
        "PATH",
        environment::path_with(folders.iter().map(PathBuf::as_path))?,
    );
    // Trunk rejects any value except `true` and `false`, but `1` is the usual one.
    command.env_remove("NO_COLOR");
    process::run(&mut command)?;
    if !dist.join("index.html").is_file() {
        bail!("Trunk made no {}", dist.join("index.html").display());
    }
    if form == Form::Shipped {
        // Compression at the highest level takes a minute in an unoptimized build, so it is a
        // separate program.
        process::run(workspace.cargo().args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "xtask",
            "--features",
            "precompress",
            "--bin",
            "precompress",
            "--",
            "dist",
        ]))?;
    }
    fs::write(&note, stamp(sources, &dist))
        .with_context(|| format!("cannot write {}", note.display()))?;
    Ok(dist)
}

/// Returns the fingerprint of `dist/`: the sources, and the document built from them. The document
/// detects that someone ran Trunk by hand or emptied the folder.
fn stamp(sources: u64, dist: &Path) -> String {
    let document = fs::read(dist.join("index.html")).unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    document.hash(&mut hasher);
    format!("{sources:x} {:x}\n", hasher.finish())
}

fn sources(root: &Path, form: Form) -> Result<u64> {
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
