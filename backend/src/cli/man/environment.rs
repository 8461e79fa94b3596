//! The variables as the manual explains them: `.env.sample`, which a test of the configuration
//! compares with the variables that are read.

use clap_mangen::roff::{Roff, bold, roman};

const SAMPLE: &str = include_str!("../../../../.env.sample");

/// A variable in the sample.
#[derive(Debug)]
struct Variable {
    name: &'static str,
    /// The default, if the sample has it in a comment.
    default: Option<&'static str>,
    comment: String,
}

/// Adds the sections of variables and files.
pub(super) fn add(roff: &mut Roff) {
    roff.control("SH", ["ENVIRONMENT"]);
    roff.text([roman(
        "Read from the environment and from .env; the environment takes precedence.",
    )]);
    for variable in variables(SAMPLE) {
        roff.control("TP", []);
        roff.text([bold(variable.name)]);
        roff.text([roman(variable.comment)]);
        if let Some(default) = variable.default {
            roff.text([roman(format!("Default: {default}"))]);
        }
    }
    roff.control("SH", ["FILES"]);
    for (name, meaning) in [
        (
            ".env",
            "Variables, in the current folder. Read at startup if it exists.",
        ),
        (
            "data/snyk-app.db",
            "The database, unless DATABASE_URL names another one. Created with mode 0600.",
        ),
    ] {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(meaning)]);
    }
}

/// Parses the sample: each variable follows its comment.
fn variables(sample: &'static str) -> Vec<Variable> {
    let mut found = Vec::new();
    let mut comment = Vec::new();
    for line in sample.lines() {
        if line.trim().is_empty() || line.starts_with("# --") {
            comment.clear();
        } else if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
        } else if let Some((name, value)) = line.split_once('=') {
            let default = name.strip_prefix('#').map(|_| value);
            found.push(Variable {
                name: name.trim_start_matches('#'),
                default: default.filter(|value| !value.is_empty()),
                comment: comment.join(" "),
            });
            comment.clear();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_its_own_comment_and_default() {
        let sample =
            "# Copy this.\n\n# ---- One ----\n\n# First\n# line.\nA=\n# Second.\n#B=x=y\n#C=\n";
        let variables = variables(sample);
        let read: Vec<_> = variables
            .iter()
            .map(|one| (one.name, one.default, &*one.comment))
            .collect();
        let expected = [
            ("A", None, "First line."),
            ("B", Some("x=y"), "Second."),
            ("C", None, ""),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn each_variable_of_the_sample_is_explained() {
        let variables = variables(SAMPLE);
        assert!(variables.len() > 20);
        for variable in variables {
            assert!(!variable.comment.is_empty(), "{}", variable.name);
        }
    }
}
