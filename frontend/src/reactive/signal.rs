//! A signal that can only be read.

use std::{fmt, marker::PhantomData, sync::Arc};

use leptos::prelude::{
    self as graph, Get as _, GetUntracked as _, ReadSignal, RwSignal, Track as _,
};

use crate::erased::Value;

/// A value that other signals determine, which is computed from them or stored. Leptos's type of
/// this name and its `Memo` are compiled once for each type of value; most of this one is compiled
/// once.
pub struct Signal<T> {
    inner: graph::Signal<Value>,
    of: PhantomData<fn() -> T>,
}

impl<T> Signal<T> {
    pub(super) const fn new(inner: graph::Signal<Value>) -> Self {
        Self {
            inner,
            of: PhantomData,
        }
    }
}

impl<T: Send + Sync + 'static> Signal<T> {
    /// Creates a signal whose value never changes.
    #[must_use]
    pub fn stored(value: T) -> Self {
        Self::new(graph::Signal::stored(Value::of(value)))
    }

    /// Returns the value; tracked.
    #[must_use]
    pub fn read(self) -> Arc<T> {
        typed(self.inner.get())
    }

    /// Returns the value.
    #[must_use]
    pub fn read_untracked(self) -> Arc<T> {
        typed(self.inner.get_untracked())
    }

    /// Applies a function to the value; tracked.
    pub fn with<U>(self, function: impl FnOnce(&T) -> U) -> U {
        function(&self.read())
    }

    /// Applies a function to the value.
    pub fn with_untracked<U>(self, function: impl FnOnce(&T) -> U) -> U {
        function(&self.read_untracked())
    }

    /// Returns the value, unless the signal's owner is gone.
    #[must_use]
    pub fn try_read_untracked(self) -> Option<Arc<T>> {
        self.inner.try_get_untracked().map(typed)
    }

    /// Tracks the signal.
    pub fn track(self) {
        self.inner.track();
    }
}

impl<T: Clone + Send + Sync + 'static> Signal<T> {
    /// Returns a clone of the value; tracked.
    #[must_use]
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// Returns a clone of the value.
    #[must_use]
    pub fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

/// Creates a signal that is computed from others each time it is read.
pub fn derive<T>(compute: impl Fn() -> T + Send + Sync + 'static) -> Signal<T>
where
    T: Send + Sync + 'static,
{
    fn erased(compute: Box<dyn Fn() -> Value + Send + Sync>) -> graph::Signal<Value> {
        graph::Signal::derive(compute)
    }

    Signal::new(erased(Box::new(move || Value::of(compute()))))
}

/// Returns the value with its type, which the signal has by its type.
fn typed<T: Send + Sync + 'static>(value: Value) -> Arc<T> {
    match value.typed() {
        Some(value) => value,
        None => unreachable!("a signal has values of its type"),
    }
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Signal<T> {}

impl<T> fmt::Debug for Signal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal").finish_non_exhaustive()
    }
}

impl<T: Default + Send + Sync + 'static> Default for Signal<T> {
    fn default() -> Self {
        Self::stored(T::default())
    }
}

impl<T: Send + Sync + 'static> From<T> for Signal<T> {
    fn from(value: T) -> Self {
        Self::stored(value)
    }
}

impl From<&str> for Signal<String> {
    fn from(value: &str) -> Self {
        Self::stored(value.to_owned())
    }
}

impl<T: Clone + Send + Sync + 'static> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        derive(move || signal.get())
    }
}

impl<T: Clone + Send + Sync + 'static> From<ReadSignal<T>> for Signal<T> {
    fn from(signal: ReadSignal<T>) -> Self {
        derive(move || signal.get())
    }
}
