//! The outcomes of the last half minute (pure).

use std::time::{Duration, Instant};

/// Number of parts of the window.
const PARTS: usize = 10;
/// Length of a part. The window is half a minute, so that the failures of calls that each take the
/// read timeout are counted together.
const PART: Duration = Duration::from_secs(3);

/// A sliding window of counters.
#[derive(Debug)]
pub(super) struct Window {
    parts: [Part; PARTS],
    /// Index of the present part.
    at: usize,
    /// When the present part began.
    began: Instant,
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    calls: u32,
    failures: u32,
}

impl Window {
    pub(super) const fn new(now: Instant) -> Self {
        let empty = Part {
            calls: 0,
            failures: 0,
        };
        Self {
            parts: [empty; PARTS],
            at: 0,
            began: now,
        }
    }

    pub(super) fn count_answer(&mut self, now: Instant) {
        let part = self.present(now);
        part.calls = part.calls.saturating_add(1);
    }

    pub(super) fn count_failure(&mut self, now: Instant) {
        let part = self.present(now);
        part.calls = part.calls.saturating_add(1);
        part.failures = part.failures.saturating_add(1);
    }

    /// Returns the numbers of calls and of failures, as of the last count.
    pub(super) fn totals(&self) -> (u64, u64) {
        self.parts.iter().fold((0, 0), |(calls, failures), part| {
            (
                calls + u64::from(part.calls),
                failures + u64::from(part.failures),
            )
        })
    }

    /// Returns the present part, after the parts that are over were emptied.
    fn present(&mut self, now: Instant) -> &mut Part {
        let mut steps = 0;
        while now.saturating_duration_since(self.began) >= PART {
            if steps == PARTS {
                // All are empty.
                self.began = now;
                break;
            }
            steps += 1;
            self.began += PART;
            self.at = (self.at + 1) % PARTS;
            self.parts[self.at] = Part::default();
        }
        &mut self.parts[self.at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_leaves_the_window_after_half_a_minute() {
        let began = Instant::now();
        let mut window = Window::new(began);
        window.count_failure(began);
        window.count_answer(began + PART);
        assert_eq!(window.totals(), (2, 1));
        window.count_answer(began + PART * 9);
        assert_eq!(window.totals(), (3, 1));
        window.count_answer(began + PART * 10);
        assert_eq!(window.totals(), (3, 0));
        // An earlier time, as threads may report, counts in the present part.
        window.count_failure(began);
        assert_eq!(window.totals(), (4, 1));
        window.count_answer(began + PART * 1_000_000);
        assert_eq!(window.totals(), (1, 0));
    }
}
