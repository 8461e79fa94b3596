//! A list that is being read, or was.

use std::sync::{Arc, Mutex};

use futures_util::future::AbortHandle;
use leptos::prelude::*;

use crate::data::{figures::len, looked::Looked, status::Status};

/// A list. Clones are the same list.
#[derive(Debug)]
pub struct List<R: 'static> {
    held: ArcRwSignal<Held<R>>,
    status: ArcRwSignal<Status>,
    task: Arc<Mutex<Option<AbortHandle>>>,
    looked: Looked,
}

/// The rows that are here.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<R> {
    /// Differs after the rows were replaced: their numbers then mean other rows.
    pub epoch: u32,
    /// The rows, in the order in which Snyk gave them.
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
            looked: Looked::default(),
        }
    }
}

/// A list as a page looks at it, for as long as the page is there.
#[derive(Debug)]
pub struct Look<R: 'static> {
    /// The rows that are here.
    pub held: ReadSignal<Held<R>>,
    /// How the reading stands.
    pub status: ReadSignal<Status>,
}

impl<R> Clone for Look<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Look<R> {}

impl<R: Send + Sync> List<R> {
    /// For the page that is being made. While it is there, somebody looks.
    #[must_use]
    pub fn look(&self) -> Look<R> {
        if Owner::current().is_some() {
            self.looked.begin();
            let looked = self.looked.clone();
            on_cleanup(move || looked.end());
        }
        Look {
            held: self.held.read_only().into(),
            status: self.status.read_only().into(),
        }
    }

    pub(super) const fn looked(&self) -> &Looked {
        &self.looked
    }

    /// Whether both are the same list.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.task, &other.task)
    }

    pub(super) fn status(&self) -> &ArcRwSignal<Status> {
        &self.status
    }

    pub(super) fn len_untracked(&self) -> usize {
        self.held.with_untracked(|held| held.rows.len())
    }

    pub(super) fn set_status(&self, change: impl FnOnce(&mut Status)) {
        self.status.update(change);
    }

    /// Adds rows at the end.
    pub(super) fn add(&self, rows: Vec<R>) {
        self.held.update(|held| held.rows.extend(rows));
        let done = len(self.len_untracked());
        self.status.update(|status| status.done = done);
    }

    /// Takes these rows instead.
    pub(super) fn replace(&self, rows: Vec<R>) {
        self.held.update(|held| {
            held.epoch = held.epoch.wrapping_add(1);
            held.rows = rows;
        });
    }

    /// Ends what was reading it before, and notes what does now.
    pub(super) fn read_by(&self, task: Option<AbortHandle>) {
        // Poisoned by a panic that ended the app anyway.
        if let Ok(mut current) = self.task.lock()
            && let Some(last) = std::mem::replace(&mut *current, task)
        {
            last.abort();
        }
    }
}
