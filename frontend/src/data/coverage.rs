//! How much of a list is here, in words: the only place for "first", "so far", "that could be
//! loaded" and "could not be loaded".

use super::{
    number_format::{count, number},
    status::{Stage, Status},
};

/// The part of a list that has been loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of the list.
    Whole,
    /// As many as the maximum allows; Snyk has more.
    First,
    /// The rows that have been loaded so far, while more are coming.
    SoFar,
    /// The rows that were loaded before the load failed.
    Part,
    /// All but this number of items, which could not be read.
    Lacking(u64),
}

impl Coverage {
    /// Returns the coverage for a status. A complete list stays complete while it is loaded again.
    #[must_use]
    pub fn of(status: &Status) -> Self {
        match &status.stage {
            Stage::Failed(_) if status.whole_at.is_none() => Self::Part,
            Stage::Reading if status.whole_at.is_none() => Self::SoFar,
            _ if status.cut => Self::First,
            _ if status.unreadable > 0 => Self::Lacking(status.unreadable),
            _ => Self::Whole,
        }
    }

    /// Returns the coverage of several lists together: what is missing of one is missing of all.
    #[must_use]
    pub fn together(all: impl Iterator<Item = Self>) -> Self {
        all.fold(Self::Whole, |one, other| match (one, other) {
            (Self::Lacking(one), Self::Lacking(other)) => Self::Lacking(one + other),
            (Self::Part, _) | (_, Self::Part) => Self::Part,
            (Self::SoFar, _) | (_, Self::SoFar) => Self::SoFar,
            (Self::First, _) | (_, Self::First) => Self::First,
            (Self::Whole, other) => other,
            (one, _) => one,
        })
    }

    /// Returns what is here with its article: `the 237 issues`, `the first 20,000 issues`,
    /// `the 100 issues so far`, `the 5 organizations that could be loaded`.
    #[must_use]
    pub fn the(self, what: &str) -> String {
        match self {
            Self::Whole => format!("the {what}"),
            Self::First => format!("the first {what}"),
            Self::SoFar => format!("the {what} so far"),
            Self::Part | Self::Lacking(_) => format!("the {what} that could be loaded"),
        }
    }

    /// Returns how many of the items that are here are shown, if filters hide some:
    /// `237 issues`, `9 of the first 20,000 issues`, `90 of 100 issues so far`.
    #[must_use]
    pub fn shown(self, shown: Option<u64>, read: u64, one: &str) -> String {
        let mut words = count(read, one);
        if self == Self::First {
            words = self.the(&words);
        }
        if let Some(shown) = shown {
            words = format!("{} of {words}", number(shown));
        }
        so_far(words, matches!(self, Self::SoFar | Self::Part))
    }
}

/// Returns a number of something, which may still grow: `37 critical issues so far`.
#[must_use]
pub fn so_far(mut words: String, is_growing: bool) -> String {
    if is_growing {
        words.push_str(" so far");
    }
    words
}

/// Returns the sentence that something could not be loaded: `3 issues could not be loaded`.
#[must_use]
pub fn not_loaded(what: &str) -> String {
    format!("{what} could not be loaded")
}

/// Returns how far a load is: `300 of 1,204 projects`, or `300 projects so far` if the total is not
/// known.
#[must_use]
pub fn progress(done: u64, total: Option<u64>, one: &str) -> String {
    match total {
        Some(total) => format!("{} of {}", number(done), count(total, one)),
        None => so_far(count(done, one), true),
    }
}

/// Returns the consequence of a failed load for a list with this number of rows; `None` if the
/// failure itself says it all.
#[must_use]
pub fn consequence(status: &Status, rows: u64, one: &str) -> Option<String> {
    match status.total {
        _ if status.whole_at.is_some() => Some(format!("The {one}s could not be refreshed")),
        _ if rows == 0 => None,
        Some(total) => {
            let more = number(total.saturating_sub(rows));
            Some(not_loaded(&format!("{more} more")))
        }
        None => Some(not_loaded(&format!("More {one}s"))),
    }
}

/// Returns the notice about items that could not be read: a title, such as
/// `3 projects could not be loaded`, and a text that explains the consequence.
#[must_use]
pub fn unreadable(how_many: u64, one: &str) -> (String, &'static str) {
    let text = if how_many == 1 {
        "Snyk’s answer about it has no ID. It is missing from every list, count and total here."
    } else {
        "Snyk’s answers about them have no ID. They are missing from every list, count and total here."
    };
    (not_loaded(&count(how_many, one)), text)
}

