//! The schedule on which a page polls the server: for a refreshed access token, and for
//! organizations that are still being read. Pure.

/// The server refreshes a token in use a quarter of its lifetime before the end, and at most this
/// many seconds before.
const AHEAD_AT_MOST: f64 = 300.0;
/// Seconds from the end to the first poll after it. This time doubles for each further poll.
const FIRST_PAUSE: f64 = 30.0;
/// Maximum number of polls, which includes the three up to the end. A page that is open for days
/// polls again at the next action.
const MOST: u32 = 12;

/// Returns the number of polls that are due for a token of that lifetime, `left` seconds before its
/// end: when a refresh may begin, halfway from there, at the end, and with growing delays after it.
#[must_use]
pub fn moments(lifetime: f64, left: f64) -> u32 {
    let ahead = (lifetime / 4.0).min(AHEAD_AT_MOST);
    let mut passed = 0;
    for moment in [ahead, ahead / 2.0, 0.0] {
        passed += u32::from(left <= moment);
    }
    let mut pause = FIRST_PAUSE;
    while -left >= pause && passed < MOST {
        passed += 1;
        pause *= 2.0;
    }
    passed
}

/// Initial delay while organizations are still being read, in milliseconds.
pub const FIRST_TO_COME: u32 = 2_000;
/// Maximum delay: after a rate limit the rest may take long.
const LONGEST_TO_COME: u32 = 300_000;

/// Returns the delay that follows a delay in which organizations arrived, or in which none did.
#[must_use]
pub const fn until_more_comes(pause: u32, has_come: bool) -> u32 {
    let longer = pause.saturating_add(pause / 2);
    if has_come {
        FIRST_TO_COME
    } else if longer < LONGEST_TO_COME {
        longer
    } else {
        LONGEST_TO_COME
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_asked_around_the_end_and_rarely_after_it() {
        let hour = |left| moments(3_600.0, left);
        assert_eq!(hour(3_600.0), 0);
        assert_eq!(hour(301.0), 0);
        assert_eq!(hour(300.0), 1);
        assert_eq!(hour(150.0), 2);
        assert_eq!(hour(1.0), 2);
        assert_eq!(hour(0.0), 3);
        assert_eq!(hour(-29.0), 3);
        assert_eq!(hour(-30.0), 4);
        assert_eq!(hour(-3_600.0), 10);
        assert_eq!(hour(-1e9), MOST);
    }

    #[test]
    fn a_short_token_is_asked_for_in_its_last_quarter() {
        assert_eq!(moments(40.0, 11.0), 0);
        assert_eq!(moments(40.0, 10.0), 1);
    }

    #[test]
    fn what_is_to_come_is_asked_for_more_and_more_rarely_until_something_comes() {
        assert_eq!(until_more_comes(FIRST_TO_COME, false), 3_000);
        assert_eq!(until_more_comes(250_000, false), 300_000);
        assert_eq!(until_more_comes(300_000, false), 300_000);
        assert_eq!(until_more_comes(300_000, true), FIRST_TO_COME);
    }

    #[test]
    fn times_that_are_none_ask_for_nothing() {
        assert_eq!(moments(f64::NAN, f64::NAN), 0);
    }
}
