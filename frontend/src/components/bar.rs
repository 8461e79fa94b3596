//! What the bar holds on a page that has a bar of its own.

use leptos::{children::ViewFn, prelude::*};

/// The place in the bar in which such a page puts its part. The page is loaded later than the bar.
#[derive(Clone, Copy, Debug)]
pub struct Bar(RwSignal<Option<ViewFn>>);

impl Bar {
    /// Provides the context.
    pub fn provide() {
        provide_context(Self(RwSignal::new(None)));
    }

    /// Returns the context of the app.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Shows a part in the bar for as long as the owner lives.
    pub fn show(self, part: impl Into<ViewFn>) {
        self.0.set(Some(part.into()));
        on_cleanup(move || self.0.set(None));
    }

    /// Returns the part; tracked.
    #[must_use]
    pub fn view(self) -> Option<AnyView> {
        self.0.get().map(|part| part.run())
    }
}
