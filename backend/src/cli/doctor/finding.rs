//! The findings of checks.

/// How good or bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing has to be done.
    Ok,
    /// It works, and may not be what is meant.
    Warn,
    /// It does not work.
    Fail,
}

impl Status {
    /// Returns the word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// A finding of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The subject, in one or two words.
    pub(super) check: &'static str,
    /// How good or bad it is.
    pub(super) status: Status,
    /// The finding, in a sentence.
    pub(super) text: String,
    /// How to mend it, unless the sentence says so.
    pub(super) fix: Option<String>,
}

impl Finding {
    /// Creates a finding that needs no action.
    pub(super) fn ok(check: &'static str, text: impl Into<String>) -> Self {
        Self::new(check, Status::Ok, text)
    }

    /// Creates a warning.
    pub(super) fn warn(check: &'static str, text: impl Into<String>) -> Self {
        Self::new(check, Status::Warn, text)
    }

    /// Creates a failure.
    pub(super) fn fail(check: &'static str, text: impl Into<String>) -> Self {
        Self::new(check, Status::Fail, text)
    }

    /// Adds how to mend it.
    pub(super) fn fix(self, fix: impl Into<String>) -> Self {
        Self {
            fix: Some(fix.into()),
            ..self
        }
    }

    fn new(check: &'static str, status: Status, text: impl Into<String>) -> Self {
        Self {
            check,
            status,
            text: text.into(),
            fix: None,
        }
    }
}
