//! A change of a connection that a button makes.

use std::future::Future;

use leptos::prelude::*;
use shared::problem::Code;

use crate::{announcer::Announcer, api::Failure, session::SessionContext};

/// The context of a button that makes changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    session: SessionContext,
    announcer: Announcer,
    failure: RwSignal<Option<Failure>>,
    /// Whether an answer is awaited.
    pub(super) busy: RwSignal<bool>,
}

impl Change {
    /// Takes the contexts. `failure` receives a failure that is shown as a notice.
    pub(super) fn new(failure: RwSignal<Option<Failure>>) -> Self {
        Self {
            session: SessionContext::get(),
            announcer: Announcer::get(),
            failure,
            busy: RwSignal::new(false),
        }
    }

    /// Announces the change, makes it, and calls `done` with a success. A failure is handled as by
    /// [`after_failure`].
    pub(super) fn make<T: 'static>(
        self,
        words: &'static str,
        change: impl Future<Output = Result<T, Failure>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.busy.set(true);
        self.failure.set(None);
        self.announcer.say(words);
        leptos::task::spawn_local(async move {
            match change.await {
                Ok(answer) => done(answer),
                Err(why) => after_failure(self.session, self.announcer, self.failure, why).await,
            }
            self.busy.try_set(false);
        });
    }
}

/// Handles a failure. If the connection must be reconnected, or the session or connection is gone,
/// the session is loaded again and the page shows that. Any other failure becomes a notice.
pub(super) async fn after_failure(
    session: SessionContext,
    announcer: Announcer,
    failure: RwSignal<Option<Failure>>,
    why: Failure,
) {
    announcer.say_failure(&why);
    if let Failure::Problem(problem) = &why
        && matches!(
            problem.code,
            Code::ReconnectNeeded | Code::NotSignedIn | Code::NotFound
        )
    {
        session.read().await;
        return;
    }
    failure.try_set(Some(why));
}
