//! What a person sees: steps as they go, and a summary at the end.
//!
//! Where nobody can see it, because the terminal has gone, the disk behind a log is full or a pipe is
//! not read, the work goes on: above all, children are stopped in order.

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

/// How long a line is waited for.
const PRINTED_WITHIN: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug)]
enum Stream {
    Out,
    Error,
}

/// A line, where it goes, and whom to tell that it was written or is lost.
type Line = (Stream, String, Sender<()>);

/// The thread that writes: a write may fail, and one that blocks may keep that thread, but nobody else
/// for longer than a moment.
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
        let _ = is_done.recv_timeout(PRINTED_WITHIN);
    }
}

/// Something begins that takes a while.
pub(crate) fn doing(what: &str) {
    plain(&format!("==> {what}"));
}

/// A line below what was begun.
pub(crate) fn note(what: &str) {
    plain(&format!("    {what}"));
}

/// Text as it stands.
pub(crate) fn plain(what: &str) {
    print(Stream::Out, what);
}

/// Something that nobody should miss, and that is no failure.
pub(crate) fn warning(what: &str) {
    plain(&format!("!!! {what}"));
}

/// What went wrong, on standard error.
pub(crate) fn failure(what: &str) {
    print(Stream::Error, &format!("xtask: {what}"));
}

/// `75` seconds as `1:15`.
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

/// Steps that are all tried, so that one run shows everything that is wrong.
#[derive(Debug)]
pub(crate) struct Steps {
    started: Instant,
    done: Vec<(String, Duration, Outcome)>,
    warnings: Vec<&'static str>,
}

impl Steps {
    /// No step yet.
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            done: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Runs one step and remembers how it went; `None` when it failed.
    pub(crate) fn step<T>(&mut self, name: &str, action: impl FnOnce() -> Result<T>) -> Option<T> {
        if stop::asked() {
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

    /// Remembers a step that could not even begin. It counts as a failure: nothing is skipped in
    /// silence.
    pub(crate) fn not_run(&mut self, name: &str, because: &'static str) {
        self.done
            .push((name.to_owned(), Duration::ZERO, Outcome::NotRun(because)));
    }

    /// Remembers what the summary must not leave out, though it is no failure.
    pub(crate) fn warn(&mut self, what: &'static str) {
        self.warnings.push(what);
    }

    /// Prints the summary; an error when any step failed.
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
