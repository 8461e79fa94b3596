//! A server under valgrind's callgrind, which counts only while it is told to.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::{process::Server, programs};

/// A server whose instructions are counted.
#[derive(Debug)]
pub(super) struct Callgrind {
    server: Server,
    folder: TempDir,
}

impl Callgrind {
    /// Starts a server, without counting.
    pub(super) fn start(of: &Command) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(programs::valgrind()?);
        command
            .args(["--tool=callgrind", "--instr-atstart=no"])
            .arg(format!(
                "--callgrind-out-file={}",
                output(&folder).display()
            ))
            // `callgrind_control` finds the process here.
            .arg(format!("--vgdb-prefix={}", pipes(&folder).display()))
            .arg(of.get_program())
            .args(of.get_args())
            .env_clear();
        for (name, value) in of.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(folder) = of.get_current_dir() {
            command.current_dir(folder);
        }
        let server = Server::start(&mut command, &folder.path().join("output.log"))?;
        Ok(Self { server, folder })
    }

    pub(super) fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    /// Begins or ends counting.
    pub(super) fn count(&self, on: bool) -> Result<()> {
        let control = programs::valgrind()?.with_file_name("callgrind_control");
        let output = Command::new(control)
            .arg(format!("--vgdb-prefix={}", pipes(&self.folder).display()))
            .args(["-i", if on { "on" } else { "off" }])
            .arg(self.server.id().to_string())
            .output()
            .context("cannot run callgrind_control")?;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success() && text.contains("OK"),
            "callgrind_control: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    /// Ends the server and returns how many instructions were counted.
    pub(super) fn finish(self) -> Result<u64> {
        let file = output(&self.folder);
        self.server.stop()?;
        let text = fs::read_to_string(&file)
            .with_context(|| format!("callgrind wrote no {}", file.display()))?;
        total(&text).context("callgrind wrote no total")
    }
}

fn output(folder: &TempDir) -> PathBuf {
    folder.path().join("callgrind.out")
}

fn pipes(folder: &TempDir) -> PathBuf {
    folder.path().join("vgdb")
}

/// Returns the instructions of a whole file in callgrind's format, which has one event: `Ir`.
fn total(text: &str) -> Option<u64> {
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
    if value("events: ")?.trim() != "Ir" {
        return None;
    }
    value("totals: ")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_that_of_instructions() {
        let text = "# callgrind format\nversion: 1\ncmd: /x totals: 1\nevents: Ir\n\
            summary: 12\n\nfn=(1) a\n16 400\n\ntotals: 123456789\n";
        assert_eq!(total(text), Some(123_456_789));
        assert_eq!(total(&text.replace("events: Ir", "events: Ir Dr")), None);
        assert_eq!(total("events: Ir\n"), None);
        assert_eq!(total(""), None);
    }
}
