//! `cargo xtask check`: the checks that do not run the product.

mod direction;
mod duplicates;
mod house_rules;
mod paths;
mod supply;

use anyhow::{Result, bail};

use crate::{process, tools, ui::Steps, workspace::Workspace};

/// Packages that also compile for the browser, as cargo arguments.
const WASM: [&str; 12] = [
    "--package",
    "login",
    "--package",
    "door",
    "--package",
    "door-callback",
    "--package",
    "login-package",
    "--package",
    "frontend",
    "--target",
    tools::WASM,
];
const DENY_WARNINGS: [&str; 3] = ["--", "-D", "warnings"];

/// Runs all checks. A failed check does not stop the others.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::open()?;
    let mut steps = Steps::new();
    // The cheap checks come first, so that a trivial mistake is reported before anything compiles.
    steps.step("Toolchain", || {
        tools::components(&workspace)?;
        tools::wasm_target(&workspace)
    });
    steps.step("Formatting", || {
        process::run(workspace.cargo().args(["fmt", "--all", "--check"]))
    });
    steps.step("Which package may know which", || {
        ensure_none(&direction::violations(&workspace.metadata.packages))
    });
    steps.step("Which module may know which", || {
        let mut command = workspace.cargo();
        command.args(["run", "--quiet", "--package", "xtask"]);
        command.args(["--features", "module-graph", "--bin", "module-graph", "--"]);
        process::run(command.arg(&workspace.root))
    });
    steps.step("House rules", || {
        ensure_none(&house_rules::violations(&workspace)?)
    });
    steps.step("Paths and links in documents", || {
        ensure_none(&paths::violations(&workspace)?)
    });
    steps.step("No crate twice in the Wasm", || {
        ensure_none(&duplicates::violations(&workspace)?)
    });
    steps.step("Lints", || {
        let mut command = workspace.cargo();
        // Programs behind a feature are linted too.
        command.args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--features",
            "xtask/precompress,xtask/module-graph,xtask/minify,xtask/split",
        ]);
        process::run(command.args(DENY_WARNINGS))
    });
    steps.step("Lints of the page", || {
        let mut command = workspace.cargo();
        process::run(
            command
                .args(["clippy", "--all-targets"])
                .args(WASM)
                .args(DENY_WARNINGS),
        )
    });
    steps.step("Lints of the page that is split", || {
        let mut command = workspace.cargo();
        command.args(["clippy", "--package", "frontend", "--target", tools::WASM]);
        command.args(DENY_WARNINGS);
        process::run(command.args(["--cfg", "split_page"]))
    });
    steps.step("Documentation", || {
        let mut command = workspace.cargo();
        command.args([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ]);
        // The documentation here always includes private items, so links to them resolve.
        let flags = "-D warnings -A rustdoc::private-intra-doc-links";
        process::run(command.env("RUSTDOCFLAGS", flags))
    });
    supply::check(&workspace, &mut steps);
    steps.finish()
}

/// Returns an error that lists all violations, if there are any.
fn ensure_none(violations: &[String]) -> Result<()> {
    if !violations.is_empty() {
        bail!("{} found:\n  {}", violations.len(), violations.join("\n  "));
    }
    Ok(())
}
