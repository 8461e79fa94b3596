//! The state that all parts of the page of issues share: the list, the address, and the values that
//! are derived from them.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{problem::Code, snyk::read};

use crate::{
    answer::Failure,
    components::table::{Key, stable_rows::StableRows},
    data::{
        coverage::Coverage,
        failure::{ReadFailure, Remedy},
        issues::{filters::Filters, neighbours, project::Head, row::Row},
        lists::{Held, Lists, Status},
        number_format::len,
        visible_rows::VisibleRows,
    },
    platform::{self, media},
    reactive::{Signal, effect, memo},
    router::Page,
};

/// The state of the page. The address stores a person's choices; everything else is derived from
/// the address and from the loaded data.
#[derive(Clone, Copy, Debug)]
pub struct IssuesState {
    /// The connection's id.
    pub connection: Signal<String>,
    /// Whether the connection works. Data that was loaded before it stopped stays.
    pub works: Signal<bool>,
    /// The organization's id.
    pub org: StoredValue<String>,
    /// The project's id.
    pub project: StoredValue<String>,
    /// The filters of the address.
    pub filters: Signal<Filters>,
    /// The loaded issues.
    pub held: ReadSignal<Held<Arc<Row>>>,
    /// The number of loaded issues.
    pub read: Signal<u64>,
    /// The status of the load.
    pub status: ReadSignal<Status>,
    /// How much of the list is here.
    pub coverage: Signal<Coverage>,
    /// The visible issues, in order.
    pub rows: StableRows<Row>,
    /// The issue that is shown in full, if it is loaded.
    pub selected: Signal<Option<Key>>,
    /// The row that is to take the focus.
    pub focus: RwSignal<Option<Key>>,
    /// The project, or the failure to read it.
    pub head: RwSignal<Option<Result<Head, ReadFailure>>>,
    page: Page,
    /// The issue that was last shown in full.
    last: StoredValue<Option<Key>>,
    /// The scroll position of the list before an issue was opened.
    scrolled: StoredValue<f64>,
    is_wide: ReadSignal<bool>,
}

impl IssuesState {
    /// Creates the state, and starts to load the issues if the connection works.
    pub fn new(
        connection: Signal<String>,
        works: Signal<bool>,
        org: String,
        project: String,
        is_wide: ReadSignal<bool>,
    ) -> Self {
        let lists = Lists::get();
        let page = Page::get();
        let query = page.query();
        let filters = memo(move |_| Filters::parse(&query.read()));
        let id = connection.get_untracked();
        let look = if works.get_untracked() {
            lists.issues(&id, &org, &project).look()
        } else {
            lists.issues_at_rest(&id, &org, &project).look()
        };
        let (held, status) = (look.held, look.status);
        let coverage = memo(move |_| status.with(Coverage::of));
        let rows = StableRows::new(move |mut keys| {
            let filters = filters.read();
            held.with(|held| {
                let key = |at: usize| keys.take(&held.rows[at].id, &held.rows[at]);
                let order = filters.apply(&held.rows).into_iter().map(key).collect();
                VisibleRows::of(order, filters.with_issue(None).query())
            })
        });
        let selected = memo(move |_| {
            let filters = filters.read();
            let issue = filters.issue.as_deref()?;
            held.with(|held| {
                let row = held.rows.iter().find(|row| &*row.id == issue)?;
                rows.key(issue, row)
            })
        });
        let last = StoredValue::new(None);
        effect(move |_| {
            if let Some(selected) = selected.get() {
                last.set_value(Some(selected));
            }
        });
        let state = Self {
            connection,
            works,
            org: StoredValue::new(org),
            project: StoredValue::new(project),
            filters,
            held,
            read: memo(move |_| held.with(|held| len(held.rows.len()))),
            status,
            coverage,
            rows,
            selected,
            focus: RwSignal::new(None),
            head: RwSignal::new(None),
            page,
            last,
            scrolled: StoredValue::new(0.0),
            is_wide,
        };
        state.read_head();
        state.follow_connection();
        state
    }

    /// Retries failed requests once the connection works again, perhaps after a login in another
    /// tab.
    fn follow_connection(self) {
        effect(move |before: Option<()>| {
            if !self.works.get() {
                return;
            }
            let has_stopped = self.status.with_untracked(|status| {
                let remedy = status.failure().map(ReadFailure::remedy);
                remedy == Some(Remedy::AskWhoIsHere)
            });
            if has_stopped {
                self.read_list();
            }
            if before.is_some() && !self.is_head_known() {
                self.read_head();
            }
        });
    }

