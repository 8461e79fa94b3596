//! A list with its rows and the status of its load.

use std::sync::{Arc, Mutex};

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
}

/// The current rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<R> {
    /// Changes when the rows are replaced by those of another load.
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
        self.view();
        Look {
            held: self.held.read_only().into(),
            status: self.status.read_only().into(),
        }
    }

    /// Returns the time at which the list was last complete, in milliseconds, without counting as a
    /// viewer; tracked.
    #[must_use]
    pub fn whole_at(&self) -> Option<f64> {
        self.status.with(|status| status.whole_at)
    }

    /// Counts the owner that is running as a viewer until it ends.
    pub fn view(&self) {
        if Owner::current().is_some() {
            self.looked.begin();
            let looked = self.looked.clone();
            on_cleanup(move || looked.end());
        }
    }

    /// Reads the current rows; tracked.
    pub fn with_rows<T>(&self, look: impl FnOnce(&[R]) -> T) -> T {
        self.held.with(|held| look(&held.rows))
    }

    /// Reads the status of the load; tracked.
    pub fn with_status<T>(&self, look: impl FnOnce(&Status) -> T) -> T {
        self.status.with(look)
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

    /// Drops all rows.
    pub(super) fn give_up(&self) {
        self.replace(Vec::new());
    }

    /// Replaces the current rows.
    pub(super) fn replace(&self, rows: Vec<R>) {
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
