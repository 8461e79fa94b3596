//! Installs packages of the operating system. Only Debian's package manager is supported.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{environment, process, ui};

pub(crate) fn install(names: &[&str]) -> Result<()> {
    let names_in_words = names.join(", ");
    if environment::on_path("apt-get").next().is_none() {
        bail!(
            "missing: {names_in_words} (Debian's names). There is no apt-get here to install them, so please do it by hand"
        );
    }
    ui::doing(&format!("Installing Debian packages: {names_in_words}"));
    let hint = || {
        format!(
            "cannot install; by hand: apt-get install {}",
            names.join(" ")
        )
    };
    process::run(apt_get()?.arg("update")).with_context(hint)?;
    let mut command = apt_get()?;
    command
        .args(["install", "--yes", "--no-install-recommends"])
        .args(names);
    process::run(&mut command).with_context(hint)
}

/// Returns `apt-get` as root: directly, or by `sudo`.
fn apt_get() -> Result<Command> {
    let mut command = if rustix::process::geteuid().is_root() {
        process::command("apt-get")
    } else if environment::on_path("sudo").next().is_some() {
        let mut command = process::command("sudo");
        // In CI nobody can type a password, so fail instead of prompting.
        if environment::variable("CI").is_some() {
            command.arg("--non-interactive");
        }
        command.arg("apt-get");
        command
    } else {
        bail!("apt-get needs root, and there is no sudo");
    };
    // Waits for another running apt-get. Prompts are disabled.
    command.args(["-q", "-o", "DPkg::Lock::Timeout=600"]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}
