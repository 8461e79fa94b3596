//! Terminal output: the steps as they run, and a summary at the end.
//!
//! If the output cannot be written, because the terminal is gone, the disk of a log is full or a
//! pipe is not read, the program continues; above all it still stops its children in order.

use std::{
    io::{self, Write},
    sync::{
        LazyLock,
        mpsc::{self, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::stop;

/// Maximum time to wait for a line to be written.
const PRINT_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug)]
enum Stream {
    Out,
    Error,
}

/// A line, its stream, and a channel that reports that the line was written or lost.
type Line = (Stream, String, Sender<()>);

/// The writer thread. A write may fail, and a write that blocks may block this thread, but every
/// other thread waits only for [`PRINT_TIMEOUT`].
static PRINTER: LazyLock<Sender<Line>> = LazyLock::new(|| {
    let (sender, lines) = mpsc::channel::<Line>();
    let _ = thread::Builder::new()
        .name("printer".to_owned())
        .spawn(move || {
            for (stream, line, done) in lines {
                let _ = match stream {
                    Stream::Out => print_to(&mut io::stdout(), &line),
                    Stream::Error => print_to(&mut io::stderr(), &line),
                };
                let _ = done.send(());
            }
        });
    sender
});

fn print_to(output: &mut impl Write, line: &str) -> io::Result<()> {
    writeln!(output, "{line}")?;
    output.flush()
}

fn print(stream: Stream, line: &str) {
    let (done, is_done) = mpsc::channel();
    if PRINTER.send((stream, line.to_owned(), done)).is_ok() {
        let _ = is_done.recv_timeout(PRINT_TIMEOUT);
    }
}

/// Prints the heading of an operation that takes a while.
pub(crate) fn doing(what: &str) {
    plain(&format!("==> {what}"));
}

/// Prints a detail below a heading.
pub(crate) fn note(what: &str) {
    plain(&format!("    {what}"));
}

/// Prints a text unchanged.
pub(crate) fn plain(what: &str) {
    print(Stream::Out, what);
}

/// Prints a warning.
pub(crate) fn warning(what: &str) {
    plain(&format!("!!! {what}"));
}

/// Prints an error to standard error.
pub(crate) fn failure(what: &str) {
    print(Stream::Error, &format!("xtask: {what}"));
}

/// Formats `75` seconds as `1:15`.
pub(crate) fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[derive(Debug)]
enum Outcome {
    Done,
    Failed(String),
    NotRun(&'static str),
}

/// A sequence of steps. All of them run, so that one run reports every failure.
#[derive(Debug)]
pub(crate) struct Steps {
    started: Instant,
    done: Vec<(String, Duration, Outcome)>,
    warnings: Vec<&'static str>,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            done: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Runs a step and records its outcome; returns `None` if it failed.
    pub(crate) fn step<T>(&mut self, name: &str, action: impl FnOnce() -> Result<T>) -> Option<T> {
        if stop::requested() {
            self.not_run(name, "stopped");
            return None;
        }
        doing(name);
        let started = Instant::now();
        let (value, outcome) = match action() {
            Ok(value) => (Some(value), Outcome::Done),
            Err(error) => {
                let message = format!("{error:#}");
                failure(&message);
                (None, Outcome::Failed(message))
            }
        };
        self.done
            .push((name.to_owned(), started.elapsed(), outcome));
        value
    }

    /// Records a step that could not be started. It counts as a failure, so that nothing is skipped
    /// silently.
    pub(crate) fn not_run(&mut self, name: &str, because: &'static str) {
        self.done
            .push((name.to_owned(), Duration::ZERO, Outcome::NotRun(because)));
    }

    /// Records a warning for the summary.
    pub(crate) fn warn(&mut self, what: &'static str) {
        self.warnings.push(what);
    }

    /// Prints the summary; returns an error if any step failed.
    pub(crate) fn finish(self) -> Result<()> {
        plain("");
        let mut failed = 0;
        for (name, took, outcome) in &self.done {
            let (sign, rest) = match outcome {
                Outcome::Done => ("ok    ", String::new()),
                Outcome::Failed(message) => {
                    failed += 1;
                    (
                        "FAILED",
                        format!(": {}", message.lines().next().unwrap_or_default()),
                    )
                }
                Outcome::NotRun(because) => {
                    failed += 1;
                    ("NOT RUN", format!(": {because}"))
                }
            };
            plain(&format!("{sign} {:>6}  {name}{rest}", clock(*took)));
        }
        for what in &self.warnings {
            plain(&format!("!!!              {what}"));
        }
        let total = clock(self.started.elapsed());
        if failed > 0 {
            bail!(
                "{failed} of {} steps failed, after {total}",
                self.done.len()
            );
        }
        plain(&format!(
            "\nAll {} steps passed, in {total}.",
            self.done.len()
        ));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_as_on_a_clock() {
        assert_eq!(clock(Duration::from_millis(900)), "0:00");
        assert_eq!(clock(Duration::from_secs(75)), "1:15");
        assert_eq!(clock(Duration::from_hours(1)), "60:00");
    }

    #[test]
    fn a_step_that_fails_does_not_stop_the_next_but_fails_the_whole() {
        let mut steps = Steps::new();
        assert!(
            steps
                .step("one", || -> Result<()> { bail!("broken") })
                .is_none()
        );
        assert_eq!(steps.step("two", || Ok(2)), Some(2));
        assert!(
            steps
                .finish()
                .unwrap_err()
                .to_string()
                .starts_with("1 of 2 steps failed")
        );
    }

    #[test]
    fn a_step_that_was_not_run_fails_the_whole() {
        let mut steps = Steps::new();
        steps.not_run("one", "no browser");
        assert!(steps.finish().is_err());
    }
}