/// Returns how much of an organization's projects is here, beside its name. `rows` is the number of
/// rows.
#[must_use]
pub fn note(status: &Status, rows: u64) -> String {
    let note = read_note(status, rows);
    match status.unreadable {
        0 => note,
        unreadable if rows == 0 => self::unreadable(unreadable, "project").0,
        unreadable => format!("{note}, {}", not_loaded(&number(unreadable))),
    }
}

fn read_note(status: &Status, rows: u64) -> String {
    let projects = count(rows, "project");
    let again = status.whole_at.is_some();
    let progress = || progress(rows, status.total, "project");
    match (&status.stage, status.total) {
        (Stage::Reading, _) if again => format!("{projects}, refreshing"),
        (Stage::Reading, Some(0)) => "Loading".to_owned(),
        (Stage::Reading, Some(_)) => format!("{} loaded", progress()),
        (Stage::Reading, None) if rows == 0 => "Loading".to_owned(),
        (Stage::Reading, None) => progress(),
        (Stage::Failed(_), _) if again => format!("{projects}, could not be refreshed"),
        (Stage::Failed(_), _) if rows == 0 => "Could not be loaded".to_owned(),
        (Stage::Failed(_), Some(_)) => not_loaded(&format!("{}, the rest", progress())),
        (Stage::Failed(_), None) => not_loaded(&format!("{projects}, the rest")),
        (Stage::Done, _) if status.cut => format!("The first {projects}"),
        (Stage::Done, _) if rows == 0 => "No projects".to_owned(),
        (Stage::Done, _) => projects,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        answer::Failure,
        data::status::tests::{done, reading},
    };

    fn failed(whole_at: Option<f64>, total: Option<u64>) -> Status {
        Status {
            stage: Stage::Failed(Failure::Offline.into()),
            whole_at,
            ..reading(300, total)
        }
    }

    #[test]
    fn what_was_whole_stays_so_while_it_is_read_again() {
        let status = |stage, is_whole: bool, cut| Status {
            stage,
            whole_at: is_whole.then_some(1.0),
            cut,
            ..Status::default()
        };
        let failed = || Stage::Failed(Failure::Offline.into());
        for (stage, is_whole, cut, coverage) in [
            (Stage::Reading, false, false, Coverage::SoFar),
            (Stage::Reading, true, false, Coverage::Whole),
            (Stage::Done, true, false, Coverage::Whole),
            (Stage::Done, true, true, Coverage::First),
            (failed(), false, false, Coverage::Part),
            (failed(), true, false, Coverage::Whole),
            (failed(), true, true, Coverage::First),
        ] {
            assert_eq!(Coverage::of(&status(stage, is_whole, cut)), coverage);
        }
    }

    #[test]
    fn what_is_missing_of_one_list_is_missing_of_all() {
        use Coverage::{First, Lacking, Part, SoFar, Whole};
        for (all, together) in [
            (vec![], Whole),
            (vec![Whole, Whole], Whole),
            (vec![Lacking(1), Whole, Lacking(2)], Lacking(3)),
            (vec![Whole, First, Lacking(1)], First),
            (vec![First, SoFar, Whole], SoFar),
            (vec![SoFar, Part, First], Part),
        ] {
            assert_eq!(Coverage::together(all.into_iter()), together);
        }
    }

    #[test]
    fn what_is_shown_is_told_with_how_much_of_the_list_is_here() {
        for (coverage, shown, read, words) in [
            (Coverage::Whole, None, 1, "1 project"),
            (Coverage::Whole, Some(5), 9, "5 of 9 projects"),
            (Coverage::SoFar, None, 100, "100 projects so far"),
            (Coverage::Part, Some(9), 100, "9 of 100 projects so far"),
            (Coverage::First, None, 20_000, "the first 20,000 projects"),
            (
                Coverage::First,
                Some(9),
                20_000,
                "9 of the first 20,000 projects",
            ),
            (Coverage::Lacking(1), None, 99, "99 projects"),
        ] {
            assert_eq!(coverage.shown(shown, read, "project"), words);
        }
    }

    #[test]
    fn a_failure_tells_what_is_missing() {
        let told = |status: Status, rows| consequence(&status, rows, "project");
        let told = |status, rows| told(status, rows).unwrap_or_default();
        assert_eq!(
            told(failed(Some(1.0), Some(300)), 300),
            "The projects could not be refreshed"
        );
        assert_eq!(
            told(failed(None, Some(1_204)), 300),
            "904 more could not be loaded"
        );
        assert_eq!(
            told(failed(None, None), 300),
            "More projects could not be loaded"
        );
        assert_eq!(told(failed(None, Some(1_204)), 0), "");
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
        let failed = |whole_at| failed(whole_at, Some(1_204));
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
            assert_eq!(note(&status, rows), words);
        }
    }
}
