//! The wall clock, for tokens and records. Lifetimes are measured with the monotonic
//! [`std::time::Instant`].

use jiff::Timestamp;

/// Returns the current time.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of this program that reads the clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
