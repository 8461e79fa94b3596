//! Retries of requests.

use leptos::prelude::*;

use crate::{
    announcer::Announcer,
    reactive::{Signal, derive},
    session::{SessionContext, SessionState},
};

/// A retry.
#[derive(Clone, Debug)]
pub struct Retry {
    /// Starts the retry.
    pub run: Callback<()>,
    /// Whether the retry is running.
    pub busy: Signal<bool>,
    /// The label of the button while the retry is running.
    pub busy_words: &'static str,
    /// The id of the element that takes the focus when the focused button is removed.
    pub focus: Option<String>,
}

impl Retry {
    /// Returns a retry that loads a part of the page. After it the element with the id `focus` takes
    /// the focus.
    #[must_use]
    pub fn of_part(run: Callback<()>, busy: Signal<bool>, focus: impl Into<String>) -> Self {
        Self {
            run,
            busy,
            busy_words: "Loading",
            focus: Some(focus.into()),
        }
    }

    /// Returns a retry of the request for the session.
    #[must_use]
    pub fn of_session() -> Self {
        let session = SessionContext::get();
        let announcer = Announcer::get();
        let run = Callback::new(move |()| {
            leptos::task::spawn_local(async move {
                session.read().await;
                // A repeated failure changes nothing that is visible, so it is announced again.
                if let SessionState::Unreachable { failure, .. } = session.who_untracked() {
                    announcer.say_failure(&failure);
                }
            });
        });
        Self {
            run,
            busy: derive(move || session.is_asking()),
            busy_words: "Trying",
            focus: None,
        }
    }
}
