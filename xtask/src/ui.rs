//! What a person sees: steps as they go, and a summary at the end.
#![expect(
    clippy::print_stdout,
    reason = "telling a person what happens is what this file is for"
)]

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::stop;

/// Something begins that takes a while.
pub(crate) fn doing(what: &str) {
    println!("==> {what}");
}

/// A line below what was begun.
pub(crate) fn note(what: &str) {
    println!("    {what}");
}

/// Text as it stands.
pub(crate) fn plain(what: &str) {
    println!("{what}");
}

/// Something that nobody should miss, and that is no failure.
pub(crate) fn warning(what: &str) {
    println!("!!! {what}");
}

/// What went wrong, on standard error.
pub(crate) fn failure(what: &str) {
    eprintln!("xtask: {what}");
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
        println!();
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
            println!("{sign} {:>6}  {name}{rest}", clock(*took));
        }
        for what in &self.warnings {
            println!("!!!              {what}");
        }
        let total = clock(self.started.elapsed());
        if failed > 0 {
            bail!(
                "{failed} of {} steps failed, after {total}",
                self.done.len()
            );
        }
        println!("\nAll {} steps passed, in {total}.", self.done.len());
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
