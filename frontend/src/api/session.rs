//! The session: reading it, and signing out.

use shared::{api::session::Session, problem::Code};

use super::{Failure, Within, send};
use crate::door;

/// Returns the session, and the description of the app. The first answer is the one that the door
/// has requested already.
pub async fn read() -> Result<Session, Failure> {
    if let Some(answer) = door::take_session().await {
        let answer = answer?;
        super::follow_clock(&answer);
        return answer.json();
    }
    send("GET", "/api/session", None, Within::Server)
        .await?
        .json()
}

/// Signs this browser out. This succeeds if nobody was signed in.
pub async fn end() -> Result<(), Failure> {
    let answer = send("DELETE", "/api/session", None, Within::Server).await?;
    match answer.done() {
        Err(Failure::Problem(problem)) if problem.code == Code::NotSignedIn => Ok(()),
        answer => answer.map(|_| ()),
    }
}
