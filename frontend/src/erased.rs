//! Values whose type is erased, so that what keeps and compares them is compiled once.

use std::{any::Any, sync::Arc};

/// A value whose type is erased.
#[derive(Clone, Debug)]
pub struct Value {
    value: Arc<dyn Any + Send + Sync>,
    equals: fn(&Self, &Self) -> bool,
}

impl Value {
    /// Erases the type of a value that equals no other.
    pub fn of<T: Send + Sync + 'static>(value: T) -> Self {
        Self {
            value: Arc::new(value),
            equals: |_, _| false,
        }
    }

    /// Erases the type of a value that can be compared.
    pub fn comparable<T: PartialEq + Send + Sync + 'static>(value: Arc<T>) -> Self {
        Self {
            value,
            equals: |one, other| one.get::<T>() == other.get::<T>(),
        }
    }

    /// Returns the value, if it is of this type.
    #[must_use]
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }

    /// Returns the value, if it is of this type.
    #[must_use]
    pub fn typed<T: Send + Sync + 'static>(self) -> Option<Arc<T>> {
        self.value.downcast().ok()
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        (self.equals)(self, other)
    }
}
