//! The status of a list's load, and its text.

use super::{failure::ReadFailure, number_format::count, number_format::number, paging::Paging};

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

    /// Returns how much of an organization has been loaded, in words. `rows` is the number of rows.
    #[must_use]
    pub fn note(&self, rows: u64) -> String {
        let note = self.read_note(rows);
        match self.unreadable {
            0 => note,
            unreadable if rows == 0 => {
                format!("{} could not be loaded", count(unreadable, "project"))
            }
            unreadable => format!("{note}, {} could not be loaded", number(unreadable)),
        }
    }

    fn read_note(&self, rows: u64) -> String {
        let projects = count(rows, "project");
        let again = self.whole_at.is_some();
        match (&self.stage, self.total) {
            (Stage::Reading, _) if again => format!("{projects}, refreshing"),
            (Stage::Reading, Some(0)) => "Loading".to_owned(),
            (Stage::Reading, Some(total)) => {
                format!("{} of {} loaded", number(rows), count(total, "project"))
            }
            (Stage::Reading, None) if rows == 0 => "Loading".to_owned(),
            (Stage::Reading, None) => format!("{projects} so far"),
            (Stage::Failed(_), _) if again => format!("{projects}, could not be refreshed"),
            (Stage::Failed(_), _) if rows == 0 => "Could not be loaded".to_owned(),
            (Stage::Failed(_), Some(total)) => format!(
                "{} of {}, the rest could not be loaded",
                number(rows),
                count(total, "project")
            ),
            (Stage::Failed(_), None) => format!("{projects}, the rest could not be loaded"),
            (Stage::Done, _) if self.cut => format!("The first {projects}"),
            (Stage::Done, _) if rows == 0 => "No projects".to_owned(),
            (Stage::Done, _) => projects,
        }
    }
}

/// Returns the notice about items that could not be read: a title, such as
/// `3 projects could not be read`, and a text that explains the consequence.
#[must_use]
pub fn unreadable(how_many: u64, one: &str) -> (String, &'static str) {
    let title = format!("{} could not be loaded", count(how_many, one));
    let text = if how_many == 1 {
        "Snyk’s answer about it has no ID. It is missing from every list, count and total here."
    } else {
        "Snyk’s answers about them have no ID. They are missing from every list, count and total here."
    };
    (title, text)
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
mod tests {
    use super::*;
    use crate::answer::Failure;

    fn reading(done: u64, total: Option<u64>) -> Status {
        Status {
            done,
            total,
            ..Status::default()
        }
    }

    fn done(done: u64) -> Status {
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

    #[test]
    fn what_could_not_be_read_is_told_by_its_number() {
        assert_eq!(unreadable(1, "project").0, "1 project could not be loaded");
        assert_eq!(
            unreadable(3_000, "issue").0,
            "3,000 issues could not be loaded"
        );
    }

    #[test]
    fn how_far_an_organization_is_read_is_told() {
        let failed = |whole_at| Status {
            stage: Stage::Failed(Failure::Offline.into()),
            whole_at,
            ..reading(300, Some(1_204))
        };
        let lacking = |unreadable, status| Status {
            unreadable,
            ..status
        };
        for (status, rows, words) in [
            (
                lacking(1, done(100)),
                99,
                "99 projects, 1 could not be loaded",
            ),
            (lacking(3, done(3)), 0, "3 projects could not be loaded"),
            (
                lacking(2, reading(98, Some(1_204))),
                98,
                "98 of 1,204 projects loaded, 2 could not be loaded",
            ),
            (
                reading(300, Some(1_204)),
                300,
                "300 of 1,204 projects loaded",
            ),
            (reading(0, None), 0, "Loading"),
            (failed(None), 0, "Could not be loaded"),
            (
                failed(None),
                300,
                "300 of 1,204 projects, the rest could not be loaded",
            ),
            (
                failed(Some(1.0)),
                300,
                "300 projects, could not be refreshed",
            ),
            (done(0), 0, "No projects"),
            (
                Status {
                    cut: true,
                    ..done(9)
                },
                9,
                "The first 9 projects",
            ),
        ] {
            assert_eq!(status.note(rows), words);
        }
    }
}
