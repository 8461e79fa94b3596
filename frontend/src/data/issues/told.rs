//! What the page says of a list of issues: how many, how far it is read, and why none is shown.

use std::borrow::Borrow;

use super::{filters::Filters, row::Row};
use crate::data::{
    figures::{count, len, number},
    status::{Stage, Status},
};

/// How much of the list is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// As many as are held at most; there are more at Snyk.
    First,
    /// What has been read until now, and more is coming.
    SoFar,
    /// What could be read.
    Part,
    /// All of it but so many issues that could not be read.
    Lacking(u64),
}

impl Extent {
    /// As the reading stands. What was whole stays so while it is read again.
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

    /// `237 issues`, `first 20,000 issues`, `100 issues so far`.
    fn of_issues(self, read: u64) -> String {
        match self {
            Self::Whole => count(read, "issue"),
            Self::First => format!("first {}", count(read, "issue")),
            Self::SoFar => format!("{} so far", count(read, "issue")),
            Self::Part | Self::Lacking(_) => {
                format!("{} that could be read", count(read, "issue"))
            }
        }
    }
}

/// How many are shown of how many, and whether these are all. `None` while there are none to count.
#[must_use]
pub fn summary(shown: u64, read: u64, extent: Extent, is_reading: bool) -> Option<String> {
    let some = if shown == read && extent != Extent::First {
        count(read, "issue")
    } else {
        let the = if extent == Extent::First {
            "the first "
        } else {
            ""
        };
        format!("{} of {the}{}", number(shown), count(read, "issue"))
    };
    match extent {
        Extent::Part if read == 0 => None,
        Extent::Part => Some(format!("{some} so far")),
        Extent::SoFar => Some(format!("{some} so far, Snyk gives no total")),
        Extent::Whole | Extent::First | Extent::Lacking(_) if is_reading => {
            Some(format!("{some}, reading again"))
        }
        Extent::Lacking(unreadable) => {
            Some(format!("{some}, {} could not be read", number(unreadable)))
        }
        Extent::Whole => Some(format!("{some}, all read")),
        Extent::First => Some(format!("{some}, read")),
    }
}

/// Why no issue is shown, and what can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nothing {
    /// What is not here.
    pub title: String,
    /// Why.
    pub text: String,
    /// What shows some.
    pub way_out: Option<WayOut>,
}

/// What shows some issues where there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayOut {
    /// Its words.
    pub words: &'static str,
    /// The filters that do.
    pub filters: Filters,
}

/// What to say when the filters let none of the rows through.
#[must_use]
pub fn nothing<R: Borrow<Row>>(filters: &Filters, rows: &[R], extent: Extent) -> Nothing {
    let read = len(rows.len());
    if filters.are_chosen() {
        let some = extent.of_issues(read);
        return Nothing {
            title: format!("None of the {some} match"),
            text: format!("You ask for those that are {}.", filters.words()),
            way_out: Some(WayOut {
                words: "Clear filters",
                filters: filters.cleared(),
            }),
        };
    }
    let rows = || rows.iter().map(Borrow::borrow);
    let is_open = |row: &&Row| row.may_be_open();
    // Open ones that are not ignored would be shown.
    let ignored = len(rows().filter(is_open).count());
    let gone = read - ignored;
    let among = match extent {
        Extent::Whole => String::new(),
        Extent::First => format!(" among the first {}", number(read)),
        Extent::SoFar => " so far".to_owned(),
        Extent::Part | Extent::Lacking(_) if read > 0 => {
            format!(" among the {} that could be read", number(read))
        }
        Extent::Part | Extent::Lacking(_) => " among those that could be read".to_owned(),
    };
    let title = match (ignored, extent) {
        (0, _) => format!("No open issues{among}"),
        (1, Extent::Whole) => "The one open issue is ignored".to_owned(),
        (2, Extent::Whole) => "Both open issues are ignored".to_owned(),
        (more, Extent::Whole) => format!("All {} open issues are ignored", number(more)),
        _ => format!("No open issues but ignored ones{among}"),
    };
    let more = if ignored > 0 { " more" } else { "" };
    let text = match (gone, extent) {
        (_, Extent::SoFar) => "More are being read; Snyk gives no total.".to_owned(),
        (0, _) if ignored > 0 => "None is resolved.".to_owned(),
        (0, Extent::Lacking(unreadable)) => {
            format!("{} could not be read.", count(unreadable, "issue"))
        }
        (0, _) => "Snyk has found nothing in this project.".to_owned(),
        (1, _) => format!("One{more} is resolved."),
        (gone, _) => format!("{}{more} are resolved.", number(gone)),
    };
    let mut shows = filters.clone();
    let words = if ignored > 0 {
        shows.ignored = None;
        Some("Show ignored ones too")
    } else {
        shows.statuses.clear();
        // What is resolved can be ignored as well.
        if rows().all(|row| row.is_ignored == Some(true)) {
            shows.ignored = None;
        }
        (gone > 0).then_some("Show resolved ones too")
    };
    Nothing {
        title,
        text,
        way_out: words.map(|words| WayOut {
            words,
            filters: shows,
        }),
    }
}

