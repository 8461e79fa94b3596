//! Builds the door: what a browser loads until a login leaves for Snyk, and on the way back.
//!
//! For each half of the door ([`HALVES`]) cargo builds the Wasm, wasm-bindgen its glue, and wasm-opt
//! shrinks it; the glue and the modules, written by hand, become one module, in one scope. The document gets the
//! stylesheet and the first module. It also names the other files, of the door and of the
//! application, in links that no browser loads by itself: `data-part` is what the door's script
//! finds them by.

mod document;
mod script;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

pub(super) use self::document::Part;
use self::{
    document::place,
    script::{joined, on_one_line, without_comments},
};
use super::{exports, finish, form::Form};
use crate::{path_prefixes, process, tools, workspace::Workspace};

/// A Wasm with the modules around it, which become one: a half of the door, or the npm package.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// The name of its files and of its part in the document.
    pub(crate) name: &'static str,
    /// The crate of its Wasm.
    pub(crate) package: &'static str,
    /// Its modules, each after those that it imports. The last one stands for the whole.
    pub(crate) scripts: &'static [&'static str],
}

const HALVES: [Bundle; 2] = [
    Bundle {
        name: "door",
        package: "door",
        scripts: &[
            "frontend/door/requests.js",
            "frontend/door/parts.js",
            "frontend/door/begin.js",
            "frontend/door/login.js",
            "frontend/door/page.js",
            "frontend/door/door.js",
        ],
    },
    Bundle {
        name: "callback",
        package: "door-callback",
        scripts: &[
            "frontend/door/callback/exchange.js",
            "frontend/door/callback/callback.js",
        ],
    },
];

/// The styles of the door, which become one sheet.
const STYLES: [&str; 3] = [
    "frontend/styles/tokens.css",
    "frontend/styles/base.css",
    "frontend/styles/door.css",
];

/// Builds the door into the folder of a page that Trunk has written. `others` are files that the
/// document names in addition.
pub(super) fn build(
    workspace: &Workspace,
    form: Form,
    folder: &Path,
    others: Vec<Part>,
) -> Result<()> {
    let mut parts = Vec::new();
    for (half, built) in HALVES.iter().zip(compile(workspace, form, &HALVES)?) {
        parts.push(Part::write(folder, half.name, "js", &built.script)?);
        parts.push(Part::write(folder, half.name, "wasm", &built.wasm)?);
    }
    parts.extend(others);
    let mut styles = String::new();
    for style in STYLES {
        styles.push_str(&workspace.read(style)?);
    }
    let styles = Part::write(folder, "door", "css", on_one_line(&styles)?.as_bytes())?;
    let document = folder.join("index.html");
    let text = fs::read_to_string(&document)
        .with_context(|| format!("cannot read {}", document.display()))?;
    let text = place(&text, &styles, &parts)?;
    let text = match form {
        Form::Development => text,
        Form::Shipped => without_comments(&text),
    };
    fs::write(&document, text).with_context(|| format!("cannot write {}", document.display()))
}

/// Compiles the crates of the door, for a build of it that follows.
pub(super) fn compile_ahead(workspace: &Workspace, form: Form) -> Result<()> {
    compile_crates(workspace, form, &HALVES, &scratch(workspace)?).map(drop)
}

fn scratch(workspace: &Workspace) -> Result<PathBuf> {
    Ok(workspace.notes()?.join("door"))
}

/// What a [`Bundle`] is compiled to.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) script: Vec<u8>,
    pub(crate) wasm: Vec<u8>,
}

/// Compiles bundles, with one call of cargo.
pub(crate) fn compile(
    workspace: &Workspace,
    form: Form,
    bundles: &[Bundle],
) -> Result<Vec<Compiled>> {
    let scratch = scratch(workspace)?;
    let files = wasm(workspace, form, bundles, &scratch)?;
    let compiled = bundles.iter().zip(files).map(|(bundle, file)| {
        let path = scratch.join(format!("{}.module.js", bundle.name));
        fs::write(&path, module(workspace, bundle, &scratch)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
        if form == Form::Shipped {
            finish::minify(workspace, &path)?;
        }
        let read =
            |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
        Ok(Compiled {
            script: read(&path)?,
            wasm: read(&file)?,
        })
    });
    compiled.collect()
}

/// Compiles the Wasm of bundles and its glue, and returns the files of the Wasm.
fn wasm(
    workspace: &Workspace,
    form: Form,
    bundles: &[Bundle],
    scratch: &Path,
) -> Result<Vec<PathBuf>> {
    let target = compile_crates(workspace, form, bundles, scratch)?;
    let built = match form {
        Form::Development => "debug",
        Form::Shipped => form.profile(),
    };
    let bindgen = tools::wasm_bindgen(workspace)?.join("wasm-bindgen");
    let mut files = Vec::new();
    for bundle in bundles {
        let library = bundle.package.replace('-', "_");
        let built = target.join(format!("wasm32-unknown-unknown/{built}/{library}.wasm"));
        let mut command = workspace.command(&bindgen);
        command.args([
            "--target",
            "web",
            "--no-typescript",
            "--omit-default-module-path",
            "--out-name",
            bundle.name,
        ]);
        process::run(command.arg("--out-dir").arg(scratch).arg(built))?;
        let file = scratch.join(format!("{}_bg.wasm", bundle.name));
        if form == Form::Shipped {
            finish::shrink(workspace, scratch, bundle.name, exports::OF_DOOR, &[])?;
        }
        files.push(file);
    }
    Ok(files)
}

/// Compiles the crates of bundles, and returns cargo's target directory for them.
fn compile_crates(
    workspace: &Workspace,
    form: Form,
    bundles: &[Bundle],
    scratch: &Path,
) -> Result<PathBuf> {
    // A folder of its own, because other flags would rebuild the application's crates each time.
    let target = scratch.join("target");
    let mut command = workspace.cargo();
    command.args(["build", "--target", tools::WASM, "--profile"]);
    command.arg(form.profile());
    command.arg("--target-dir").arg(&target);
    for bundle in bundles {
        command.args(["--package", bundle.package]);
    }
    // SHA-256 of 43 bytes needs no unrolled loops, which are eight times as long.
    let flags = ["--cfg", "sha2_backend_soft=\"compact\""].map(str::to_owned);
    let flags = path_prefixes::encoded_rustflags(workspace, flags.to_vec())?;
    command.env("CARGO_ENCODED_RUSTFLAGS", flags);
    process::run(&mut command)?;
    Ok(target)
}

/// Returns the module of a bundle: its modules, and the glue of its Wasm in a scope of its own.
fn module(workspace: &Workspace, bundle: &Bundle, scratch: &Path) -> Result<String> {
    let glue = scratch.join(format!("{}.js", bundle.name));
    let glue =
        fs::read_to_string(&glue).with_context(|| format!("cannot read {}", glue.display()))?;
    let scripts = bundle.scripts.iter().map(|script| workspace.read(script));
    let scripts = scripts.collect::<Result<Vec<_>>>()?;
    joined(&scripts, &glue).with_context(|| format!("the script {}", bundle.name))
}
