//! The schedule of polls while the server does not answer, or when the network is reported to be
//! back: one schedule, however many events occur. Pure; times are in milliseconds.

/// Delay before each poll. The last one repeats.
const PAUSES: [f64; 4] = [3_000.0, 5_000.0, 10_000.0, 20_000.0];
/// After this time without an event or a poll, the schedule starts again.
const CALM: f64 = 20_000.0;

/// The schedule, with the polls and events so far.
#[derive(Clone, Copy, Debug)]
pub struct PollSchedule {
    /// The number of polls since the schedule started.
    tries: usize,
    tried: f64,
    heard: f64,
}

impl Default for PollSchedule {
    fn default() -> Self {
        Self {
            tries: 0,
            tried: f64::NEG_INFINITY,
            heard: f64::NEG_INFINITY,
        }
    }
}

impl PollSchedule {
    /// Records that the network is reported to be back. After a while without such an event the
    /// next poll is due at once; a network that comes and goes does not bring polls forward.
    pub fn came_online(&mut self, now: f64) {
        if now - self.heard >= CALM {
            self.tries = 0;
        }
        self.heard = now;
    }

    /// Records the start of a poll.
    pub fn try_now(&mut self, now: f64) {
        self.tries += 1;
        self.tried = now;
    }

    /// Records that a request was not answered, whoever sent it.
    pub fn was_unanswered(&mut self, now: f64) {
        if self.tries == 0 || now - self.tried >= CALM {
            self.tries = 1;
            self.tried = now;
        }
    }

    /// Returns the delay before the next poll.
    #[must_use]
    pub fn wait(&self, now: f64) -> f64 {
        let Some(last) = self.tries.checked_sub(1) else {
            return 0.0;
        };
        let pause = PAUSES[last.min(PAUSES.len() - 1)];
        // A clock that was set back does not make the delay longer.
        (self.tried + pause - now).clamp(0.0, pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the tenths of a second, within `seconds`, at which polls are sent. The network comes
    /// back at the tenths for which `online` is true, and all polls are answered or none is.
    fn tries(seconds: u32, online: impl Fn(u32) -> bool, is_answered: bool) -> Vec<u32> {
        let mut schedule = PollSchedule::default();
        let (mut tries, mut is_wanted) = (Vec::new(), false);
        for tenth in 0..seconds * 10 {
            let now = f64::from(tenth) * 100.0;
            if online(tenth) {
                schedule.came_online(now);
                is_wanted = true;
            }
            if is_wanted && schedule.wait(now) <= 0.0 {
                schedule.try_now(now);
                is_wanted = !is_answered;
                tries.push(tenth);
            }
        }
        tries
    }

    #[test]
    fn a_network_that_comes_once_is_tried_at_once_and_then_more_and_more_rarely() {
        let once = |tenth: u32| tenth == 5;
        assert_eq!(tries(60, once, true), [5]);
        assert_eq!(tries(60, once, false), [5, 35, 85, 185, 385, 585]);
    }

    #[test]
    fn a_network_that_comes_and_goes_is_tried_no_more_often() {
        for every in [1, 4, 15, 70] {
            for is_answered in [false, true] {
                let tries = tries(45, |tenth| tenth % every == 0, is_answered);
                assert!(tries.len() <= 5, "each {every}: {tries:?}");
                assert!(!tries.is_empty());
            }
        }
    }

    #[test]
    fn a_network_that_comes_after_a_calm_is_tried_at_once() {
        let twice = |tenth: u32| tenth == 0 || tenth == 205;
        assert_eq!(tries(30, twice, true), [0, 205]);
    }

    #[test]
    fn an_answer_that_failed_to_come_for_another_reason_is_the_first_try() {
        let mut schedule = PollSchedule::default();
        schedule.was_unanswered(1_000.0);
        assert!((schedule.wait(1_000.0) - 3_000.0).abs() < 1.0);
        schedule.try_now(4_000.0);
        schedule.was_unanswered(4_100.0);
        assert!((schedule.wait(4_100.0) - 4_900.0).abs() < 1.0);
        // Much later, the schedule starts again.
        schedule.was_unanswered(90_000.0);
        assert!((schedule.wait(90_000.0) - 3_000.0).abs() < 1.0);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_pause_longer() {
        let mut schedule = PollSchedule::default();
        schedule.try_now(1e9);
        assert!(schedule.wait(0.0) <= 3_000.0);
    }
}
