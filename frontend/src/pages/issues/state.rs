//! The state that all parts of the page share: the list, the address, and what is derived from
//! both.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::{hooks::use_location, location::Location};
use shared::{problem::Code, snyk::read};

use crate::{
    components::table::Key,
    data::{
        failure::{Failure, Remedy},
        issues::{
            filters::Filters,
            neighbours,
            project::Head,
            row::Row,
            summary::Extent,
            visible_rows::{Keys, NewRows, VisibleRows},
        },
        lists::{Held, Lists, Status},
        number_format::len,
    },
    pages::query,
    platform::{self, media},
};

/// The page's state. The address holds what a person chose; everything else follows from it and
/// from what is read.
#[derive(Clone, Copy, Debug)]
pub struct IssuesState {
    /// The connection's id.
    pub connection: Memo<String>,
    /// Whether the connection works. What was read before it stopped stays.
    pub works: Memo<bool>,
    /// The organization's id.
    pub org: StoredValue<String>,
    /// The project's id.
    pub project: StoredValue<String>,
    /// What the address says.
    pub filters: Memo<Filters>,
    /// The issues that are here.
    pub held: Signal<Held<Arc<Row>>>,
    /// How many those are.
    pub read: Memo<u64>,
    /// How the reading stands.
    pub status: Signal<Status>,
    /// How much of the list is here.
    pub extent: Memo<Extent>,
    /// The issues that are shown, in their order.
    pub shown: Memo<VisibleRows>,
    /// What else there would be, if nothing held the rows still.
    pub news: Memo<Option<NewRows>>,
    /// Whether a pointer or the focus holds the rows still.
    pub still: RwSignal<bool>,
    /// The issue that is shown in full, if it is here.
    pub selected: Memo<Option<Key>>,
    /// The row that is to take the focus.
    pub focus: RwSignal<Option<Key>>,
    /// What is known of the project.
    pub head: RwSignal<Option<Result<Head, Failure>>>,
    keys: StoredValue<Keys>,
    write: Callback<(String, bool)>,
    pathname: Memo<String>,
    /// The issue that was shown in full last.
    last: StoredValue<Option<Key>>,
    /// How far down the list was when it was left for an issue.
    scrolled: StoredValue<f64>,
    is_wide: ReadSignal<bool>,
}

