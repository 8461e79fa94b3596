//! Passes the query of the callback from the start of the app to the page of the callback.

use leptos::prelude::*;

/// The provider's answer, which was removed from the address bar before the app started. It can be
/// taken once.
#[derive(Clone, Copy, Debug)]
pub struct CallbackQuery(StoredValue<Option<String>>);

impl CallbackQuery {
    /// Provides the query as a context.
    pub fn provide(query: Option<String>) {
        provide_context(Self(StoredValue::new(query)));
    }

    /// Takes the query. Later calls return `None`.
    #[must_use]
    pub fn take() -> Option<String> {
        let Self(query) = expect_context();
        query.try_update_value(Option::take).flatten()
    }
}
