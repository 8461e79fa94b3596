//! Announcements: the live region for screen readers, and the toast.

use std::{collections::VecDeque, time::Duration};

use leptos::prelude::*;
use shared::route::Route;

use crate::reactive::Signal;
use crate::{api::Failure, messages, platform, router::Router, session::SessionContext};

/// Time between two messages in the live region. Screen readers may miss one that is replaced
/// sooner.
const STANDS: Duration = Duration::from_millis(400);
/// Maximum number of queued messages. In a hidden tab, where none is announced, the latest are
/// kept.
const WAITING: usize = 8;

/// The context through which all parts of the app announce.
#[derive(Clone, Copy, Debug)]
pub struct Announcer {
    session: SessionContext,
    router: Router,
    said: RwSignal<String>,
    /// Queued messages.
    to_say: StoredValue<VecDeque<String>>,
    /// Whether a message is being announced.
    is_saying: StoredValue<bool>,
    toast: RwSignal<Option<String>>,
    /// The time at which the toast was set, by the clock for durations.
    toasted_at: StoredValue<f64>,
    /// The page whose heading was rendered last; `None` if the next one is to take the focus.
    page: StoredValue<Option<String>>,
    failed: RwSignal<Option<Failure>>,
}

impl Announcer {
    /// Provides the context.
    pub fn provide() {
        let announcer = Self {
            session: SessionContext::get(),
            router: Router::get(),
            said: RwSignal::new(String::new()),
            to_say: StoredValue::new(VecDeque::new()),
            is_saying: StoredValue::new(false),
            toast: RwSignal::new(None),
            toasted_at: StoredValue::new(0.0),
            page: StoredValue::new(platform::path()),
            failed: RwSignal::new(None),
        };
        provide_context(announcer);
    }

    /// Returns the context of the app.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Queues a message for the live region.
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
        // A live region announces the same text again only after it was empty.
        self.said.set(String::new());
        request_animation_frame(move || {
            let words = self.to_say.try_update_value(VecDeque::pop_front).flatten();
            self.said.set(words.unwrap_or_default());
            set_timeout(move || self.say_next(), STANDS);
        });
    }

    /// Announces a failure.
    pub fn say_failure(self, failure: &Failure) {
        let app = self.session.name_untracked();
        self.say(messages::of(failure, &app).title);
    }

    /// Lets the heading of the next page take the focus, also at the same address.
    pub fn expect_page(self) {
        self.page.set_value(None);
    }

    /// Opens the start page in place of a page that has ended: Back does not return to it.
    pub fn leave_for_home(self) {
        self.expect_page();
        self.router.replace(&Route::Home.to_string());
    }

    /// Records the page that is shown, and clears what was announced about another one. Returns
    /// whether it is another one.
    pub fn arrive(self, page: String) -> bool {
        let is_new = self.page.with_value(|last| last.as_ref() != Some(&page));
        self.page.set_value(Some(page));
        if is_new {
            self.failed.set(None);
            self.close_old_toast();
        }
        is_new
    }

    /// Returns the current message of the live region; tracked.
    #[must_use]
    pub fn said(self) -> String {
        self.said.get()
    }

    /// Shows a toast for a while. It confirms something that is visible elsewhere too.
    pub fn toast(self, words: impl Into<String>) {
        self.toasted_at.set_value(platform::elapsed());
        self.toast.set(Some(words.into()));
    }

    /// Returns the text of the toast; tracked.
    #[must_use]
    pub fn toasted(self) -> Option<String> {
        self.toast.get()
    }

    /// Shows a failure that belongs to no page, above the page.
    pub fn fail(self, failure: Failure) {
        self.failed.set(Some(failure));
    }

    /// Returns the failure that belongs to no page.
    #[must_use]
    pub fn failed(self) -> Signal<Option<Failure>> {
        self.failed.into()
    }

    /// Closes a toast that is older than the page that is being rendered. A toast that confirms the
    /// action which led to the page is at most a second old.
    fn close_old_toast(self) {
        if platform::elapsed() - self.toasted_at.get_value() > 1_000.0 {
            self.close_toast();
        }
    }

    /// Closes the toast.
    pub fn close_toast(self) {
        self.toast.set(None);
    }
}
