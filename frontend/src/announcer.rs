//! What surrounds every page: the live region, the toast, titles and focus.

use std::{collections::VecDeque, time::Duration};

use leptos::prelude::*;
use leptos_router::NavigateOptions;

use crate::{
    api::Failure,
    messages, paths,
    platform::{self, scroll},
    session::SessionContext,
};

/// The id of the page's heading.
const HEADING: &str = "heading";

/// How long each message stands before the next one: what is replaced sooner, readers may miss.
const STANDS: Duration = Duration::from_millis(400);
/// So many messages wait at most. Where none is said, as in a tab that is not seen, the latest count.
const WAITING: usize = 8;

/// The context of the shell.
#[derive(Clone, Copy, Debug)]
pub struct Announcer {
    session: SessionContext,
    said: RwSignal<String>,
    /// Messages that are to be said.
    to_say: StoredValue<VecDeque<String>>,
    /// Whether one is being said, after which the next one comes.
    is_saying: StoredValue<bool>,
    toast: RwSignal<Option<String>>,
    /// When it was set, by the clock of durations.
    toasted_at: StoredValue<f64>,
    /// The page whose heading was drawn last; `None` when the next one is to take the focus.
    page: StoredValue<Option<String>>,
    failed: RwSignal<Option<Failure>>,
}

impl Announcer {
    /// Makes the context.
    pub fn provide() {
        let shell = Self {
            session: SessionContext::get(),
            said: RwSignal::new(String::new()),
            to_say: StoredValue::new(VecDeque::new()),
            is_saying: StoredValue::new(false),
            toast: RwSignal::new(None),
            toasted_at: StoredValue::new(0.0),
            page: StoredValue::new(platform::path()),
            failed: RwSignal::new(None),
        };
        provide_context(shell);
    }

    /// The context of the app.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Says something to readers of the page, after what was to be said before.
    pub fn say(self, words: impl Into<String>) {
        let words = words.into();
        self.to_say.update_value(|waiting| {
            if waiting.back() != Some(&words) {
                waiting.push_back(words);
            }
            while waiting.len() > WAITING {
                waiting.pop_front();
            }
        });
        if !self.is_saying.get_value() {
            self.say_next();
        }
    }

    fn say_next(self) {
        let is_more = self.to_say.with_value(|waiting| !waiting.is_empty());
        self.is_saying.set_value(is_more);
        if !is_more {
            return;
        }
        // The same words again are only said when they were gone meanwhile.
        self.said.set(String::new());
        request_animation_frame(move || {
            let words = self.to_say.try_update_value(VecDeque::pop_front).flatten();
            self.said.set(words.unwrap_or_default());
            set_timeout(move || self.say_next(), STANDS);
        });
    }

    /// Says to readers of the page that something failed.
    pub fn say_failure(self, failure: &Failure) {
        let app = self.session.name_untracked();
        self.say(messages::title(failure, &app));
    }

    /// The page is about to be another one by the person's own act: its heading takes the focus, at
    /// the same address too.
    fn expect_page(self) {
        self.page.set_value(None);
    }

    /// Leaves the page, which is over, for the start page; Back does not return to it.
    pub fn leave_for_home(self, navigate: &impl Fn(&str, NavigateOptions)) {
        self.expect_page();
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        navigate(paths::HOME, options);
    }

    /// Takes note of the page that is shown. Returns whether it is another than before.
    fn arrive(self, page: String) -> bool {
        let is_new = self.page.with_value(|last| last.as_ref() != Some(&page));
        self.page.set_value(Some(page));
        is_new
    }

    /// What was said last; tracked.
    #[must_use]
    pub fn said(self) -> String {
        self.said.get()
    }

    /// Confirms something that is visible elsewhere too, for a while.
    pub fn toast(self, words: impl Into<String>) {
        self.toasted_at.set_value(platform::elapsed());
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

    /// Takes a toast away that is older than the page that is being drawn: one that confirms what led
    /// to it is set within the same moment.
    fn close_old_toast(self) {
        if platform::elapsed() - self.toasted_at.get_value() > 1_000.0 {
            self.close_toast();
        }
    }

    /// Takes the toast away.
    pub fn close_toast(self) {
        self.toast.set(None);
    }
}

/// The page's one heading. Names the document, and takes the focus once after each navigation: on
/// the first page of a visit the focus stays where the browser puts it, and where the same page is
/// drawn again it stays with whatever has it.
#[component]
pub fn PageHeading(
    /// The heading, and the document's title before the app's name.
    #[prop(into)]
    title: Signal<String>,
    /// Takes the focus wherever it was: it stands for a page that could not be shown, or has ended.
    #[prop(optional)]
    outcome: bool,
    /// Which of several pages at the same path it is the heading of.
    #[prop(optional)]
    of: &'static str,
    /// The heading's class.
    #[prop(optional)]
    class: &'static str,
    /// What stands there instead of the title in plain words.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let session = SessionContext::get();
    let shell = Announcer::get();
    Effect::new(move |_| {
        let name = session.app().map(|app| app.name);
        let title = title.get();
        platform::set_title(&name.map_or(title.clone(), |name| format!("{title} · {name}")));
    });
    let path = platform::path().unwrap_or_default();
    let is_new = shell.arrive(if of.is_empty() {
        path
    } else {
        format!("{path}#{of}")
    });
    if is_new {
        // They were about the page before.
        shell.failed.set(None);
        shell.close_old_toast();
    }
    // Drawn anew, the heading keeps the focus that it had.
    if is_new || outcome || platform::has_focus(HEADING) {
        request_animation_frame(|| {
            if scroll::is_going_back() {
                platform::focus_unmoved(HEADING);
            } else {
                platform::focus(HEADING);
            }
        });
    }
    view! {
        <h1 id=HEADING tabindex="-1" class=class>
            {match children {
                Some(children) => children(),
                None => view! { <bdi>{move || title.get()}</bdi> }.into_any(),
            }}
        </h1>
    }
}
