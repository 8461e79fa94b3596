//! Paths of the tools that the task runner has installed.

use std::path::PathBuf;

/// Returns the path that the task runner passes in a variable.
#[expect(
    clippy::disallowed_methods,
    reason = "the task runner says where it installed them"
)]
pub(crate) fn variable(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    value
        .unwrap_or_else(|| panic!("{name} is not set: run `cargo xtask test`"))
        .into()
}
