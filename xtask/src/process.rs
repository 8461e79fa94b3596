//! Runs other programs, with their output displayed, captured or written to a file.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::{environment, stop, ui};

/// Interval of the progress messages of a long task that prints no output itself.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// The start of cargo's progress bar.
const BAR: &str = "Building [";
/// Time that a child has to stop before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// Time that the children have after a terminal's signal, which they receive too, before this
/// program also signals them.
const TERMINAL_GRACE: Duration = Duration::from_secs(2);

/// Creates a command without the variables of `cargo run` and without standard input.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    environment::remove_cargo_variables(&mut command);
    command
}

/// Runs a command and displays its output. An exit code other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let child = spawn(command)?;
    let status = wait(&shown(command), child, |_| Ok(()))?;
    succeeded(command, status)
}

/// Runs a command and returns its standard output. Standard error is displayed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", shown(command)))?;
    succeeded(command, output.status)?;
    String::from_utf8(output.stdout)
        .with_context(|| format!("{} printed something that is not text", shown(command)))
}

/// Runs a command and returns its standard output if it succeeds. Use this to query tools that may
/// be missing or broken.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command whose output is written to a file, and prints a progress message at intervals. If
/// the command fails, prints the end of the file. The command is stopped after `limit`.
pub(crate) fn run_logged(
    command: &mut Command,
    what: &str,
    log: &Path,
    limit: Duration,
) -> Result<()> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let copy = file.try_clone().context("cannot open the log twice")?;
    let child = spawn(command.stdout(copy).stderr(file))?;
    let started = Instant::now();
    let mut next = HEARTBEAT;
    let status = wait(what, child, |_| {
        let elapsed = started.elapsed();
        if elapsed >= limit {
            bail!(
                "{what}: no end after {}, see {}",
                ui::clock(elapsed),
                log.display()
            );
        }
        if elapsed >= next {
            next += HEARTBEAT;
            let done = progress(&fs::read_to_string(log).unwrap_or_default())
                .map_or(String::new(), |(done, all)| {
                    format!(": {done} of {all} parts")
                });
            ui::note(&format!("… {what}{done}, {}", ui::clock(elapsed)));
        }
        Ok(())
    })?;
    succeeded(command, status).with_context(|| {
        let text = fs::read_to_string(log).unwrap_or_default();
        // A progress bar overwrites itself.
        let lines = text.split(['\n', '\r']).filter(|line| !line.contains(BAR));
        let lines = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>();
        let end = lines[lines.len().saturating_sub(15)..].join("\n");
        format!("{what}: the end of {} reads\n{end}\n", log.display())
    })
}

/// Returns how far cargo is, from the last progress bar in its output: how many crates are compiled,
/// and of how many.
fn progress(log: &str) -> Option<(u32, u32)> {
    let (_, bar) = log.rsplit_once(BAR)?;
    let (_, numbers) = bar.split_once("] ")?;
    let (done, rest) = numbers.split_once('/')?;
    let all = rest.split(|next: char| !next.is_ascii_digit()).next()?;
    Some((done.parse().ok()?, all.parse().ok()?))
}

pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    command
        .spawn()
        .with_context(|| format!("cannot run {}", shown(command)))
}

/// Waits for a child and calls `check` periodically. Stops the child on a termination signal, or if
/// `check` fails.
fn wait(
    name: &str,
    mut child: Child,
    mut check: impl FnMut(&Child) -> Result<()>,
) -> Result<ExitStatus> {
    let mut delay = Duration::from_millis(2);
    loop {
        if let Some(status) = child.try_wait().context("cannot wait for a child")? {
            return Ok(status);
        }
        if stop::requested() {
            end([&mut child], STOP_TIMEOUT);
            bail!("stopped {}, while {} ran", stop::source(), name);
        }
        if let Err(error) = check(&child) {
            end([&mut child], STOP_TIMEOUT);
            return Err(error);
        }
        thread::sleep(delay);
        delay = (delay * 2).min(Duration::from_millis(100));
    }
}

/// Stops children in this order, first with SIGTERM. Kills each child that takes longer than
/// `timeout`.
pub(crate) fn end<'a>(children: impl IntoIterator<Item = &'a mut Child>, timeout: Duration) {
    for child in children {
        if stop::requested_by_terminal() && exits_within(child, TERMINAL_GRACE) {
            continue;
        }
        // A child that has already exited cannot be signalled, which is not an error.
        let _ = kill_process(Pid::from_child(child), Signal::TERM);
        let started = Instant::now();
        while !exits_within(
            child,
            HEARTBEAT.min(timeout.saturating_sub(started.elapsed())),
        ) {
            if started.elapsed() >= timeout {
                let _ = child.kill();
                let _ = child.wait();
                break;
            }
            ui::note("… it finishes what is under way first");
        }
    }
}

fn exits_within(child: &mut Child, time: Duration) -> bool {
    let started = Instant::now();
    while started.elapsed() < time {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Returns a command as a person would type it, without the program's folder.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args()).take(12);
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_named_as_typed() {
        let error = run(command("/bin/sh").args(["-c", "exit 3"]))
            .unwrap_err()
            .to_string();
        assert_eq!(error, "sh -c exit 3 ended with exit status: 3");
    }

    #[test]
    fn a_question_to_a_missing_tool_has_no_answer() {
        assert_eq!(answer(&mut command("/nowhere/tool")), None);
        assert_eq!(
            answer(command("/bin/sh").args(["-c", "echo yes; exit 1"])),
            None
        );
        assert_eq!(
            answer(command("/bin/sh").args(["-c", "echo yes"])).as_deref(),
            Some("yes")
        );
    }

    #[test]
    fn cargo_tells_how_far_it_is() {
        let log = "   Compiling a v1.0.0\n    Building [=>     ] 7/345: a\r   Compiling b v1.0.0\n\
                   \u{1b}[K    Building [==>    ] 120/345: b, c\r";
        assert_eq!(progress(log), Some((120, 345)));
        assert_eq!(progress("    Building [==>    ] 12"), None, "cut");
        assert_eq!(progress("   Compiling a v1.0.0\n"), None);
    }

    #[test]
    fn a_child_that_ignores_the_request_to_stop_at_first_is_waited_for() {
        let script = "trap 'sleep 0.2; exit 7' TERM; while :; do sleep 0.05; done";
        let mut child = spawn(command("/bin/sh").args(["-c", script])).unwrap();
        thread::sleep(Duration::from_millis(300));
        end([&mut child], STOP_TIMEOUT);
        assert_eq!(child.wait().unwrap().code(), Some(7));
    }

    #[test]
    fn a_child_that_ignores_the_request_to_stop_for_ever_is_killed() {
        let script = "trap '' TERM; while :; do sleep 0.05; done";
        let mut child = spawn(command("/bin/sh").args(["-c", script])).unwrap();
        thread::sleep(Duration::from_millis(300));
        end([&mut child], Duration::from_millis(300));
        assert_eq!(child.wait().unwrap().code(), None, "killed by a signal");
    }

    #[test]
    fn a_command_that_never_ends_is_ended_at_its_limit() {
        let log = std::env::temp_dir().join(format!("xtask-{}.log", std::process::id()));
        let started = Instant::now();
        let limit = Duration::from_millis(200);
        let error = run_logged(command("/bin/sleep").arg("30"), "sleeping", &log, limit);
        assert!(
            error
                .unwrap_err()
                .to_string()
                .starts_with("sleeping: no end after")
        );
        assert!(started.elapsed() < Duration::from_secs(10));
        fs::remove_file(log).unwrap();
    }
}
