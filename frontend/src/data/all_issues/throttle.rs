//! How often a list that is being loaded is computed anew.

use std::time::Duration;

/// Shortest time between two updates, in milliseconds.
const SHORTEST: u64 = 100;
/// Number of issues for which this time becomes a millisecond longer. To filter, sort and group an
/// issue takes some thousandths of a millisecond, so this is a tenth of the time at most.
const EACH: u64 = 10;
/// How long after the last movement a person counts as scrolling, in milliseconds. An update would make
/// a frame late, and move the rows that the person is looking at.
const STILL: f64 = 150.0;
/// Longest time between two updates while a person scrolls, in milliseconds.
const LONGEST: f64 = 3_000.0;

/// When the list was updated, when it may be again, and when a person last scrolled: in milliseconds by
/// a clock that is never set.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    updated: f64,
    next: f64,
    scrolled: f64,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            updated: f64::NEG_INFINITY,
            next: f64::NEG_INFINITY,
            scrolled: f64::NEG_INFINITY,
        }
    }
}

impl Throttle {
    /// Returns how long the next update has to wait, in milliseconds; not above zero if it is due.
    #[must_use]
    pub fn wait(&self, now: f64) -> f64 {
        let until_still = self.scrolled + STILL - now;
        let at_most = self.updated + LONGEST - now;
        (self.next - now).max(until_still.min(at_most))
    }

    /// Records an update of so many issues.
    pub fn update(&mut self, now: f64, issues: u64) {
        let pause = Duration::from_millis(SHORTEST + issues / EACH);
        self.updated = now;
        self.next = now + pause.as_secs_f64() * 1_000.0;
    }

    /// Records that a person scrolls.
    pub fn scroll(&mut self, now: f64) {
        self.scrolled = now;
    }

    /// Makes the next update due: the list is another one.
    pub fn begin(&mut self) {
        self.updated = f64::NEG_INFINITY;
        self.next = f64::NEG_INFINITY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_update_is_due_at_once_and_later_ones_the_less_often_the_more_there_are() {
        let mut throttle = Throttle::default();
        assert!(throttle.wait(0.0) <= 0.0);
        throttle.update(0.0, 0);
        assert!((throttle.wait(0.0) - 100.0).abs() < 1e-9);
        throttle.update(0.0, 20_000);
        assert!((throttle.wait(100.0) - 2_000.0).abs() < 1e-9);
        throttle.begin();
        assert!(throttle.wait(100.0) <= 0.0);
    }

    #[test]
    fn an_update_waits_for_a_person_who_scrolls_but_not_for_ever() {
        let mut throttle = Throttle::default();
        throttle.scroll(0.0);
        assert!(throttle.wait(0.0) <= 0.0, "the first rows come at once");
        throttle.update(0.0, 0);
        for now in [500.0, 1_000.0, 2_800.0] {
            throttle.scroll(now);
            assert!((throttle.wait(now) - STILL).abs() < 1e-9, "{now}");
        }
        throttle.scroll(2_900.0);
        assert!((throttle.wait(2_900.0) - 100.0).abs() < 1e-9);
        throttle.scroll(3_000.0);
        assert!(throttle.wait(3_000.0) <= 0.0);
        throttle.update(3_000.0, 0);
        assert!(throttle.wait(3_151.0) <= 0.0, "the person has stopped");
    }
}
