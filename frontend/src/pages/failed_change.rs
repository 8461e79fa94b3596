//! What follows a change of a connection that failed.

use leptos::prelude::*;
use shared::problem::Code;

use crate::{announcer::Announcer, api::Failure, session::SessionContext};

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
