//! The routes of the browsers that are signed in.

use shared::{
    api::sessions::{Browser, Sessions},
    problem::Code,
};

use super::{Failure, Within, send};

/// Returns this browser, and those that share a connection with it.
pub async fn list() -> Result<Vec<Browser>, Failure> {
    let answer = send("GET", "/api/sessions", None, Within::Server).await?;
    Ok(answer.json::<Sessions>()?.sessions)
}

/// Signs another browser out. Returns `false` if there is no such session: it has ended, or its
/// browser has connected again meanwhile, which makes a new one.
pub async fn end(id: &str) -> Result<bool, Failure> {
    let path = format!("/api/sessions/{id}");
    let answer = send("DELETE", &path, None, Within::Server).await?;
    match answer.done() {
        Err(Failure::Problem(problem)) if problem.code == Code::NotFound => Ok(false),
        answer => answer.map(|_| true),
    }
}
