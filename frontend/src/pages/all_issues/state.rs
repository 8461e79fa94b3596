//! The state that all parts of the page share: the address, the lists, and what is derived from
//! them.

use std::sync::Arc;

use leptos::prelude::*;
use shared::api::connection::{Connection, Status};

use super::{joined::Joined, projects::Projects, readings::Readings};
use crate::{
    components::{
        list_and_panel::ListAndPanel,
        table::{Key, stable_rows::StableRows},
    },
    data::{
        all_issues::{
            filters::{Filters, View},
            found::Found,
            groups::{self, Group, Grouping},
            summary::Size,
        },
        lists::folded,
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
pub struct AllIssuesState {
    /// The connection.
    pub connection: Signal<Connection>,
    /// The connection's id.
    pub id: Signal<String>,
    /// Whether the connection works. Data that was loaded before it stopped stays.
    pub works: Signal<bool>,
    /// The filters of the address, without the issue that is shown in full.
    pub filters: Signal<Filters>,
    /// The lists of the organizations.
    pub readings: Readings,
    /// The projects of the issues.
    pub projects: Projects,
    /// The matching issues.
    pub matching: Signal<Matching>,
    /// The matching issues as rows of the table.
    pub rows: StableRows<Found>,
    /// The issue that is shown in full, and the way between list and panel.
    pub panel: ListAndPanel,
    /// The number of times that a person has gone from the search to the table.
    to_table: RwSignal<u32>,
    address: StoredValue<Address>,
}

/// The address, as the page reads and writes it.
#[derive(Clone, Copy, Debug)]
struct Address {
    page: Page,
    /// Its filters, with the issue that is shown in full.
    filters: Signal<Filters>,
}

impl Address {
    fn change(self, change: impl FnOnce(&mut Filters), replaces: bool) {
        let mut filters = self.filters.get_untracked();
        change(&mut filters);
        self.page.set_query(&filters.query(), replaces);
    }
}

/// The issues that match the filters, in order.
#[derive(Clone, Debug, Default)]
pub struct Matching {
    /// The issues.
    pub issues: Arc<Vec<Arc<Found>>>,
    /// The number of issues of each severity, worst first, that selecting it alone would show.
    pub of_each_level: [u64; 5],
    /// The number of issues and projects.
    pub size: Size,
    /// The number of issues that have been read, without those of environments if these are not
    /// shown.
    pub read: u64,
    /// The number of issues of environments that have been read.
    pub in_environments: u64,
}

/// Comparing thousands of issues takes longer than to draw some rows again.
impl PartialEq for Matching {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.issues, &other.issues)
    }
}

impl AllIssuesState {
    /// Creates the state, and starts to load the issues if the connection works.
    pub fn new(connection: Signal<Connection>) -> Self {
        let page = Page::get();
        let query = page.query();
        let whole = memo(move |_| Filters::parse(&query.read()));
        // Selecting an issue filters nothing anew.
        let filters = memo(move |_| whole.read().with_issue(None));
        let issue = memo(move |_| whole.read().issue.issue.clone());
        let id = memo(move |_| connection.read().id.clone());
        let works = memo(move |_| connection.read().status == Status::Active);
        let readings = Readings::follow(connection, works, filters);
        let joined = Joined::follow(readings);
        let matching = memo(move |_| joined.with(|all| matching(&filters.read(), all)));
        let rows = StableRows::new(move |mut keys| {
            let matching = matching.read();
            let key = |found: &Arc<Found>| keys.take(&found.row.id, found);
            let order = matching.issues.iter().map(key).collect();
            VisibleRows::of(order, filters.read().query())
        });
        let selected = memo(move |_| {
            let issue = issue.get()?;
            matching.with(|matching| {
                let mut issues = matching.issues.iter();
                let found = issues.find(|found| *found.row.id == *issue)?;
                rows.key(&issue, found)
            })
        });
        let panel = ListAndPanel::new(
            rows.order(),
            selected,
            memo(move |_| issue.read().is_some()),
            Callback::new(move |issue: Option<String>| {
                filters.read().with_issue(issue.as_deref()).query()
            }),
        );
        Self {
            connection,
            id,
            works,
            filters,
            readings,
            projects: Projects::follow(id, works, readings),
            matching,
            rows,
            panel,
            to_table: RwSignal::new(0),
            address: StoredValue::new(Address {
                page,
                filters: whole,
            }),
        }
    }

