//! `cargo xtask dist`: builds what is released: an archive with one static binary that has the page
//! inside it.
//!
//! # Design
//!
//! Nothing in the archive depends on the time or the machine: times are those of the commit, files
//! are sorted, and paths of the build are replaced. The binary is started before it is packed, in
//! an empty folder, because a binary that cannot serve its page must not be released.

mod archive;
pub(crate) mod licenses;
mod origin;
mod probe;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use self::origin::Origin;
use crate::{
    environment, path_prefixes, process, programs, sizes,
    spa::{self, Form},
    system_packages, tools, ui,
    workspace::Workspace,
};

/// The folder of the archive, below cargo's target directory.
const OUTPUT: &str = "archive";
/// Files of the repository that are in the archive, with their own paths.
const FILES: [&str; 10] = [
    ".env.sample",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "deploy/Dockerfile",
    "deploy/compose.yaml",
    "deploy/data/.keep",
    "deploy/snyk-app.service",
    "docs/deploy.md",
    "docs/operate.md",
];
/// Shells, and the names under which they look for a script.
const SHELLS: [(&str, &str); 3] = [
    ("bash", "snyk-app.bash"),
    ("zsh", "_snyk-app"),
    ("fish", "snyk-app.fish"),
];

/// What to release.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Take this folder for the page, as `cargo xtask build` made it, and build none.
    #[arg(long, value_name = "FOLDER")]
    page: Option<PathBuf>,
}

/// Builds the page, the binary and the archive, and checks the binary.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::open()?;
    let target = target()?;
    let origin = Origin::of(&workspace);
    ui::doing("The page, small and compressed");
    let page = match &arguments.page {
        Some(folder) => fs::canonicalize(folder)
            .with_context(|| format!("there is no page in {}", folder.display()))?,
        None => spa::build(&workspace, Form::Shipped)?,
    };
    ui::doing(&format!("The binary, for {target}"));
    let binary = binary(&workspace, &target, &origin, &page)?;
    ui::doing("The binary serves its page in an empty folder");
    probe::check(&binary, &page, &origin.commit)?;

    ui::doing("The archive");
    let name = format!("snyk-app-{}-{target}", env!("CARGO_PKG_VERSION"));
    let output = workspace.target.join(OUTPUT);
    let folder = output.join(&name);
    fill(&workspace, &folder, &binary, &target)?;
    let archive = archive::pack(&output, &name, origin.seconds)?;
    let checksums = archive::write_checksums(&output, &[&archive])?;
    for path in [&binary, &archive] {
        let bytes = fs::metadata(path)
            .with_context(|| format!("cannot read {}", path.display()))?
            .len();
        let bytes = sizes::grouped(bytes);
        ui::note(&format!("{}, {bytes} bytes", path.display()));
    }
    ui::note(&checksums.display().to_string());
    Ok(())
}

/// Returns the target of a static binary for this machine.
fn target() -> Result<String> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", architecture @ ("x86_64" | "aarch64")) => {
            Ok(format!("{architecture}-unknown-linux-musl"))
        }
        (system, architecture) => {
            bail!("no static binary can be built on {system}, {architecture}")
        }
    }
}

/// Builds the binary with the page inside it.
fn binary(workspace: &Workspace, target: &str, origin: &Origin, page: &Path) -> Result<PathBuf> {
    tools::target(workspace, target)?;
    if environment::on_path("musl-gcc").next().is_none() {
        // SQLite, the cryptography and the allocator are written in C.
        system_packages::install(&["musl-tools"])?;
    }
    let paths = path_prefixes::replacements(workspace)?;
    let rustflags = path_prefixes::encoded_rustflags(workspace, Vec::new())?;
    let cflags = path_prefixes::options("-ffile-prefix-map", &paths).join(" ");
    let programs = programs::build_with(workspace, &["snyk-app"], |command| {
        command.args(["--profile", "dist", "--target", target]);
        command.args(["--features", "embedded-page"]);
        command.env("CARGO_ENCODED_RUSTFLAGS", rustflags);
        command.env("CFLAGS", cflags);
        command.env("EMBEDDED_PAGE_DIR", page);
        command.env("SNYK_APP_COMMIT", &origin.commit);
        command.env("SNYK_APP_SOURCE_DATE", origin.seconds.to_string());
    })?;
    programs.get("snyk-app").map(Path::to_path_buf)
}

/// Fills the folder that is packed.
fn fill(workspace: &Workspace, folder: &Path, binary: &Path, target: &str) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    for name in FILES {
        copy(&workspace.root.join(name), &folder.join(name))?;
    }
    copy(binary, &folder.join("snyk-app"))?;
    for (shell, name) in SHELLS {
        let script = process::output(process::command(binary).args(["completions", shell]))?;
        write(&folder.join("completions").join(name), &script)?;
    }
    let pages = folder.join("man");
    process::run(process::command(binary).args(["man", "--dir"]).arg(&pages))?;
    let licenses = licenses::of_dependencies(
        workspace,
        &[("snyk-app", target), ("frontend", tools::WASM)],
    )?;
    write(&folder.join("LICENSES-OF-DEPENDENCIES.txt"), &licenses)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    make_parent(to)?;
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    make_parent(path)?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn make_parent(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}
