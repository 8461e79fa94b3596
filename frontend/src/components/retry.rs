//! Retries the request for the session.

use leptos::prelude::*;

use crate::{
    announcer::Announcer,
    reactive::{Signal, derive},
    session::{SessionContext, SessionState},
};

/// A retry.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Starts the retry.
    pub run: Callback<()>,
    /// Whether the retry is running.
    pub busy: Signal<bool>,
}

impl Retry {
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
        }
    }
}