impl IssuesState {
    /// Reading begins with it, if the connection works.
    pub fn new(
        connection: Memo<String>,
        works: Memo<bool>,
        org: String,
        project: String,
        is_wide: ReadSignal<bool>,
    ) -> Self {
        let lists = Lists::get();
        let Location {
            search, pathname, ..
        } = use_location();
        let filters = Memo::new(move |_| Filters::parse(&search.read()));
        let id = connection.get_untracked();
        let look = if works.get_untracked() {
            lists.issues(&id, &org, &project).look()
        } else {
            lists.issues_at_rest(&id, &org, &project).look()
        };
        let held: Signal<Held<Arc<Row>>> = look.held.into();
        let status: Signal<Status> = look.status.into();
        let extent = Memo::new(move |_| status.with(Extent::of));
        let still = RwSignal::new(false);
        let keys = StoredValue::new(Keys::default());
        // The reading that the rows are of, and how many have their number.
        let taken = Memo::new(move |last: Option<&(u32, usize)>| {
            held.with(|held| {
                let known = match last {
                    Some((epoch, many)) if *epoch == held.epoch => *many,
                    _ => 0,
                };
                let new = held.rows.get(known..).unwrap_or(&held.rows);
                keys.update_value(|keys| keys.take(new));
                (held.epoch, held.rows.len())
            })
        });
        let now = Memo::new(move |_| {
            // Read and not only followed: a memo that nobody reads numbers nothing.
            taken.get();
            let filters = filters.read();
            held.with(|held| keys.with_value(|keys| VisibleRows::of(&held.rows, &filters, keys)))
        });
        // Nothing jumps under a pointer: what is new comes in when it has left.
        let shown = Memo::new(move |last: Option<&VisibleRows>| now.get().after(last, still.get()));
        let news = Memo::new(move |_| shown.read().news(&now.read()));
        let selected = Memo::new(move |_| {
            taken.get();
            let filters = filters.read();
            let issue = filters.issue.as_deref()?;
            let is_here = held.with(|held| held.rows.iter().any(|row| &*row.id == issue));
            let key = keys.with_value(|keys| keys.of(issue));
            key.filter(|_| is_here)
        });
        let last = StoredValue::new(None);
        Effect::new(move |_| {
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
            read: Memo::new(move |_| held.with(|held| len(held.rows.len()))),
            status,
            extent,
            shown,
            news,
            still,
            selected,
            focus: RwSignal::new(None),
            head: RwSignal::new(None),
            keys,
            write: query::write(),
            pathname,
            last,
            scrolled: StoredValue::new(0.0),
            is_wide,
        };
        state.read_head();
        state.follow_connection();
        state
    }

    /// Reads what could not be read, once somebody has connected again, perhaps in another tab.
    fn follow_connection(self) {
        Effect::new(move |before: Option<()>| {
            if !self.works.get() {
                return;
            }
            let has_stopped = self.status.with_untracked(|status| {
                let remedy = status.failure().map(Failure::remedy);
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

    /// Reads what is known of the project. What a list of projects knew already is shown at once.
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
            // The list tells of anything else that fails.
            if answer.is_ok() || head.try_get_untracked() == Some(None) || is_missing(&answer) {
                head.try_set(Some(answer));
            }
        });
    }

    fn is_head_known(self) -> bool {
        self.head.with_untracked(|head| matches!(head, Some(Ok(_))))
    }

    /// Whether there is no such project, as far as Snyk lets us see.
    pub fn is_missing(self) -> bool {
        self.head.with(|head| head.as_ref().is_some_and(is_missing))
    }

    /// Reads the issues again, or on from where it failed.
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

    /// The row of a key.
    pub fn row(self, key: Key) -> Option<Arc<Row>> {
        self.keys.with_value(|keys| keys.row(key).cloned())
    }

    /// The row of a key, as it was read last; tracked.
    pub fn row_now(self, key: Key) -> Option<Arc<Row>> {
        self.held.track();
        self.row(key)
    }

    /// Chooses other filters; Back undoes it.
    pub fn choose(self, change: impl FnOnce(&mut Filters)) {
        let mut filters = self.filters.get_untracked();
        change(&mut filters);
        self.write.run((filters.query(), false));
    }

    /// Shows an issue in full, or none. Going from issue to issue is one step for Back.
    pub fn show(self, issue: Option<&str>) {
        let filters = self.filters.get_untracked();
        let replace = filters.issue.is_some() && (issue.is_some() || self.is_wide.get_untracked());
        self.write.run((filters.with_issue(issue).query(), replace));
    }

    /// The address that shows an issue in full, or the list alone; tracked. With its path: the
    /// address bar may be behind the page.
    pub fn href(self, issue: Option<&str>) -> String {
        let filters = self.filters.read().with_issue(issue);
        format!("{}?{}", self.pathname.read(), filters.query())
    }

    /// Whether a link to an issue replaces the address, which shows one already; tracked.
    pub fn replaces(self) -> bool {
        self.filters.read().issue.is_some()
    }

    /// Whether there is something to read beside the list: rows to choose from, or an issue that
    /// the address names; tracked.
    pub fn has_panel(self) -> bool {
        self.filters.read().issue.is_some()
            || self.status.with(Status::is_reading)
            || !self.shown.read().order.is_empty()
    }

    /// Whether there is room for a panel beside the list.
    pub fn is_beside(self) -> bool {
        self.is_wide.get_untracked()
    }

    /// The issues before and after the one that is shown in full; tracked.
    pub fn neighbours(self) -> (Option<Arc<Row>>, Option<Arc<Row>>) {
        let Some(selected) = self.selected.get() else {
            return (None, None);
        };
        let (before, after) = neighbours::of(&self.shown.read().order, selected);
        (
            before.and_then(|key| self.row(key)),
            after.and_then(|key| self.row(key)),
        )
    }

    /// Takes note of how far down the list is, before it may be left.
    pub fn note_scroll(self) {
        self.scrolled.set_value(media::scrolled());
    }

    /// Brings the list back to where it was left.
    pub fn scroll_back(self) {
        if let Some(scrolled) = self.scrolled.try_get_value() {
            media::scroll_to(scrolled);
        }
    }

    /// Puts the focus on the row of the issue that is, or was last, shown in full.
    pub fn focus_last(self) {
        let Some(last) = self.last.try_get_value() else {
            return;
        };
        let shown = self.shown.get_untracked().order;
        match last.or_else(|| shown.first().copied()) {
            Some(key) if !shown.is_empty() => self.focus.set(Some(key)),
            _ => platform::focus("heading"),
        }
    }
}

fn is_missing(head: &Result<Head, Failure>) -> bool {
    match head {
        Err(Failure::Snyk(refusal)) => refusal.status == 404,
        // No such address at our server: ids that are none.
        Err(Failure::Ours(problem)) => problem.code == Code::NotFound,
        _ => false,
    }
}
