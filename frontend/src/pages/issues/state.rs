//! The state that all parts of the page of issues share: the list, the address, and the values that
//! are derived from them.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{problem::Code, snyk::read};

use crate::{
    answer::Failure,
    components::{list_and_panel::ListAndPanel, table::stable_rows::StableRows},
    data::{
        coverage::Coverage,
        failure::ReadFailure,
        issues::{filters::Filters, project::Head, row::Row},
        lists::{Held, Lists, Status},
        number_format::len,
        visible_rows::VisibleRows,
    },
    platform,
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
    /// The issue that is shown in full, and the way between list and panel.
    pub panel: ListAndPanel,
    /// The project, or the failure to read it.
    pub head: RwSignal<Option<Result<Head, ReadFailure>>>,
    page: Page,
}

impl IssuesState {
    /// Creates the state, and starts to load the issues if the connection works.
    pub fn new(
        connection: Signal<String>,
        works: Signal<bool>,
        org: String,
        project: String,
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
        let panel = ListAndPanel::new(
            rows.order(),
            selected,
            memo(move |_| filters.read().issue.is_some()),
            Callback::new(move |issue: Option<String>| {
                filters.read().with_issue(issue.as_deref()).query()
            }),
        );
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
            panel,
            head: RwSignal::new(None),
            page,
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
            if self.status.with_untracked(Status::has_stopped) {
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

    /// Returns whether the panel has something to show: an issue that the address names, or rows to
    /// choose from, which may still be loading; tracked.
    pub fn has_panel(self) -> bool {
        self.filters.read().issue.is_some()
            || self.status.with(Status::is_reading)
            || self.rows.count() > 0
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
