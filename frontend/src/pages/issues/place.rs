//! What every part of the page looks at: the list, what the address says of it, and what follows.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use shared::snyk::read;

use crate::{
    browser::{self, media},
    components::table::Key,
    data::{
        failure::{Failure, Remedy},
        issues::{filters::Filters, neighbours, project::Head, row::Row},
        lists::{Held, Lists, Status},
    },
};

/// The page's state. The address holds what a person chose; everything else follows from it and
/// from what is read.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The connection's id.
    pub connection: Memo<String>,
    /// The organization's id.
    pub org: StoredValue<String>,
    /// The project's id.
    pub project: StoredValue<String>,
    /// What the address says.
    pub filters: Memo<Filters>,
    /// The issues that are here.
    pub held: Signal<Held<Row>>,
    /// How the reading stands.
    pub status: Signal<Status>,
    /// The issues that are shown, in their order.
    pub shown: Memo<Shown>,
    /// How many more there would be, if nothing held the rows still.
    pub fresh: Memo<usize>,
    /// Whether a pointer or the focus holds the rows still.
    pub still: RwSignal<bool>,
    /// The issue that is shown in full, if it is here.
    pub selected: Memo<Option<Key>>,
    /// What is known of the project.
    pub head: RwSignal<Option<Result<Head, Failure>>>,
    go: Callback<(Filters, bool)>,
    /// The issue that was shown in full last.
    last: StoredValue<Option<Key>>,
    /// How far down the list was when it was left for an issue.
    scrolled: StoredValue<f64>,
    is_wide: ReadSignal<bool>,
}

/// The issues that are shown, and by which filters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// In their order.
    pub order: Arc<Vec<Key>>,
    epoch: u32,
    by: Option<Filters>,
}

/// A row's key: its number, and which rows it is a number of.
fn key(epoch: u32, at: usize) -> Key {
    u64::from(epoch) << 32 | u64::try_from(at).unwrap_or_default()
}

impl Place {
    /// Reading begins with it.
    pub fn new(
        connection: Memo<String>,
        org: String,
        project: String,
        is_wide: ReadSignal<bool>,
    ) -> Self {
        let lists = Lists::get();
        let navigate = use_navigate();
        let location = use_location();
        let search = location.search;
        let filters = Memo::new(move |_| Filters::parse(&search.read()));
        let look = lists
            .issues(&connection.get_untracked(), &org, &project)
            .look();
        let held: Signal<Held<Row>> = look.held.into();
        let status: Signal<Status> = look.status.into();
        let still = RwSignal::new(false);
        let now = Memo::new(move |_| {
            held.with(|held| {
                let shown = filters.read().apply(&held.rows);
                Shown {
                    order: Arc::new(shown.into_iter().map(|at| key(held.epoch, at)).collect()),
                    epoch: held.epoch,
                    by: Some(filters.read().with_issue(None)),
                }
            })
        });
        // Nothing jumps under a pointer: new rows come in when it has left.
        let shown = Memo::new(move |last: Option<&Shown>| {
            let now = now.get();
            match last {
                Some(last)
                    if still.get()
                        && !last.order.is_empty()
                        && last.epoch == now.epoch
                        && last.by == now.by =>
                {
                    last.clone()
                }
                _ => now,
            }
        });
        let fresh = Memo::new(move |_| {
            let (now, shown) = (now.read().order.len(), shown.read().order.len());
            now.saturating_sub(shown)
        });
        let selected = Memo::new(move |_| {
            let filters = filters.read();
            let issue = filters.issue.as_deref()?;
            held.with(|held| {
                let at = held.rows.iter().position(|row| &*row.id == issue)?;
                Some(key(held.epoch, at))
            })
        });
        let last = StoredValue::new(None);
        Effect::new(move |_| {
            if let Some(selected) = selected.get() {
                last.set_value(Some(selected));
            }
        });
        let pathname = location.pathname;
        let go = Callback::new(move |(filters, replace): (Filters, bool)| {
            let query = filters.query();
            let path = pathname.get_untracked();
            let to = if query.is_empty() {
                path
            } else {
                format!("{path}?{query}")
            };
            navigate(
                &to,
                NavigateOptions {
                    replace,
                    scroll: false,
                    ..NavigateOptions::default()
                },
            );
        });
        let place = Self {
            connection,
            org: StoredValue::new(org),
            project: StoredValue::new(project),
            filters,
            held,
            status,
            shown,
            fresh,
            still,
            selected,
            head: RwSignal::new(None),
            go,
            last,
            scrolled: StoredValue::new(0.0),
            is_wide,
        };
        place.read_head();
        place
    }

