//! What tries again to find out who is signed in.

use leptos::prelude::*;

use crate::{
    announcer::Announcer,
    session::{SessionContext, SessionState},
};

/// What tries again.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Tries.
    pub run: Callback<()>,
    /// Whether it is being tried.
    pub busy: Signal<bool>,
}

impl Retry {
    /// Asks the server again who is here.
    #[must_use]
    pub fn of_session() -> Self {
        let session = SessionContext::get();
        let announcer = Announcer::get();
        let run = Callback::new(move |()| {
            leptos::task::spawn_local(async move {
                session.read().await;
                // The same trouble changes nothing that is seen, so it is said again.
                if let SessionState::Unreachable { failure, .. } = session.who_untracked() {
                    announcer.say_failure(&failure);
                }
            });
        });
        Self {
            run,
            busy: Signal::derive(move || session.is_asking()),
        }
    }
}
