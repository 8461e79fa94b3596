//! The status of a list's load.

use super::{
    failure::{ReadFailure, Remedy},
    paging::Paging,
};

/// The status of a list's load.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The current stage.
    pub stage: Stage,
    /// The number of items that the current or last load has read.
    pub done: u64,
    /// The total at Snyk, if known.
    pub total: Option<u64>,
    /// The number of items that could not be read by the load that the rows come from.
    pub unreadable: u64,
    /// The time at which the current rows were last loaded completely, in milliseconds.
    pub whole_at: Option<f64>,
    /// Whether Snyk has more items than were loaded.
    pub cut: bool,
    /// Whether a person has retried a failed load, and no page has arrived since.
    pub trying: bool,
    /// The page at which a failed load continues.
    pub(super) paging: Paging,
}

/// The stage of a load.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// Pages are being loaded.
    #[default]
    Reading,
    /// A page could not be loaded.
    Failed(ReadFailure),
    /// All pages are loaded.
    Done,
}

impl Status {
    /// Records the end of a load. `cut` is `true` if Snyk has more items.
    pub fn finish(&mut self, now: f64, cut: bool) {
        self.stage = Stage::Done;
        self.whole_at = Some(now);
        self.cut = cut;
        // The number of items may have changed since Snyk counted them.
        if !cut {
            self.total = Some(self.done);
        }
    }

    /// Returns whether pages are being loaded.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.stage == Stage::Reading
    }

    /// Returns whether pages are being loaded, or a person has retried.
    #[must_use]
    pub fn is_asked_for(&self) -> bool {
        self.is_reading() || self.trying
    }

    /// Returns whether the load adds rows: no load was complete before.
    #[must_use]
    pub fn is_growing(&self) -> bool {
        self.is_reading() && self.whole_at.is_none()
    }

    /// Returns the failure, if the load failed.
    #[must_use]
    pub fn failure(&self) -> Option<&ReadFailure> {
        match &self.stage {
            Stage::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// Returns whether the load failed because the connection did not work.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        let remedy = self.failure().map(ReadFailure::remedy);
        remedy == Some(Remedy::AskWhoIsHere)
    }

    /// Returns whether the rows are all that Snyk had when they were loaded.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.whole_at.is_some() && !self.cut && self.unreadable == 0
    }

    /// Returns the number of items read, and their total, if known. The total of a load that has
    /// ended is the number that it has read, so that a sum over several loads does not run
    /// backwards.
    #[must_use]
    pub fn progress(&self) -> (u64, Option<u64>) {
        let total = if self.is_reading() {
            // Items may have been added since Snyk counted them.
            self.total.map(|total| total.max(self.done))
        } else {
            Some(self.done)
        };
        (self.done, total)
    }
}

/// Returns the progress of several loads together: the number of items read, and their total.
#[must_use]
pub fn together<'a>(all: impl IntoIterator<Item = &'a Status>) -> (u64, Option<u64>) {
    all.into_iter()
        .map(Status::progress)
        .fold((0, Some(0)), |(sum, whole), (done, total)| {
            (sum + done, whole.zip(total).map(|(sum, total)| sum + total))
        })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::answer::Failure;

    pub(in crate::data) fn reading(done: u64, total: Option<u64>) -> Status {
        Status {
            done,
            total,
            ..Status::default()
        }
    }

    pub(in crate::data) fn done(done: u64) -> Status {
        Status {
            stage: Stage::Done,
            whole_at: Some(1.0),
            ..reading(done, Some(done))
        }
    }

    #[test]
    fn progress_does_not_run_backwards_when_one_of_them_is_done() {
        let before = [reading(400, Some(500)), reading(100, Some(4_000))];
        assert_eq!(together(&before), (500, Some(4_500)));
        let after = [done(500), reading(100, Some(4_000))];
        assert_eq!(together(&after), (600, Some(4_500)));
        let failed = Status {
            stage: Stage::Failed(Failure::Offline.into()),
            ..reading(100, Some(4_000))
        };
        assert_eq!(together(&[done(500), failed]), (600, Some(600)));
        assert_eq!(together(&[done(500), reading(100, None)]), (600, None));
    }

    #[test]
    fn reading_again_is_no_growing() {
        assert!(reading(1, None).is_growing());
        let again = Status {
            stage: Stage::Reading,
            ..done(500)
        };
        assert!(again.is_reading() && !again.is_growing() && again.is_complete());
        let cut = Status { cut: true, ..again };
        assert!(!cut.is_complete());
        let lacking = Status {
            unreadable: 1,
            ..done(500)
        };
        assert!(!lacking.is_complete());
    }
}
