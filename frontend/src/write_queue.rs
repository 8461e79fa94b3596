//! The queue of writes to the browser's history: a few at once, then at a steady rate, and the last
//! state in any case. Pure.
//!
//! Browsers refuse a page that writes too often: Safari after a hundred calls in ten seconds (older
//! versions in thirty), Firefox after two hundred, with an error; Chromium drops the call silently.

/// Number of writes that are made at once.
const BURST: f64 = 4.0;
/// Milliseconds for each further write: at most 94 calls in thirty seconds.
const INTERVAL: f64 = 334.0;
/// Delays after refusals, in milliseconds. The last one repeats.
const BACKOFF: [f64; 4] = [500.0, 1_000.0, 2_000.0, 5_000.0];

/// A write to the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Write<S> {
    /// The address.
    pub url: String,
    /// Whether the write adds an entry, and does not replace the current one.
    pub adds: bool,
    /// The state of the entry.
    pub state: S,
}

/// The next step.
#[derive(Clone, Debug, PartialEq)]
pub enum Due<S> {
    /// There is nothing to write.
    Nothing,
    /// Ask again after this number of milliseconds.
    In(f64),
    /// Write now.
    Now(Write<S>),
}

/// The pending write, of which there is at most one, and the token bucket that limits the rate.
#[derive(Debug)]
pub struct WriteQueue<S> {
    pending: Option<Write<S>>,
    tokens: f64,
    /// The time at which the tokens were last counted, in milliseconds.
    counted: f64,
    refusals: usize,
    not_before: f64,
}

impl<S> Default for WriteQueue<S> {
    fn default() -> Self {
        Self {
            pending: None,
            tokens: BURST,
            counted: 0.0,
            refusals: 0,
            not_before: 0.0,
        }
    }
}

impl<S: Clone> WriteQueue<S> {
    /// Queues a write in place of the pending one. If the pending one was to add an entry, the new
    /// one adds that entry.
    pub fn offer(&mut self, mut write: Write<S>) {
        write.adds |= self.pending.as_ref().is_some_and(|last| last.adds);
        self.pending = Some(write);
    }

    /// Returns the pending write.
    #[must_use]
    pub fn pending(&self) -> Option<&Write<S>> {
        self.pending.as_ref()
    }

    /// Drops the pending write.
    pub fn forget(&mut self) {
        self.pending = None;
    }

    /// Returns the next step. A write takes a token, even if the browser then refuses the write.
    pub fn due(&mut self, now: f64) -> Due<S> {
        let Some(write) = &self.pending else {
            return Due::Nothing;
        };
        self.tokens = (self.tokens + (now - self.counted).max(0.0) / INTERVAL).min(BURST);
        self.counted = now;
        let for_token = (1.0 - self.tokens).max(0.0) * INTERVAL;
        let wait = for_token.max(self.not_before - now);
        if wait > 0.0 {
            return Due::In(wait);
        }
        self.tokens -= 1.0;
        Due::Now(write.clone())
    }

    /// Records that the browser has made the pending write.
    pub fn written(&mut self) {
        self.pending = None;
        self.refusals = 0;
    }

    /// Records a refusal. The next try follows after a growing delay.
    pub fn refused(&mut self, now: f64) {
        let last = BACKOFF.len() - 1;
        self.not_before = now + BACKOFF[self.refusals.min(last)];
        self.refusals += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(url: &str, adds: bool) -> Write<()> {
        Write {
            url: url.to_owned(),
            adds,
            state: (),
        }
    }

    /// Returns the times at which `count` writes, one each `every` milliseconds, are made, and the
    /// last address that is written.
    fn flood(count: u32, every: f64, refuses: impl Fn(f64) -> bool) -> (Vec<f64>, Option<String>) {
        let mut queue = WriteQueue::default();
        let (mut calls, mut last) = (Vec::new(), None);
        let end = f64::from(count) * every;
        let (mut now, mut offered) = (0.0, 0);
        while now <= end + 20_000.0 {
            while offered < count && f64::from(offered) * every <= now {
                queue.offer(write(&offered.to_string(), true));
                offered += 1;
            }
            if let Due::Now(write) = queue.due(now) {
                calls.push(now);
                if refuses(now) {
                    queue.refused(now);
                } else {
                    queue.written();
                    last = Some(write.url);
                }
            }
            now += 1.0;
        }
        (calls, last)
    }

    fn most_within(calls: &[f64], window: f64) -> usize {
        let within = |from: &f64| {
            let calls = calls.iter();
            calls
                .filter(|at| (*from..*from + window).contains(*at))
                .count()
        };
        calls.iter().map(within).max().unwrap_or_default()
    }

    #[test]
    fn what_a_person_does_is_written_at_once() {
        let mut queue = WriteQueue::default();
        for step in 0..20 {
            let now = f64::from(step) * 400.0;
            queue.offer(write("/a", true));
            assert_eq!(queue.due(now), Due::Now(write("/a", true)), "{step}");
            queue.written();
            assert_eq!(queue.due(now), Due::Nothing);
        }
    }

    #[test]
    fn a_flood_is_a_few_calls_a_second_and_its_last_state_is_written() {
        let (calls, last) = flood(44 * 60, 1_000.0 / 44.0, |_| false);
        assert_eq!(last.as_deref(), Some("2639"));
        assert!(most_within(&calls, 1_000.0) <= 7, "{calls:?}");
        assert!(most_within(&calls, 10_000.0) <= 35);
        assert!(most_within(&calls, 30_000.0) < 100, "Safari's older limit");
    }

    #[test]
    fn a_browser_that_refuses_is_asked_more_and_more_rarely_until_it_lets_it_through() {
        let (calls, last) = flood(1, 1.0, |now| now < 9_000.0);
        assert_eq!(calls, [0.0, 500.0, 1_500.0, 3_500.0, 8_500.0, 13_500.0]);
        assert_eq!(last.as_deref(), Some("0"));
    }

    #[test]
    fn an_entry_that_was_to_be_added_is_added_with_what_came_after_it() {
        let mut queue = WriteQueue::default();
        queue.offer(write("/a", true));
        queue.offer(write("/b", false));
        assert_eq!(queue.pending(), Some(&write("/b", true)));
        queue.forget();
        queue.offer(write("/c", false));
        assert_eq!(queue.due(0.0), Due::Now(write("/c", false)));
    }

    #[test]
    fn a_clock_that_goes_back_neither_gives_nor_takes_for_ever() {
        let mut queue = WriteQueue::default();
        for _ in 0..10 {
            queue.offer(write("/a", true));
            if queue.due(50_000.0) == Due::Now(write("/a", true)) {
                queue.written();
            }
        }
        assert!(matches!(queue.due(1_000.0), Due::In(wait) if wait <= INTERVAL));
        assert!(matches!(queue.due(1_400.0), Due::Now(_)));
    }
}