    /// Returns the groups of the matching issues as rows of a table.
    pub fn groups(self, grouping: Grouping) -> StableRows<Group> {
        let all = memo(move |_| {
            let matching = self.matching.read();
            Arc::new(groups::group(
                grouping,
                matching.issues.iter().map(AsRef::as_ref),
            ))
        });
        StableRows::new(move |mut keys| {
            let (all, filters) = (all.read(), self.filters.read());
            let key = |at: usize| keys.take(&all[at].id, &Arc::new(all[at].clone()));
            let order = groups::sorted(&all, filters.groups)
                .into_iter()
                .map(key)
                .collect();
            VisibleRows::of(order, filters.query())
        })
    }

    /// Changes the filters, with an entry in the history.
    pub fn choose(self, change: impl FnOnce(&mut Filters)) {
        self.address.get_value().change(change, false);
    }

    /// Changes the search, and replaces the entry of the history.
    pub fn search(self, text: String) {
        let address = self.address.get_value();
        // Back leads to the previous page, and not through each letter.
        address.change(|filters| filters.search = text, true);
    }

    /// Returns the address of the page with other filters; tracked.
    pub fn href(self, filters: &Filters) -> String {
        self.address.get_value().page.with_query(&filters.query())
    }

    /// Returns whether no issue is shown and none is about to come; tracked.
    pub fn is_empty(self) -> bool {
        let has_none = self.matching.with(|matching| matching.issues.is_empty());
        let is_growing = self.readings.is_growing();
        has_none && !is_growing
    }

    /// Returns whether the panel has something to show: the list is one of issues, and there are
    /// some or will be; tracked.
    pub fn has_panel(self) -> bool {
        let is_list = self.filters.read().view == View::Issues;
        is_list && (self.panel.is_open.get() || !self.is_empty())
    }

    /// Moves the focus to the first row of the table, once a search that has just begun is shown.
    pub fn focus_first(self) {
        let to_table = self.to_table;
        request_animation_frame(move || {
            request_animation_frame(move || {
                to_table.try_update(|times| *times += 1);
            });
        });
    }

    /// Lets a table give its first row the focus when a person goes to it from the search.
    pub fn follow_search(self, order: Signal<Arc<Vec<Key>>>, focus: RwSignal<Option<Key>>) {
        effect(move |last: Option<u32>| {
            let times = self.to_table.get();
            if last.is_some_and(|last| last != times) {
                focus.set(order.with_untracked(|rows| rows.first().copied()));
            }
            times
        });
    }

    /// Moves the focus to the heading whenever other filters have removed what had it: the link of a
    /// group, or the button that clears the filters.
    pub fn keep_focus(self) {
        effect(move |is_later: Option<()>| {
            self.filters.track();
            if is_later.is_some() {
                request_animation_frame(|| {
                    request_animation_frame(|| platform::focus_if_lost("heading"));
                });
            }
        });
    }

    /// Returns the name of an organization, or its id if it is unknown; tracked.
    pub fn org_name(self, id: &str) -> String {
        let connection = self.connection.read();
        let org = connection.orgs.iter().find(|org| org.id == id);
        org.map_or_else(|| id.to_owned(), |org| org.name.clone())
    }
}

fn matching(filters: &Filters, all: &[Arc<Found>]) -> Matching {
    let search = folded(&filters.search);
    let order = filters.apply(all, &search);
    let in_environments = len(all.iter().filter(|found| found.is_in_environment).count());
    let issues: Vec<_> = order.into_iter().map(|at| Arc::clone(&all[at])).collect();
    let hidden = if filters.environments {
        0
    } else {
        in_environments
    };
    Matching {
        of_each_level: filters.of_each_level(all, &search),
        size: Size::of(issues.iter().map(AsRef::as_ref)),
        read: len(all.len()) - hidden,
        in_environments,
        issues: Arc::new(issues),
    }
}
