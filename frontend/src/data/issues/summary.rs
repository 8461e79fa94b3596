//! The summary of a list of issues: how many, how complete, and why none is shown.

use std::borrow::Borrow;

use super::{filters::Filters, row::Row};
use crate::data::{
    number_format::{count, len, number},
    status::{Stage, Status},
};

/// The part of a list that has been loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of the list.
    Whole,
    /// As many as the maximum allows; Snyk has more.
    First,
    /// The rows that have been loaded so far, while more are coming.
    SoFar,
    /// The rows that were loaded before the load failed.
    Part,
    /// All but this number of issues, which could not be read.
    Lacking(u64),
}

impl Extent {
    /// Returns the extent for a status. A complete list stays complete while it is loaded again.
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

    /// Returns the number of issues with the extent:
    /// `237 issues`, `first 20,000 issues`, `100 issues so far`.
    fn of_issues(self, read: u64) -> String {
        match self {
            Self::Whole => count(read, "issue"),
            Self::First => format!("first {}", count(read, "issue")),
            Self::SoFar => format!("{} so far", count(read, "issue")),
            Self::Part | Self::Lacking(_) => {
                format!("{} that could be loaded", count(read, "issue"))
            }
        }
    }
}

/// Returns how many issues are shown of how many, and whether these are all. Returns `None` if the
/// load failed before any issue was read.
#[must_use]
pub fn summary(shown: u64, read: u64, extent: Extent, is_reading: bool) -> Option<String> {
    let the = if extent == Extent::First {
        "the first "
    } else {
        ""
    };
    let all = count(read, "issue");
    let some = match (shown == read, extent) {
        (true, Extent::First) => format!("Showing {the}{all}"),
        (true, _) => all,
        (false, _) => format!("Showing {} of {the}{all}", number(shown)),
    };
    match extent {
        Extent::Part if read == 0 => None,
        Extent::Part => Some(format!("{some} so far")),
        Extent::SoFar => Some(format!("{some} so far; Snyk gives no total")),
        Extent::Whole | Extent::First | Extent::Lacking(_) if is_reading => {
            Some(format!("{some}, refreshing"))
        }
        Extent::Lacking(unreadable) => Some(format!(
            "{some}, {} could not be loaded",
            number(unreadable)
        )),
        Extent::Whole | Extent::First => Some(format!("{some}, updated")),
    }
}

/// The text in place of an empty list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmptyList {
    /// The summary: which issues are missing.
    pub title: String,
    /// The explanation.
    pub text: String,
    /// A change that shows some issues.
    pub way_out: Option<Suggestion>,
}

/// A change of the filters that shows some issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The label of its button.
    pub words: &'static str,
    /// The changed filters.
    pub filters: Filters,
}

/// Returns the text for filters that match none of the rows.
#[must_use]
pub fn nothing<R: Borrow<Row>>(filters: &Filters, rows: &[R], extent: Extent) -> EmptyList {
    let read = len(rows.len());
    if filters.are_chosen() {
        let some = extent.of_issues(read);
        return EmptyList {
            title: format!("None of the {some} match"),
            text: format!("Filters: {}.", filters.words()),
            way_out: Some(Suggestion {
                words: "Clear filters",
                filters: filters.cleared(),
            }),
        };
    }
    let rows = || rows.iter().map(Borrow::borrow);
    let is_open = |row: &&Row| row.may_be_open();
    // By default, open issues that are not ignored are shown.
    let ignored = len(rows().filter(is_open).count());
    let gone = read - ignored;
    let among = match extent {
        Extent::Whole => String::new(),
        Extent::First => format!(" among the first {}", number(read)),
        Extent::SoFar => " so far".to_owned(),
        Extent::Part | Extent::Lacking(_) if read > 0 => {
            format!(" among the {} that could be loaded", number(read))
        }
        Extent::Part | Extent::Lacking(_) => " among those that could be loaded".to_owned(),
    };
    let title = match (ignored, extent) {
        (0, _) => format!("No open issues{among}"),
        (1, Extent::Whole) => "The one open issue is ignored".to_owned(),
        (2, Extent::Whole) => "Both open issues are ignored".to_owned(),
        (more, Extent::Whole) => format!("All {} open issues are ignored", number(more)),
        _ => format!("No open issues{among}, except ignored ones"),
    };
    let more = if ignored > 0 { " more" } else { "" };
    let text = match (gone, extent) {
        (_, Extent::SoFar) => "More are loading; Snyk gives no total.".to_owned(),
        (0, _) if ignored > 0 => "None are resolved.".to_owned(),
        (0, Extent::Lacking(unreadable)) => {
            format!("{} could not be loaded.", count(unreadable, "issue"))
        }
        (0, _) => "Snyk found no issues in this project.".to_owned(),
        (1, _) => format!("One{more} is resolved."),
        (gone, _) => format!("{}{more} are resolved.", number(gone)),
    };
    let mut shows = filters.clone();
    let words = if ignored > 0 {
        shows.ignored = None;
        Some("Include ignored")
    } else {
        shows.statuses.clear();
        // Resolved issues can be ignored as well.
        if rows().all(|row| row.is_ignored == Some(true)) {
            shows.ignored = None;
        }
        (gone > 0).then_some("Include resolved")
    };
    EmptyList {
        title,
        text,
        way_out: words.map(|words| Suggestion {
            words,
            filters: shows,
        }),
    }
}

/// The reason why the list lacks the issue that the address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// The list is being loaded.
    Reading,
    /// The load failed, perhaps before it reached the issue.
    Failed,
    /// The issue may be one of those that could not be read.
    Unreadable,
    /// The issue may be beyond the maximum; this number of issues was read.
    Beyond(u64),
    /// The project has no such issue.
    Gone,
}

impl Absent {
    /// Returns the reason for a status and the number of issues that have been read.
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

    /// Returns the heading and the explanation.
    #[must_use]
    pub fn told(self) -> (&'static str, String) {
        match self {
            Self::Reading => ("Loading the issue", String::new()),
            Self::Failed => (
                "This issue could not be loaded",
                "It may be among those that are not loaded yet.".to_owned(),
            ),
            Self::Unreadable => (
                "This issue is not in the list",
                "It may be among those that could not be loaded.".to_owned(),
            ),
            Self::Beyond(read) => (
                "This issue is not in the list",
                format!(
                    "It is not among the first {}, and no more are loaded here.",
                    count(read, "issue")
                ),
            ),
            Self::Gone => (
                "Issue not found",
                "It is not one of this project’s issues. It may have been removed at Snyk, or the link is incomplete."
                    .to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests;
