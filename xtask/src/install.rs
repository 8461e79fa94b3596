//! Installs tools into this program's own cache folder.
//!
//! # Design
//!
//! A tool is built in a temporary folder next to its destination and renamed when it is complete,
//! so that an interrupted build is never mistaken for a tool. A file lock makes two clones wait for
//! each other instead of building the same tool twice.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{environment, lock, process, ui, version::Version};

/// Timeout of an installation. Even a slow machine needs less.
const TIMEOUT: Duration = Duration::from_hours(1);

/// A tool that cargo builds from the registry.
#[derive(Debug)]
pub(crate) struct Crate {
    /// The name of the tool, and of the program that reports the version.
    pub(crate) name: &'static str,
    /// The package that contains the tool.
    pub(crate) package: &'static str,
    /// The exact version.
    pub(crate) version: String,
    /// Whether to use the package's own lock file, with the dependencies that its author tested.
    pub(crate) locked: bool,
    /// The features, if the default features are not wanted.
    pub(crate) features: Option<&'static str>,
    /// Whether to optimize it. Only a tool that computes for a while is worth the minutes.
    pub(crate) optimized: bool,
    /// All programs that the package must provide.
    pub(crate) programs: &'static [&'static str],
}

/// Returns the version that a program reports; `None` if the program does not run.
pub(crate) fn version(program: &Path) -> Option<Version> {
    Version::find(&process::answer(
        process::command(program).arg("--version"),
    )?)
}

/// Builds a tool unless it is installed, and returns the folder of its programs.
pub(crate) fn cargo_install(tool: &Crate) -> Result<PathBuf> {
    let Crate {
        name,
        package,
        version: wanted,
        ..
    } = tool;
    let entry = format!("{name}-{wanted}");
    let is_whole = |folder: &Path| {
        let programs = folder.join("bin");
        tool.programs
            .iter()
            .all(|name| programs.join(name).is_file())
            && version(&programs.join(name)).is_some_and(|one| one.to_string() == *wanted)
    };
    let folder = once(&entry, is_whole, |folder, log| {
        let mut command = process::command("cargo");
        // Outside of the repository, whose cargo configuration is not meant for tools.
        command.current_dir(folder);
        command
            .args(["install", package, "--version", wanted, "--root"])
            .arg(folder);
        command.arg("--target-dir").arg(folder.join("target"));
        // Tools run on the host, also if the configured build target is a different one.
        command.env_remove("CARGO_BUILD_TARGET");
        if tool.locked {
            command.arg("--locked");
        }
        if let Some(features) = tool.features {
            command.args(["--no-default-features", "--features", features]);
        }
        // A tool's own profile is tuned for a release that many people download. Here the build
        // time matters more.
        command.envs([
            ("CARGO_PROFILE_RELEASE_LTO", "off"),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
            ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
            // The log then tells how far it is.
            ("CARGO_TERM_PROGRESS_WHEN", "always"),
            ("CARGO_TERM_PROGRESS_WIDTH", "100"),
        ]);
        if !tool.optimized {
            command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        }
        process::run_logged(
            &mut command,
            &format!("building {name} {wanted}"),
            log,
            TIMEOUT,
        )?;
        let leftovers = folder.join("target");
        fs::remove_dir_all(&leftovers)
            .with_context(|| format!("cannot remove {}", leftovers.display()))
    })?;
    Ok(folder.join("bin"))
}

/// Installs an npm package unless it is installed, and returns the folder of its programs.
pub(crate) fn npm_install(package: &str, wanted: &str, program: &str) -> Result<PathBuf> {
    let programs = |folder: &Path| folder.join("node_modules/.bin");
    let is_whole = |folder: &Path| version(&programs(folder).join(program)).is_some();
    let folder = once(&format!("{package}-{wanted}"), is_whole, |folder, log| {
        let mut command = process::command("npm");
        command.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--no-save",
            "--prefix",
        ]);
        command
            .current_dir(folder)
            .arg(folder)
            .arg(format!("{package}@{wanted}"));
        process::run_logged(
            &mut command,
            &format!("installing {package} {wanted}"),
            log,
            TIMEOUT,
        )
    })?;
    Ok(programs(&folder))
}

