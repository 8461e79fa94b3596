//! Checks the configuration: every problem and every warning of the server's own start.

use env_file::Unreadable;

use super::finding::Finding;
use crate::config::{problems::Problems, raw::Raw};

const CHECK: &str = "configuration";

/// Reports a `.env` that cannot be read.
pub(super) fn unreadable(error: &Unreadable) -> Finding {
    Finding::fail(CHECK, error.to_string())
        .fix("correct .env; the checks below use the environment alone")
}

/// Reports what is wrong with the variables.
pub(super) fn check(problems: &Problems, raw: &Raw) -> Vec<Finding> {
    let mut findings: Vec<_> = problems
        .iter()
        .map(|(name, why)| Finding::fail(CHECK, format!("{name} {why}")))
        .collect();
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, "Every variable is valid."));
    }
    // Open files are a check of their own.
    let is_of_open_file = |warning: &str| {
        raw.open_files
            .iter()
            .any(|file| warning.starts_with(&format!("{file} is open to")))
    };
    let warnings = problems.warnings().iter();
    findings.extend(
        warnings
            .filter(|warning| !is_of_open_file(warning))
            .map(|warning| Finding::warn(CHECK, warning)),
    );
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Status;

    #[test]
    fn problems_fail_and_warnings_do_not_and_open_files_are_left_out() {
        let mut raw = Raw::from_pairs(&[]);
        raw.open_files.push(".env".to_owned());
        let mut problems = Problems::default();
        problems.warn(".env is open to other users of this computer: `chmod 600` it");
        assert_eq!(
            check(&problems, &raw),
            [Finding::ok(CHECK, "Every variable is valid.")]
        );
        problems.add("SCOPES", "is missing");
        problems.warn("LOG is odd");
        let found = check(&problems, &raw);
        let found: Vec<_> = found
            .iter()
            .map(|finding| (finding.status, &*finding.text))
            .collect();
        assert_eq!(
            found,
            [
                (Status::Fail, "SCOPES is missing"),
                (Status::Warn, "LOG is odd")
            ]
        );
    }
}