/// Why an issue that the address names is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It may still come.
    Reading,
    /// It may be among those that are not read yet.
    Failed,
    /// It may be among those that could not be read.
    Unreadable,
    /// It may be among those that are not held: these are the first so many.
    Beyond(u64),
    /// It is not among the project's.
    Gone,
}

impl Absent {
    /// As the reading of the list stands, of which so many are here.
    #[must_use]
    pub fn of(status: &Status, read: u64) -> Self {
        match Extent::of(status) {
            Extent::Part => Self::Failed,
            _ if status.is_reading() => Self::Reading,
            Extent::Lacking(_) => Self::Unreadable,
            Extent::First => Self::Beyond(read),
            _ => Self::Gone,
        }
    }

    /// In a heading, and what it means.
    #[must_use]
    pub fn told(self) -> (&'static str, String) {
        match self {
            Self::Reading => ("Reading the issue", String::new()),
            Self::Failed => (
                "This issue could not be read",
                "It may be among those that are not read yet.".to_owned(),
            ),
            Self::Unreadable => (
                "This issue is not here",
                "It may be among those that could not be read.".to_owned(),
            ),
            Self::Beyond(read) => (
                "This issue is not here",
                format!(
                    "It is not among the first {}, and no more are read here.",
                    count(read, "issue")
                ),
            ),
            Self::Gone => (
                "This issue is not there",
                "It is not among the issues of the project. It may have been removed at Snyk, or the link was cut off."
                    .to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::snyk::issue::IssueStatus;

    use super::{super::row::tests::row, *};
    use crate::data::failure::Failure;

    fn status(stage: Stage, is_whole: bool, cut: bool) -> Status {
        Status {
            stage,
            whole_at: is_whole.then_some(1.0),
            cut,
            ..Status::default()
        }
    }

    #[test]
    fn what_could_not_be_read_is_not_called_none_and_its_issue_not_gone() {
        let status = Status {
            unreadable: 2,
            ..status(Stage::Done, true, false)
        };
        let extent = Extent::of(&status);
        assert_eq!(extent, Extent::Lacking(2));
        assert_eq!(Absent::of(&status, 9), Absent::Unreadable);
        let none = nothing(&Filters::default(), &rows(0, 0, 0), extent);
        assert_eq!(none.title, "No open issues among those that could be read");
        assert_eq!(none.text, "2 issues could not be read.");
        let resolved = nothing(&Filters::default(), &rows(0, 9, 0), extent);
        assert_eq!(
            resolved.title,
            "No open issues among the 9 that could be read"
        );
    }

    fn failed() -> Stage {
        Stage::Failed(Failure::Offline)
    }

    #[test]
    fn what_was_whole_stays_so_while_it_is_read_again() {
        for (stage, is_whole, cut, extent) in [
            (Stage::Reading, false, false, Extent::SoFar),
            (Stage::Reading, true, false, Extent::Whole),
            (Stage::Done, true, false, Extent::Whole),
            (Stage::Done, true, true, Extent::First),
            (failed(), false, false, Extent::Part),
            (failed(), true, false, Extent::Whole),
            (failed(), true, true, Extent::First),
        ] {
            assert_eq!(Extent::of(&status(stage, is_whole, cut)), extent);
        }
    }

    #[test]
    fn what_is_hidden_is_not_counted_as_shown() {
        let say = |shown, read, extent| summary(shown, read, extent, false).unwrap_or_default();
        assert_eq!(say(231, 237, Extent::Whole), "231 of 237 issues, all read");
        assert_eq!(say(1, 1, Extent::Whole), "1 issue, all read");
        assert_eq!(
            say(900, 1_200, Extent::SoFar),
            "900 of 1,200 issues so far, Snyk gives no total"
        );
        assert_eq!(
            say(100, 100, Extent::SoFar),
            "100 issues so far, Snyk gives no total"
        );
        assert_eq!(
            say(20_000, 20_000, Extent::First),
            "20,000 of the first 20,000 issues, read"
        );
        assert_eq!(say(90, 100, Extent::Part), "90 of 100 issues so far");
        assert_eq!(
            say(90, 99, Extent::Lacking(1)),
            "90 of 99 issues, 1 could not be read"
        );
        assert_eq!(
            say(0, 0, Extent::Lacking(3)),
            "0 issues, 3 could not be read"
        );
        assert_eq!(summary(0, 0, Extent::Part, false), None);
        assert_eq!(
            summary(9, 9, Extent::Whole, true).as_deref(),
            Some("9 issues, reading again")
        );
    }

    /// So many issues that are open, ignored, resolved, or resolved and ignored.
    fn rows(open_ignored: usize, resolved: usize, both: usize) -> Vec<Row> {
        let one = |status: IssueStatus, is_ignored| {
            let mut row = row("");
            row.status = status;
            row.is_ignored = Some(is_ignored);
            row
        };
        let mut rows = vec![one(IssueStatus::Open, true); open_ignored];
        rows.extend(vec![one(IssueStatus::Resolved, false); resolved]);
        rows.extend(vec![one(IssueStatus::Resolved, true); both]);
        rows
    }

    #[test]
    fn ignored_ones_are_not_called_resolved() {
        for (rows, title, text, words, query) in [
            (
                rows(0, 0, 0),
                "No open issues",
                "Snyk has found nothing in this project.",
                None,
                "",
            ),
            (
                rows(0, 5, 0),
                "No open issues",
                "5 are resolved.",
                Some("Show resolved ones too"),
                "status=all",
            ),
            (
                rows(0, 1, 0),
                "No open issues",
                "One is resolved.",
                Some("Show resolved ones too"),
                "status=all",
            ),
            (
                rows(0, 0, 2),
                "No open issues",
                "2 are resolved.",
                Some("Show resolved ones too"),
                "status=all&ignored=all",
            ),
            (
                rows(5, 0, 0),
                "All 5 open issues are ignored",
                "None is resolved.",
                Some("Show ignored ones too"),
                "ignored=all",
            ),
            (
                rows(1, 3, 1),
                "The one open issue is ignored",
                "4 more are resolved.",
                Some("Show ignored ones too"),
                "ignored=all",
            ),
        ] {
            let nothing = nothing(&Filters::default(), &rows, Extent::Whole);
            assert_eq!((&*nothing.title, &*nothing.text), (title, text));
            assert_eq!(nothing.way_out.as_ref().map(|way| way.words), words);
            let filters = nothing.way_out.map(|way| way.filters);
            if let Some(filters) = filters {
                assert_eq!(filters.query(), query);
                assert!(!filters.apply(&rows).is_empty(), "{query} shows some");
            }
        }
    }

    #[test]
    fn what_is_not_read_yet_is_not_called_none() {
        let title = |query, extent| {
            let nothing = nothing(&Filters::parse(query), &rows(0, 9, 0), extent);
            (nothing.title, nothing.way_out.map(|way| way.words))
        };
        let clear = Some("Clear filters");
        for (query, extent, words, way_out) in [
            (
                "kind=cloud",
                Extent::Whole,
                "None of the 9 issues match",
                clear,
            ),
            (
                "kind=cloud",
                Extent::SoFar,
                "None of the 9 issues so far match",
                clear,
            ),
            (
                "kind=cloud",
                Extent::First,
                "None of the first 9 issues match",
                clear,
            ),
            (
                "kind=cloud",
                Extent::Part,
                "None of the 9 issues that could be read match",
                clear,
            ),
            (
                "",
                Extent::SoFar,
                "No open issues so far",
                Some("Show resolved ones too"),
            ),
            (
                "",
                Extent::First,
                "No open issues among the first 9",
                Some("Show resolved ones too"),
            ),
            (
                "",
                Extent::Part,
                "No open issues among the 9 that could be read",
                Some("Show resolved ones too"),
            ),
        ] {
            assert_eq!(title(query, extent), (words.to_owned(), way_out));
        }
    }

    #[test]
    fn an_issue_is_gone_only_if_everything_was_read() {
        for (stage, is_whole, cut, absent) in [
            (Stage::Reading, false, false, Absent::Reading),
            (Stage::Reading, true, false, Absent::Reading),
            (failed(), false, false, Absent::Failed),
            (failed(), true, false, Absent::Gone),
            (Stage::Done, true, true, Absent::Beyond(7)),
            (Stage::Done, true, false, Absent::Gone),
        ] {
            assert_eq!(Absent::of(&status(stage, is_whole, cut), 7), absent);
        }
        let (_, text) = Absent::Beyond(20_000).told();
        assert_eq!(
            text,
            "It is not among the first 20,000 issues, and no more are read here."
        );
    }
}
