//! What surrounds every page: the live region, the toast, titles and focus.

use leptos::prelude::*;

use crate::{
    api::Failure,
    browser,
    session::{SessionContext, Who},
};

/// The context of the shell.
#[derive(Clone, Copy, Debug)]
pub struct Shell {
    said: RwSignal<String>,
    toast: RwSignal<Option<String>>,
    moved: StoredValue<bool>,
    failed: RwSignal<Option<Failure>>,
}

impl Shell {
    /// Makes the context.
    pub fn provide() {
        let shell = Self {
            said: RwSignal::new(String::new()),
            toast: RwSignal::new(None),
            moved: StoredValue::new(false),
            failed: RwSignal::new(None),
        };
        provide_context(shell);
    }

    /// The context of the app.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Says something to readers of the page.
    pub fn say(self, words: impl Into<String>) {
        self.said.set(words.into());
    }

    /// What was said last; tracked.
    #[must_use]
    pub fn said(self) -> String {
        self.said.get()
    }

    /// Confirms something that is visible elsewhere too, for a while.
    pub fn toast(self, words: impl Into<String>) {
        self.toast.set(Some(words.into()));
    }

    /// What is confirmed; tracked.
    #[must_use]
    pub fn toasted(self) -> Option<String> {
        self.toast.get()
    }

    /// Tells a failure that belongs to no page, above the page.
    pub fn fail(self, failure: Failure) {
        self.failed.set(Some(failure));
    }

    /// What failed that belongs to no page.
    #[must_use]
    pub fn failed(self) -> Signal<Option<Failure>> {
        self.failed.into()
    }

    /// Takes the toast away.
    pub fn close_toast(self) {
        self.toast.set(None);
    }
}

/// The page's one heading. Names the document, and takes the focus after a navigation: on the first
/// page of a visit the focus stays where the browser puts it, unless the page is an outcome.
#[component]
pub fn PageHeading(
    /// The heading, and the document's title before the app's name.
    #[prop(into)]
    title: Signal<String>,
    /// Takes the focus even on the first page.
    #[prop(optional)]
    outcome: bool,
    /// The heading's class.
    #[prop(optional)]
    class: &'static str,
    /// What stands there instead of the title in plain words.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let session = SessionContext::get();
    let shell = Shell::get();
    Effect::new(move |_| {
        let name = session.app().map(|app| app.name);
        let title = title.get();
        browser::set_title(&name.map_or(title.clone(), |name| format!("{title} · {name}")));
    });
    let take_focus = outcome || shell.moved.get_value();
    // Once it is known who is here: what stood before may have stood for nothing yet.
    Effect::new(move |_| {
        if session.who() != Who::Checking {
            shell.moved.set_value(true);
        }
    });
    // It was about the page before.
    shell.failed.set(None);
    if take_focus {
        request_animation_frame(|| browser::focus("heading"));
    }
    view! {
        <h1 id="heading" tabindex="-1" class=class>
            {match children {
                Some(children) => children(),
                None => view! { <bdi>{move || title.get()}</bdi> }.into_any(),
            }}
        </h1>
    }
}
