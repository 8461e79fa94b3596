//! The summary of a list of issues: how many, how complete, and why none is shown.

use std::borrow::Borrow;

use super::{filters::Filters, row::Row};
use crate::data::{
    coverage::{Coverage, not_loaded},
    number_format::{count, len, number},
    status::Status,
};

/// Returns how many issues are shown of how many, and whether these are all. Returns `None` if the
/// load failed before any issue was read.
#[must_use]
pub fn summary(shown: u64, read: u64, coverage: Coverage, is_reading: bool) -> Option<String> {
    let hidden = (shown != read).then_some(shown);
    let mut words = coverage.shown(hidden, read, "issue");
    if hidden.is_some() || coverage == Coverage::First {
        words = format!("Showing {words}");
    }
    match coverage {
        Coverage::Part if read == 0 => None,
        Coverage::Part => Some(words),
        Coverage::SoFar => Some(format!("{words}; Snyk gives no total")),
        _ if is_reading => Some(format!("{words}, refreshing")),
        Coverage::Lacking(unreadable) => {
            Some(format!("{words}, {}", not_loaded(&number(unreadable))))
        }
        Coverage::Whole | Coverage::First => Some(format!("{words}, updated")),
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
pub fn nothing<R: Borrow<Row>>(filters: &Filters, rows: &[R], coverage: Coverage) -> EmptyList {
    let read = len(rows.len());
    if filters.are_chosen() {
        return EmptyList {
            title: format!("None of {} match", coverage.the(&count(read, "issue"))),
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
    let among = match coverage {
        Coverage::Whole => String::new(),
        Coverage::SoFar => " so far".to_owned(),
        Coverage::Part | Coverage::Lacking(_) if read == 0 => {
            " among those that could be loaded".to_owned()
        }
        _ => format!(" among {}", coverage.the(&number(read))),
    };
    let title = match (ignored, coverage) {
        (0, _) => format!("No open issues{among}"),
        (1, Coverage::Whole) => "The one open issue is ignored".to_owned(),
        (2, Coverage::Whole) => "Both open issues are ignored".to_owned(),
        (more, Coverage::Whole) => format!("All {} open issues are ignored", number(more)),
        _ => format!("No open issues{among}, except ignored ones"),
    };
    let more = if ignored > 0 { " more" } else { "" };
    let text = match (gone, coverage) {
        (_, Coverage::SoFar) => "More are loading; Snyk gives no total.".to_owned(),
        (0, _) if ignored > 0 => "None are resolved.".to_owned(),
        (0, Coverage::Lacking(unreadable)) => {
            format!("{}.", not_loaded(&count(unreadable, "issue")))
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
        match Coverage::of(status) {
            Coverage::Part => Self::Failed,
            _ if status.is_reading() => Self::Reading,
            Coverage::Lacking(_) => Self::Unreadable,
            Coverage::First => Self::Beyond(read),
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
