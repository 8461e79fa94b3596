use super::*;
use crate::answer::Failure;
use crate::data::{severity::Counts, status::Stage};

fn known(issues: [u32; 4], rows: u64) -> OverviewSummary {
    OverviewSummary {
        totals: Totals {
            rows,
            issues: Counts::new(issues),
            projects: Counts::new([19, 188, 1_340, 2_207]),
            ..Totals::default()
        },
        orgs: 6,
        begun: 6,
        at_snyk: Some(rows),
        ..OverviewSummary::default()
    }
}

fn status(stage: Stage, total: Option<u64>, whole_at: Option<f64>) -> Status {
    Status {
        stage,
        total,
        whole_at,
        ..Status::default()
    }
}

fn rows(rows: u64) -> Totals {
    Totals {
        rows,
        ..Totals::default()
    }
}

#[test]
fn critical_issues_come_first_and_say_when_they_still_grow() {
    let mut one = known([37, 412, 1_906, 3_288], 5_724);
    assert_eq!(one.verdict(), "37 critical issues in 19 projects");
    one.growing = true;
    assert_eq!(one.verdict(), "37 critical issues so far, in 19 projects");
    one.failed = 1;
    assert_eq!(
        one.verdict(),
        "37 critical issues so far, in the 5 organizations that could be loaded"
    );
    one.growing = false;
    assert_eq!(
        one.verdict(),
        "37 critical issues in the 5 organizations that could be loaded"
    );
}

#[test]
fn without_critical_ones_the_next_worst_is_told() {
    assert_eq!(
        known([0, 12, 9, 9], 9).verdict(),
        "No critical issues, 12 high"
    );
    assert_eq!(
        known([0, 0, 1_900, 9], 9).verdict(),
        "No critical or high issues, 1,900 medium"
    );
    assert_eq!(
        known([0; 4], 5_724).verdict(),
        "No open issues in 5,724 projects"
    );
    let mut growing = known([0; 4], 100);
    growing.growing = true;
    assert_eq!(growing.verdict(), "No open issues so far, in 100 projects");
}

#[test]
fn nothing_is_told_apart_from_nothing_yet_and_nothing_readable() {
    let mut none = known([0; 4], 0);
    assert_eq!(none.verdict(), "No projects yet");
    assert!(none.is_empty());
    none.growing = true;
    assert_eq!(none.verdict(), "Loading 6 organizations");
    none.growing = false;
    none.failed = 6;
    assert_eq!(none.verdict(), "Nothing could be loaded");
    assert!(!none.is_empty() && !none.has_figures());
    assert_eq!(none.without_worst(), "No project could be loaded.");
    none.failed = 2;
    assert_eq!(
        none.verdict(),
        "No projects in the 4 organizations that could be loaded"
    );
    assert!(!none.is_empty());
}

#[test]
fn of_a_connection_that_stopped_nothing_is_claimed() {
    let stopped = OverviewSummary::nothing(6);
    assert_eq!(stopped.verdict(), "Nothing can be loaded");
    assert_eq!(stopped.size(), "6 organizations.");
    assert!(!stopped.is_empty());
    // Organizations that were complete before stay valid.
    let some = stopped.and(&status(Stage::Done, Some(8), Some(1.0)), rows(8));
    assert_eq!(some.size(), "1 of 6 organizations, 8 projects.");
}

#[test]
fn no_open_issues_is_said_of_what_was_read_only() {
    let mut none = known([0; 4], 5_724);
    assert_eq!(none.without_worst(), "No project has open issues.");
    none.failed = 1;
    assert_eq!(
        none.verdict(),
        "No open issues in the 5 organizations that could be loaded"
    );
    assert_eq!(
        none.without_worst(),
        "No open issues in the 5 organizations that could be loaded."
    );
}

#[test]
fn a_list_that_was_cut_is_not_everything() {
    let mut cut = known([37, 0, 0, 0], 20_000);
    cut.cut = true;
    assert_eq!(
        cut.verdict(),
        "37 critical issues in the first 20,000 projects"
    );
    assert_eq!(cut.size(), "6 organizations, the first 20,000 projects.");
    cut.failed = 1;
    assert_eq!(
        cut.verdict(),
        "37 critical issues in the first 20,000 projects of the 5 organizations that could be loaded"
    );
}

#[test]
fn projects_without_counts_are_told_and_are_not_without_issues() {
    let mut some = known([0; 4], 10);
    some.totals.uncounted = 1;
    assert_eq!(some.verdict(), "No open issues in 9 projects");
    assert_eq!(
        some.size(),
        "6 organizations, 10 projects. 1 project has no issue counts: Snyk has not tested it yet."
    );
    assert_eq!(
        some.without_worst(),
        "None of the projects with issue counts has open issues."
    );
    some.totals.uncounted = 10;
    assert_eq!(some.verdict(), "10 projects, no issue counts yet");
    assert!(!some.has_figures());
}

#[test]
fn projects_that_could_not_be_read_are_in_no_total_that_claims_to_be_everything() {
    let mut some = known([37, 0, 0, 0], 99);
    some.at_snyk = Some(100);
    some.unreadable = 1;
    assert_eq!(
        some.verdict(),
        "37 critical issues in the 99 projects that could be loaded"
    );
    assert_eq!(
        some.size(),
        "6 organizations, 100 projects, 1 could not be loaded."
    );
    let mut none = known([0; 4], 99);
    none.unreadable = 3;
    assert_eq!(
        none.verdict(),
        "No open issues in the 99 projects that could be loaded"
    );
    assert_eq!(
        none.without_worst(),
        "No open issues in the 99 projects that could be loaded."
    );
    none.totals.rows = 0;
    assert_eq!(none.verdict(), "Nothing could be loaded");
    assert!(!none.is_empty());
}

#[test]
fn a_count_that_is_not_known_is_told_and_is_not_zero() {
    let mut some = known([0; 4], 10);
    some.totals.partial = 1;
    assert_eq!(some.verdict(), "No open issues in 9 projects");
    assert_eq!(
        some.size(),
        "6 organizations, 10 projects. 1 project has incomplete issue counts."
    );
    assert_eq!(
        some.without_worst(),
        "None of the projects with issue counts has open issues."
    );
    some.totals.partial = 10;
    assert_eq!(some.verdict(), "10 projects, no issue counts yet");
    some.totals.issues = Counts::new([0, 3, 0, 0]);
    assert_eq!(some.verdict(), "No critical issues, 3 high");
}

#[test]
fn what_stands_is_no_less_whole_while_it_is_read_again() {
    let again = status(Stage::Reading, Some(5), Some(1.0));
    let known = OverviewSummary::nothing(1).and(&again, rows(5));
    assert!(known.reading && !known.growing);
    let first = status(Stage::Reading, None, None);
    let both = OverviewSummary::nothing(2)
        .and(&again, rows(5))
        .and(&first, rows(0));
    assert!(both.growing && both.at_snyk.is_none());
    assert_eq!(both.size(), "2 organizations.");
    let failed = status(Stage::Failed(Failure::Offline.into()), Some(5), Some(1.0));
    assert_eq!(OverviewSummary::nothing(1).and(&failed, rows(5)).failed, 0);
}
