//! `cargo xtask check`: what can be told without running anything.
use anyhow::Result;
/// Checks.
pub(crate) fn run() -> Result<()> {
    Ok(())
}
