//! The requests of the last minute (pure).

use std::time::Duration;

/// Maximum number of requests of a connection in any sixty seconds.
pub const MAX_PER_MINUTE: u32 = 1_600;
/// Size of the window in seconds: one more than a minute, since the oldest second counts as a
/// whole.
pub(super) const WINDOW: usize = 61;

/// The request counts of the last seconds. A token bucket that refills continuously would allow nearly
/// twice its size in the first minute; this is a sliding window.
#[derive(Debug)]
pub(super) struct Minute {
    counts: [u32; WINDOW],
    /// Their sum.
    total: u32,
    /// The newest second that is counted.
    at: u64,
}

impl Minute {
    pub(super) const fn new(at: u64) -> Self {
        Self {
            counts: [0; WINDOW],
            total: 0,
            at,
        }
    }

    /// Counts a request, unless there have been `max` in the window. Returns the delay until the
    /// oldest ones leave it otherwise.
    pub(super) fn take(&mut self, at: u64, max: u32) -> Result<(), Duration> {
        self.advance(at);
        if self.total < max {
            self.counts[slot(self.at)] += 1;
            self.total += 1;
            return Ok(());
        }
        // The oldest second with a request is the next one to leave the window.
        let oldest = (0..WINDOW as u64)
            .rev()
            .find(|back| self.at >= *back && self.counts[slot(self.at - back)] > 0)
            .unwrap_or(0);
        Err(Duration::from_secs((WINDOW as u64 - oldest).max(1)))
    }

    /// Returns the number of requests in the window that was last used.
    pub(super) const fn total(&self) -> u32 {
        self.total
    }

    /// Clears the seconds that have left the window.
    pub(super) fn advance(&mut self, at: u64) {
        let passed = at.saturating_sub(self.at).min(WINDOW as u64);
        for second in 0..passed {
            self.total -= std::mem::take(&mut self.counts[slot(at - second)]);
        }
        self.at = self.at.max(at);
    }

    /// Returns whether every request has left the window.
    pub(super) const fn is_idle(&self, at: u64) -> bool {
        at >= self.at + WINDOW as u64
    }
}

fn slot(second: u64) -> usize {
    // Less than the window, which fits.
    usize::try_from(second % WINDOW as u64).unwrap_or_default()
}
