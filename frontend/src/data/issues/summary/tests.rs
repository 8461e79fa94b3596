use shared::snyk::issue::IssueStatus;

use super::{super::row::tests::row, *};
use crate::{answer::Failure, data::status::Stage};

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
    let coverage = Coverage::of(&status);
    assert_eq!(coverage, Coverage::Lacking(2));
    assert_eq!(Absent::of(&status, 9), Absent::Unreadable);
    let none = nothing(&Filters::default(), &rows(0, 0, 0), coverage);
    assert_eq!(
        none.title,
        "No open issues among those that could be loaded"
    );
    assert_eq!(none.text, "2 issues could not be loaded.");
    let resolved = nothing(&Filters::default(), &rows(0, 9, 0), coverage);
    assert_eq!(
        resolved.title,
        "No open issues among the 9 that could be loaded"
    );
}

fn failed() -> Stage {
    Stage::Failed(Failure::Offline.into())
}

#[test]
fn what_is_hidden_is_not_counted_as_shown() {
    let say = |shown, read, coverage| summary(shown, read, coverage, false).unwrap_or_default();
    assert_eq!(
        say(231, 237, Coverage::Whole),
        "Showing 231 of 237 issues, updated"
    );
    assert_eq!(say(1, 1, Coverage::Whole), "1 issue, updated");
    assert_eq!(
        say(900, 1_200, Coverage::SoFar),
        "Showing 900 of 1,200 issues so far; Snyk gives no total"
    );
    assert_eq!(
        say(100, 100, Coverage::SoFar),
        "100 issues so far; Snyk gives no total"
    );
    assert_eq!(
        say(20_000, 20_000, Coverage::First),
        "Showing the first 20,000 issues, updated"
    );
    assert_eq!(
        say(9, 20_000, Coverage::First),
        "Showing 9 of the first 20,000 issues, updated"
    );
    assert_eq!(
        say(90, 100, Coverage::Part),
        "Showing 90 of 100 issues so far"
    );
    assert_eq!(
        say(90, 99, Coverage::Lacking(1)),
        "Showing 90 of 99 issues, 1 could not be loaded"
    );
    assert_eq!(
        say(0, 0, Coverage::Lacking(3)),
        "0 issues, 3 could not be loaded"
    );
    assert_eq!(summary(0, 0, Coverage::Part, false), None);
    assert_eq!(
        summary(9, 9, Coverage::Whole, true).as_deref(),
        Some("9 issues, refreshing")
    );
}

/// Creates this number of rows that are open, ignored, resolved, or resolved and ignored.
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
            "Snyk found no issues in this project.",
            None,
            "",
        ),
        (
            rows(0, 5, 0),
            "No open issues",
            "5 are resolved.",
            Some("Include resolved"),
            "status=all",
        ),
        (
            rows(0, 1, 0),
            "No open issues",
            "One is resolved.",
            Some("Include resolved"),
            "status=all",
        ),
        (
            rows(0, 0, 2),
            "No open issues",
            "2 are resolved.",
            Some("Include resolved"),
            "status=all&ignored=all",
        ),
        (
            rows(5, 0, 0),
            "All 5 open issues are ignored",
            "None are resolved.",
            Some("Include ignored"),
            "ignored=all",
        ),
        (
            rows(1, 3, 1),
            "The one open issue is ignored",
            "4 more are resolved.",
            Some("Include ignored"),
            "ignored=all",
        ),
    ] {
        let nothing = nothing(&Filters::default(), &rows, Coverage::Whole);
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
    let title = |query, coverage| {
        let nothing = nothing(&Filters::parse(query), &rows(0, 9, 0), coverage);
        (nothing.title, nothing.way_out.map(|way| way.words))
    };
    let clear = Some("Clear filters");
    for (query, coverage, words, way_out) in [
        (
            "kind=cloud",
            Coverage::Whole,
            "None of the 9 issues match",
            clear,
        ),
        (
            "kind=cloud",
            Coverage::SoFar,
            "None of the 9 issues so far match",
            clear,
        ),
        (
            "kind=cloud",
            Coverage::First,
            "None of the first 9 issues match",
            clear,
        ),
        (
            "kind=cloud",
            Coverage::Part,
            "None of the 9 issues that could be loaded match",
            clear,
        ),
        (
            "",
            Coverage::SoFar,
            "No open issues so far",
            Some("Include resolved"),
        ),
        (
            "",
            Coverage::First,
            "No open issues among the first 9",
            Some("Include resolved"),
        ),
        (
            "",
            Coverage::Part,
            "No open issues among the 9 that could be loaded",
            Some("Include resolved"),
        ),
    ] {
        assert_eq!(title(query, coverage), (words.to_owned(), way_out));
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
        "It is not among the first 20,000 issues, and no more are loaded here."
    );
}
