//! Builds the page: a pipeline of stages, each in a file of its own.
//!
//! | stage | does |
//! | --- | --- |
//! | [`trunk`] | compiles the application and writes the document, with Trunk |
//! | [`split`] | for a release, takes the pages that are loaded later out of its Wasm |
//! | [`finish`] | for a release, makes the Wasm and its script small |
//! | [`door`] | compiles the door, which starts first, and puts it into the document |
//! | [`seal`] | writes hashes of the contents into names, and into the document |
//! | [`machine_paths`] | for a release, checks that no file has a path of this machine |
//! | [`mod@compress`] | for a release, writes a `.br` and a `.gz` file beside each file |
//! | [`publish`] | moves the result into `dist/` |
//!
//! # Design
//!
//! The stages work in a folder below cargo's target directory. The page in `dist/` is replaced when
//! every stage has succeeded, so that a server never serves an unfinished page, and a failed build
//! leaves the previous page as it was.

mod compress;
mod door;
mod exports;
mod finish;
mod form;
mod machine_paths;
mod publish;
mod seal;
mod short_names;
mod sources;
mod split;
mod trunk;
mod wasm;

use std::{
    fs::{self, File},
    path::PathBuf,
};

use anyhow::{Context as _, Result};

use self::sources::{fingerprint, stamp};
pub(crate) use self::{
    compress::compress,
    door::{Bundle, compile},
    form::Form,
    machine_paths::check as check_paths,
    publish::{add_files, remove_part},
    seal::with_build_id,
    sources::files,
};
use crate::{lock, tools, ui, workspace::Workspace};

/// The name of the application's package, and of its files.
const APPLICATION: &str = "frontend";

/// Installs the tools that the build needs and that are missing. [`build`] does it too, one after the
/// other.
pub(crate) fn install_tools(workspace: &Workspace, form: Form) -> Result<()> {
    tools::trunk()?;
    tools::wasm_bindgen(workspace)?;
    if form == Form::Shipped {
        tools::wasm_opt()?;
    }
    Ok(())
}

/// Compiles the crates of the page, for a build of it that follows. It needs no tool but cargo, so
/// the tools can be installed meanwhile.
pub(crate) fn compile_ahead(workspace: &Workspace, form: Form) -> Result<()> {
    tools::wasm_target(workspace)?;
    trunk::compile_ahead(workspace, form)?;
    door::compile_ahead(workspace, form)
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
    let notes = workspace.notes()?;
    let note = notes.join("page");
    let sources = fingerprint(&workspace.root, form)?;
    if fs::read_to_string(&note).is_ok_and(|old| old == stamp(sources, &dist)) {
        ui::note("the page is up to date");
        return Ok(dist);
    }

    let folder = notes.join("page-in-progress");
    trunk::build(workspace, form, &folder)?;
    let mut parts = Vec::new();
    if form == Form::Shipped {
        let later = split::split(workspace, &folder)?;
        let unused = exports::OF_APPLICATION;
        finish::shrink(workspace, &folder, APPLICATION, unused, &later.imports)?;
        finish::minify(workspace, &folder.join(format!("{APPLICATION}.js")))?;
        parts.push(later.part);
    }
    door::build(workspace, form, &folder, parts)?;
    seal::seal(&folder)?;
    if form == Form::Shipped {
        machine_paths::check(workspace, &folder)?;
        compress(workspace, &[&folder])?;
    }
    publish::replace(&dist, &folder)?;
    fs::write(&note, stamp(sources, &dist))
        .with_context(|| format!("cannot write {}", note.display()))?;
    Ok(dist)
}