    /// Reads the project. A row of the list of projects is shown at once, if it is loaded.
    fn read_head(self) {
        let lists = Lists::get();
        let (connection, org, project) = self.ids();
        if let Some(known) = lists.projects_if_read(&connection, &org) {
            let row = known.find(|row| (*row.id == *project).then(|| Head::of_row(row)));
            self.head.set(row.map(Ok));
        }
        if !self.works.get_untracked() {
            return;
        }
        let head = self.head;
        leptos::task::spawn_local(async move {
            let request = read::project(&org, &project).issue_counts();
            let answer = lists.read(&connection, &request).await;
            let answer = answer.map(|document| Head::of(document.data, platform::millis));
            // A failure does not replace a known project unless that is missing: the list shows
            // other failures.
            if answer.is_ok() || head.try_get_untracked() == Some(None) || is_missing(&answer) {
                head.try_set(Some(answer));
            }
        });
    }

    fn is_head_known(self) -> bool {
        self.head.with_untracked(|head| matches!(head, Some(Ok(_))))
    }

    /// Returns whether there is no such project, or the connection cannot see it.
    pub fn is_missing(self) -> bool {
        self.head.with(|head| head.as_ref().is_some_and(is_missing))
    }

    /// Loads the issues again, or continues a failed load, and reads the project if it is unknown.
    pub fn read_again(self) {
        self.read_list();
        if !self.is_head_known() {
            self.read_head();
        }
    }

    fn read_list(self) {
        if self.works.get_untracked() {
            let (connection, org, project) = self.ids();
            Lists::get().read_issues_again(&connection, &org, &project);
        }
    }

    fn ids(self) -> (String, String, String) {
        (
            self.connection.get_untracked(),
            self.org.get_value(),
            self.project.get_value(),
        )
    }

    /// Changes the filters, with an entry in the history.
    pub fn choose(self, change: impl FnOnce(&mut Filters)) {
        let mut filters = self.filters.get_untracked();
        change(&mut filters);
        self.page.set_query(&filters.query(), false);
    }

    /// Shows an issue in full, or none. A change from one issue to another replaces the entry of
    /// the history, and so does closing the panel.
    pub fn show(self, issue: Option<&str>) {
        let filters = self.filters.get_untracked();
        let replace = filters.issue.is_some() && (issue.is_some() || self.is_wide.get_untracked());
        let query = filters.with_issue(issue).query();
        self.page.set_query(&query, replace);
    }

    /// Returns the address that shows an issue in full, or the list alone; tracked.
    pub fn href(self, issue: Option<&str>) -> String {
        let filters = self.filters.read().with_issue(issue);
        self.page.with_query(&filters.query())
    }

    /// Returns whether a link to an issue replaces an address that already shows one; tracked.
    pub fn replaces(self) -> bool {
        self.filters.read().issue.is_some()
    }

    /// Returns whether the panel has something to show: an issue that the address names, or rows to
    /// choose from, which may still be loading; tracked.
    pub fn has_panel(self) -> bool {
        self.filters.read().issue.is_some()
            || self.status.with(Status::is_reading)
            || self.rows.count() > 0
    }

    /// Returns whether the viewport has space for the panel beside the list.
    pub fn is_beside(self) -> bool {
        self.is_wide.get_untracked()
    }

    /// Returns the issues before and after the one that is shown in full; tracked.
    pub fn neighbours(self) -> (Option<Arc<Row>>, Option<Arc<Row>>) {
        let Some(selected) = self.selected.get() else {
            return (None, None);
        };
        let (before, after) = neighbours::of(&self.rows.order().read(), selected);
        (
            before.and_then(|key| self.rows.row(key)),
            after.and_then(|key| self.rows.row(key)),
        )
    }

    /// Records the scroll position of the list before it may be left.
    pub fn note_scroll(self) {
        self.scrolled.set_value(media::scrolled());
    }

    /// Restores the scroll position of the list.
    pub fn scroll_back(self) {
        if let Some(scrolled) = self.scrolled.try_get_value() {
            media::scroll_to(scrolled);
        }
    }

    /// Moves the focus to the row of the issue that is or was last shown in full; else to the first
    /// row, or to the heading of an empty list.
    pub fn focus_last(self) {
        let Some(last) = self.last.try_get_value() else {
            return;
        };
        let shown = self.rows.order().get_untracked();
        match last.or_else(|| shown.first().copied()) {
            Some(key) if !shown.is_empty() => self.focus.set(Some(key)),
            _ => platform::focus("heading"),
        }
    }
}

fn is_missing(head: &Result<Head, ReadFailure>) -> bool {
    match head {
        Err(ReadFailure::Snyk(refusal)) => refusal.status == 404,
        // Our server has no such address: the ids are malformed.
        Err(ReadFailure::Request(Failure::Problem(problem))) => problem.code == Code::NotFound,
        _ => false,
    }
}
