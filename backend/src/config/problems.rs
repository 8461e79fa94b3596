//! Collects all problems of a configuration: the variable, the reason and the fix, but never the
//! value.

use std::fmt;

/// A collector of problems and warnings.
#[derive(Debug, Default)]
pub struct Problems {
    problems: Vec<(&'static str, String)>,
    warnings: Vec<String>,
}

/// The error that lists every problem of a configuration.
#[derive(Debug, thiserror::Error)]
pub struct Report(Problems);

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problems { problems, warnings } = &self.0;
        let plural = if problems.len() == 1 { "" } else { "s" };
        writeln!(
            f,
            "The configuration has {} problem{plural}:",
            problems.len()
        )?;
        for (name, why) in problems {
            writeln!(f, "  {name} {why}")?;
        }
        // A warning may explain why a variable is missing.
        for (index, warning) in warnings.iter().enumerate() {
            if index == 0 {
                writeln!(f, "Worth a look as well:")?;
            }
            writeln!(f, "  {warning}")?;
        }
        f.write_str("Set these in .env or in the environment, then start again.")
    }
}

impl Problems {
    /// Adds a problem with a variable.
    pub fn add(&mut self, name: &'static str, why: impl Into<String>) {
        let why = why.into();
        if !self
            .problems
            .iter()
            .any(|known| known.0 == name && known.1 == why)
        {
            self.problems.push((name, why));
        }
    }

    /// Adds a warning: a valid setting that the operator should know of at startup.
    pub fn warn(&mut self, what: impl Into<String>) {
        self.warnings.push(what.into());
    }

    /// Returns the problems: each variable, and what is wrong with it.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.problems.iter().map(|(name, why)| (*name, &**why))
    }

    /// Returns the warnings.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns whether there are no problems so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Returns whether a variable has a problem.
    pub(super) fn has_problem(&self, name: &str) -> bool {
        self.problems.iter().any(|(known, _)| *known == name)
    }

    /// Returns the warnings of a configuration without problems.
    #[must_use]
    pub fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    /// Converts the collected problems to an error.
    #[must_use]
    pub fn into_report(self) -> Report {
        Report(self)
    }
}
