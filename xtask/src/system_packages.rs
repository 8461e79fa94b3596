//! What comes from the system's package manager: Debian's, the only one that we know.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{environment, process, ui};

/// Installs packages.
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

/// `apt-get` as root: as it is, or by `sudo`.
fn apt_get() -> Result<Command> {
    let mut command = if rustix::process::geteuid().is_root() {
        process::command("apt-get")
    } else if environment::on_path("sudo").next().is_some() {
        let mut command = process::command("sudo");
        // Where nobody can type a password, fail instead of asking.
        if environment::variable("CI").is_some() {
            command.arg("--non-interactive");
        }
        command.arg("apt-get");
        command
    } else {
        bail!("apt-get needs root, and there is no sudo");
    };
    // Another apt-get may run: wait for it. Questions cannot be answered here.
    command.args(["-q", "-o", "DPkg::Lock::Timeout=600"]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}
