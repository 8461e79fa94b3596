//! The lifetime of an app's access tokens, as flags give it.

use std::ops::RangeInclusive;

use crate::config::duration::parse_duration;

/// The lifetimes that Snyk accepts, in seconds.
const ACCEPTED: RangeInclusive<u64> = 3_600..=86_400;

/// Parses a number of seconds, or a duration with a unit. Returns seconds, or `None` if Snyk does not
/// accept that many.
pub(super) fn parse(text: &str) -> Result<Option<u64>, String> {
    let seconds = match text.parse() {
        Ok(seconds) => seconds,
        Err(_) => parse_duration(text)?.as_secs(),
    };
    Ok(ACCEPTED.contains(&seconds).then_some(seconds))
}
