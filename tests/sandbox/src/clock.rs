//! The time of day, for what is written into tokens and records. Lifetimes are measured with
//! [`std::time::Instant`], which nobody sets back.

use jiff::Timestamp;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of this program that reads the clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