    /// Reads what is known of the project. What a list of projects knew already is shown at once.
    pub fn read_head(self) {
        let lists = Lists::get();
        let (connection, org, project) = self.ids();
        if let Some(known) = lists.projects_if_read(&connection, &org) {
            let rows = known.look().held;
            let row = rows.with_untracked(|held| {
                let found = held.rows.iter().find(|row| *row.id == *project);
                found.map(Head::of_row)
            });
            self.head.set(row.map(Ok));
        }
        let head = self.head;
        leptos::task::spawn_local(async move {
            let request = read::project(&org, &project).issue_counts();
            let answer = lists.read(&connection, &request).await;
            let answer = answer.map(|document| Head::of(document.data, browser::millis));
            // The list tells of anything else that fails.
            if answer.is_ok() || head.try_get_untracked() == Some(None) || is_missing(&answer) {
                head.try_set(Some(answer));
            }
        });
    }

    /// Whether there is no such project, as far as Snyk lets us see.
    pub fn is_missing(self) -> bool {
        self.head.with(|head| head.as_ref().is_some_and(is_missing))
    }

    /// Reads the issues again, or on from where it failed.
    pub fn read_again(self) {
        let (connection, org, project) = self.ids();
        Lists::get().read_issues_again(&connection, &org, &project);
        if !matches!(self.head.get_untracked(), Some(Ok(_))) {
            self.read_head();
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
    pub fn row(self, key: Key) -> Option<Row> {
        self.held.with_untracked(|held| {
            let at = usize::try_from(key & u64::from(u32::MAX)).ok()?;
            let is_of_these = key >> 32 == u64::from(held.epoch);
            is_of_these.then(|| held.rows.get(at).cloned()).flatten()
        })
    }

    /// Chooses other filters; Back undoes it.
    pub fn choose(self, change: impl FnOnce(&mut Filters)) {
        let mut filters = self.filters.get_untracked();
        change(&mut filters);
        self.go.run((filters, false));
    }

    /// Shows an issue in full, or none. Going from issue to issue is one step for Back.
    pub fn show(self, issue: Option<&str>) {
        let filters = self.filters.get_untracked();
        let replace = filters.issue.is_some() && (issue.is_some() || self.is_wide.get_untracked());
        self.go.run((filters.with_issue(issue), replace));
    }

    /// The address that shows an issue in full; tracked.
    pub fn href(self, issue: &str) -> String {
        let filters = self.filters.read().with_issue(Some(issue));
        format!("?{}", filters.query())
    }

    /// Whether a link to an issue replaces the address, which shows one already; tracked.
    pub fn replaces(self) -> bool {
        self.filters.read().issue.is_some()
    }

    /// Whether there is something to read beside the list: rows to choose from, or an issue that the
    /// address names; tracked.
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
    pub fn neighbours(self) -> (Option<Row>, Option<Row>) {
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
        if let Some(Some(key)) = self.last.try_get_value() {
            browser::focus_first(&format!("[data-key=\"{key}\"] a"));
        }
    }
}

fn is_missing(head: &Result<Head, Failure>) -> bool {
    match head {
        Err(Failure::Snyk(refusal)) => refusal.status == 404,
        Err(failure @ Failure::Ours(_)) => {
            // No such address at our server: ids that are none.
            failure.remedy() == Remedy::AskWhoIsHere
        }
        _ => false,
    }
}
