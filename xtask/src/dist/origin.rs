//! What a release is built from.

use crate::{environment, process, workspace::Workspace};

/// The commit that is checked out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The commit, with `-modified` if files differ from it, or `unknown` without git.
    pub(crate) commit: String,
    /// Seconds since the Unix epoch: `SOURCE_DATE_EPOCH`, or the time of the commit, or 0.
    pub(crate) seconds: u64,
}

impl Origin {
    pub(crate) fn of(workspace: &Workspace) -> Self {
        let git = |arguments: &[&str]| process::answer(workspace.command("git").args(arguments));
        let commit = git(&[
            "describe",
            "--always",
            "--abbrev=12",
            "--exclude=*",
            "--dirty=-modified",
        ]);
        let given = environment::variable("SOURCE_DATE_EPOCH")
            .and_then(|value| value.to_str()?.parse().ok());
        let of_commit = || git(&["log", "-1", "--format=%ct"])?.parse().ok();
        Self {
            commit: commit.unwrap_or_else(|| "unknown".to_owned()),
            seconds: given.or_else(of_commit).unwrap_or_default(),
        }
    }
}