/// Installs the packages of a folder's `package-lock.json` byte for byte, without running any
/// package's scripts, and returns the `node_modules` folder.
pub(crate) fn npm_locked(name: &str, folder: &Path) -> Result<PathBuf> {
    const FILES: [&str; 2] = ["package.json", "package-lock.json"];
    let mut hasher = DefaultHasher::new();
    for file in FILES {
        let path = folder.join(file);
        fs::read(&path)
            .with_context(|| format!("cannot read {}", path.display()))?
            .hash(&mut hasher);
    }
    let entry = format!("{name}-npm-{:016x}", hasher.finish());
    let modules = |folder: &Path| folder.join("node_modules");
    // npm writes this file last.
    let is_whole = |folder: &Path| modules(folder).join(".package-lock.json").is_file();
    let entry = once(&entry, is_whole, |entry, log| {
        for file in FILES {
            fs::copy(folder.join(file), entry.join(file))
                .with_context(|| format!("cannot copy {file}"))?;
        }
        let mut command = process::command("npm");
        command.current_dir(entry);
        command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        let what = format!("installing what {} names", folder.display());
        process::run_logged(&mut command, &what, log, TIMEOUT)
    })?;
    Ok(modules(&entry))
}

/// Installs the packages of a `requirements.txt` with hashes byte for byte, without building any, and
/// returns their folder.
pub(crate) fn pip_locked(name: &str, python: &Path, requirements: &Path) -> Result<PathBuf> {
    let text = fs::read(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let entry = format!("{name}-pip-{:016x}", hasher.finish());
    let packages = |folder: &Path| folder.join("packages");
    // Written after pip has succeeded.
    let is_whole = |folder: &Path| folder.join("complete").is_file();
    let entry = once(&entry, is_whole, |entry, log| {
        let mut command = process::command(python);
        command.current_dir(entry);
        command.args(["-m", "pip", "install", "--require-hashes", "--no-deps"]);
        command.args(["--only-binary", ":all:", "--disable-pip-version-check"]);
        command.arg("--target").arg(packages(entry));
        command.arg("--requirement").arg(requirements);
        let what = format!("installing what {} names", requirements.display());
        process::run_logged(&mut command, &what, log, TIMEOUT)?;
        fs::write(entry.join("complete"), "").context("cannot mark the packages as complete")
    })?;
    Ok(packages(&entry))
}

/// Populates a folder exactly once, also if several clones request it at the same time.
fn once(
    entry: &str,
    is_whole: impl Fn(&Path) -> bool,
    fill: impl FnOnce(&Path, &Path) -> Result<()>,
) -> Result<PathBuf> {
    let tools = environment::tools_folder()?;
    let folder = tools.join(entry);
    if is_whole(&folder) {
        return Ok(folder);
    }
    let started = Instant::now();
    fs::create_dir_all(&tools).with_context(|| format!("cannot make {}", tools.display()))?;
    let path = tools.join(format!("{entry}.lock"));
    let lock_file =
        File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    lock::take(
        &lock_file,
        &path.display().to_string(),
        &format!("{entry} is being installed by another; waiting for it"),
    )?;
    if is_whole(&folder) {
        return Ok(folder);
    }
    let log = tools.join(format!("{entry}.log"));
    ui::doing(&format!(
        "Installing {entry} (once; log: {})",
        log.display()
    ));
    let unfinished = tools.join(format!("{entry}.unfinished"));
    remove_folder(&unfinished)?;
    fs::create_dir(&unfinished).with_context(|| format!("cannot make {}", unfinished.display()))?;
    fill(&unfinished, &log)?;
    if !is_whole(&unfinished) {
        bail!(
            "{entry} was installed, but does not say that it is that version: {}",
            log.display()
        );
    }
    remove_folder(&folder)?;
    fs::rename(&unfinished, &folder)
        .with_context(|| format!("cannot move {entry} to {}", folder.display()))?;
    ui::note(&format!(
        "{entry} is there, after {}",
        ui::clock(started.elapsed())
    ));
    Ok(folder)
}

fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
