//! A list with its rows and the status of its load.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use futures_util::future::AbortHandle;
use leptos::prelude::*;

use crate::data::{number_format::len, status::Status, viewers::Viewers};

/// A list. Clones share it.
#[derive(Debug)]
pub struct List<R: 'static> {
    held: ArcRwSignal<Held<R>>,
    status: ArcRwSignal<Status>,
    task: Arc<Mutex<Option<AbortHandle>>>,
    looked: Viewers,
    next: Arc<Next<R>>,
    waits: ArcRwSignal<bool>,
}

/// New rows that wait while the current ones are held in place, because somebody may be about to
/// press one of them.
#[derive(Debug)]
struct Next<R> {
    /// The number of views that hold the current rows in place.
    holds: AtomicUsize,
    rows: Mutex<Option<Vec<R>>>,
}

/// The current rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<R> {
    /// Changes when the rows are replaced: their indexes then mean other rows.
    pub epoch: u32,
    /// The rows, in Snyk's order.
    pub rows: Vec<R>,
}

impl<R> Clone for List<R> {
    fn clone(&self) -> Self {
        Self {
            held: self.held.clone(),
            status: self.status.clone(),
            task: Arc::clone(&self.task),
            looked: self.looked.clone(),
            next: Arc::clone(&self.next),
            waits: self.waits.clone(),
        }
    }
}

impl<R: Send + Sync> Default for List<R> {
    fn default() -> Self {
        Self {
            held: ArcRwSignal::new(Held {
                epoch: 0,
                rows: Vec::new(),
            }),
            status: ArcRwSignal::new(Status::default()),
            task: Arc::default(),
            looked: Viewers::default(),
            next: Arc::new(Next {
                holds: AtomicUsize::new(0),
                rows: Mutex::new(None),
            }),
            waits: ArcRwSignal::new(false),
        }
    }
}

/// A page's view of a list, which lasts as long as the page.
#[derive(Debug)]
pub struct Look<R: 'static> {
    /// The current rows.
    pub held: ReadSignal<Held<R>>,
    /// The status of the load.
    pub status: ReadSignal<Status>,
    /// Whether a complete new load waits until no view holds the current rows in place.
    pub waits: ReadSignal<bool>,
    list: StoredValue<List<R>>,
    /// Whether this view holds the rows in place.
    holds: StoredValue<Arc<AtomicBool>>,
}

impl<R: Send + Sync> Look<R> {
    /// Holds the current rows in place, or releases them, so that nothing moves under a pointer or
    /// the focus. They stay for as long as any view holds them.
    pub fn hold(&self, is_still: bool) {
        let holds = self.holds.try_get_value();
        self.list.try_with_value(|list| {
            if let Some(holds) = holds {
                list.hold(&holds, is_still);
            }
        });
    }

    /// Replaces the current rows by those that wait.
    pub fn take(&self) {
        self.list.try_with_value(List::take);
    }
}

impl<R> Clone for Look<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Look<R> {}

impl<R: Send + Sync> List<R> {
    /// Returns a view for the page that is being created. The page counts as a viewer until it is
    /// removed.
    #[must_use]
    pub fn look(&self) -> Look<R> {
        let holds = Arc::new(AtomicBool::new(false));
        if Owner::current().is_some() {
            self.looked.begin();
            let (list, holds) = (self.clone(), Arc::clone(&holds));
            on_cleanup(move || {
                list.looked.end();
                list.hold(&holds, false);
            });
        }
        Look {
            held: self.held.read_only().into(),
            status: self.status.read_only().into(),
            waits: self.waits.read_only().into(),
            list: StoredValue::new(self.clone()),
            holds: StoredValue::new(holds),
        }
    }

    /// Returns the time at which the list was last complete, in milliseconds, without counting as a
    /// viewer; tracked.
    #[must_use]
    pub fn whole_at(&self) -> Option<f64> {
        self.status.with(|status| status.whole_at)
    }

    /// Searches for a row without counting as a viewer.
    pub fn find<T>(&self, find: impl FnMut(&R) -> Option<T>) -> Option<T> {
        self.held
            .with_untracked(|held| held.rows.iter().find_map(find))
    }

    pub(super) const fn looked(&self) -> &Viewers {
        &self.looked
    }

    /// Returns whether both are the same list.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.task, &other.task)
    }

    pub(super) fn status(&self) -> &ArcRwSignal<Status> {
        &self.status
    }

    pub(super) fn with_rows_untracked<T>(&self, look: impl FnOnce(&[R]) -> T) -> T {
        self.held.with_untracked(|held| look(&held.rows))
    }

    pub(super) fn len_untracked(&self) -> usize {
        self.held.with_untracked(|held| held.rows.len())
    }

    pub(super) fn set_status(&self, change: impl FnOnce(&mut Status)) {
        self.status.update(change);
    }

    /// Appends rows.
    pub(super) fn add(&self, rows: Vec<R>) {
        self.held.update(|held| held.rows.extend(rows));
        let done = len(self.len_untracked());
        self.status.update(|status| status.done = done);
    }

    /// Replaces the current rows, as soon as no view holds them in place.
    pub(super) fn replace_at_rest(&self, rows: Vec<R>) {
        if self.next.holds.load(Ordering::Relaxed) > 0 {
            self.set_next(Some(rows));
        } else {
            self.replace(rows);
        }
    }

    /// Drops all rows.
    pub(super) fn give_up(&self) {
        self.set_next(None);
        self.replace(Vec::new());
    }

    fn hold(&self, holds: &AtomicBool, is_still: bool) {
        if holds.swap(is_still, Ordering::Relaxed) == is_still {
            return;
        }
        if is_still {
            self.next.holds.fetch_add(1, Ordering::Relaxed);
        } else if self.next.holds.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.take();
        }
    }

    fn take(&self) {
        if let Some(rows) = self.set_next(None) {
            self.replace(rows);
        }
    }

    fn set_next(&self, rows: Option<Vec<R>>) -> Option<Vec<R>> {
        let waits = rows.is_some();
        // Only a panic poisons the lock, and the app has ended then.
        let last = std::mem::replace(&mut *self.next.rows.lock().ok()?, rows);
        if self.waits.get_untracked() != waits {
            self.waits.set(waits);
        }
        last
    }

    /// Replaces the current rows.
    fn replace(&self, rows: Vec<R>) {
        self.held.update(|held| {
            held.epoch = held.epoch.wrapping_add(1);
            held.rows = rows;
        });
    }

    /// Aborts the current load, and records the task of the next one.
    pub(super) fn read_by(&self, task: Option<AbortHandle>) {
        // Only a panic poisons the lock, and the app has ended then.
        if let Ok(mut current) = self.task.lock()
            && let Some(last) = std::mem::replace(&mut *current, task)
        {
            last.abort();
        }
    }
}
