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

use self::{
    document::{Part, place},
    script::{joined, without_comments},
};
use super::{exports, finish, form::Form};
use crate::{path_prefixes, process, tools, workspace::Workspace};

/// A half of the door.
#[derive(Debug)]
struct Half {
    /// The name of its files and of its part in the document.
    name: &'static str,
    /// The crate of its Wasm.
    package: &'static str,
    /// Its modules, each after those that it imports. The last one stands for the whole.
    scripts: &'static [&'static str],
}

const HALVES: [Half; 2] = [
    Half {
        name: "door",
        package: "door",
        scripts: &[
            "frontend/door/requests.js",
            "frontend/door/parts.js",
            "frontend/door/login.js",
            "frontend/door/page.js",
            "frontend/door/door.js",
        ],
    },
    Half {
        name: "callback",
        package: "door-callback",
        scripts: &["frontend/door/callback/callback.js"],
    },
];

/// The styles of the door, which become one sheet.
const STYLES: [&str; 3] = [
    "frontend/styles/tokens.css",
    "frontend/styles/base.css",
    "frontend/styles/door.css",
];

/// Builds the door into the folder of a page that Trunk has written.
pub(super) fn build(workspace: &Workspace, form: Form, folder: &Path) -> Result<()> {
    let scratch = workspace.notes()?.join("door");
    let wasm = compile(workspace, form, &scratch)?;
    let mut parts = Vec::new();
    for (half, wasm) in HALVES.iter().zip(wasm) {
        let script = module(workspace, half, &scratch)?;
        parts.push(Part::write(folder, half.name, "js", script.as_bytes())?);
        if form == Form::Shipped {
            finish::minify(workspace, &folder.join(format!("{}.js", half.name)))?;
        }
        parts.push(Part::write(folder, half.name, "wasm", &fs::read(wasm)?)?);
    }
    let mut styles = String::new();
    for style in STYLES {
        styles.push_str(&workspace.read(style)?);
    }
    let styles = Part::write(folder, "door", "css", without_comments(&styles).as_bytes())?;
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

/// Compiles the Wasm of both halves, and returns their files.
fn compile(workspace: &Workspace, form: Form, scratch: &Path) -> Result<Vec<PathBuf>> {
    let (profile, built) = match form {
        Form::Development => ("dev", "debug"),
        Form::Shipped => ("wasm-release", "wasm-release"),
    };
    // A folder of its own, because other flags would rebuild the application's crates each time.
    let target = scratch.join("target");
    let mut command = workspace.cargo();
    command.args(["build", "--target", "wasm32-unknown-unknown", "--profile"]);
    command.arg(profile).arg("--target-dir").arg(&target);
    for half in &HALVES {
        command.args(["--package", half.package]);
    }
    // SHA-256 of 43 bytes needs no unrolled loops, which are eight times as long.
    let flags = ["--cfg", "sha2_backend_soft=\"compact\""].map(str::to_owned);
    let flags = path_prefixes::encoded_rustflags(workspace, flags.to_vec())?;
    command.env("CARGO_ENCODED_RUSTFLAGS", flags);
    process::run(&mut command)?;

    let bindgen = tools::wasm_bindgen(workspace)?.join("wasm-bindgen");
    let mut files = Vec::new();
    for half in &HALVES {
        let library = half.package.replace('-', "_");
        let built = target.join(format!("wasm32-unknown-unknown/{built}/{library}.wasm"));
        let mut command = workspace.command(&bindgen);
        command.args([
            "--target",
            "web",
            "--no-typescript",
            "--omit-default-module-path",
            "--out-name",
            half.name,
        ]);
        process::run(command.arg("--out-dir").arg(scratch).arg(built))?;
        let file = scratch.join(format!("{}_bg.wasm", half.name));
        if form == Form::Shipped {
            finish::shrink(workspace, scratch, half.name, exports::OF_DOOR)?;
        }
        files.push(file);
    }
    Ok(files)
}

/// Returns the module of a half: its modules, and the glue of its Wasm in a scope of its own.
fn module(workspace: &Workspace, half: &Half, scratch: &Path) -> Result<String> {
    let glue = scratch.join(format!("{}.js", half.name));
    let glue =
        fs::read_to_string(&glue).with_context(|| format!("cannot read {}", glue.display()))?;
    let scripts = half.scripts.iter().map(|script| workspace.read(script));
    let scripts = scripts.collect::<Result<Vec<_>>>()?;
    joined(&scripts, &glue).with_context(|| format!("the script {}", half.name))
}
