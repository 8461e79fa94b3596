//! Who is signed in, and ending it.

use shared::{api::session::Session, problem::Code};

use super::{Failure, Within, send};

/// Who is signed in, and what the app is.
pub async fn read() -> Result<Session, Failure> {
    send("GET", "/api/session", None, Within::Server)
        .await?
        .json()
}

/// Signs this browser out. Being signed out already is as good.
pub async fn end() -> Result<(), Failure> {
    let answer = send("DELETE", "/api/session", None, Within::Server).await?;
    match answer.done() {
        Err(Failure::Problem(problem)) if problem.code == Code::NotSignedIn => Ok(()),
        answer => answer.map(|_| ()),
    }
}
