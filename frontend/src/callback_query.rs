//! The query of the callback, on its way from the start of the page to the page of the callback.

use leptos::prelude::*;

/// What the provider sent, taken out of the address bar before the app started. It can be taken
/// once.
#[derive(Clone, Copy, Debug)]
pub struct CallbackQuery(StoredValue<Option<String>>);

impl CallbackQuery {
    /// Provides it as a context.
    pub fn provide(query: Option<String>) {
        provide_context(Self(StoredValue::new(query)));
    }

    /// Takes the query, which is then gone.
    #[must_use]
    pub fn take() -> Option<String> {
        let Self(query) = expect_context();
        query.try_update_value(Option::take).flatten()
    }
}
