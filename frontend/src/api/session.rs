//! Who is signed in, and ending it.

use shared::api::session::Session;

use super::{Failure, send};

/// Who is signed in, and what the app is.
pub async fn read() -> Result<Session, Failure> {
    send("GET", "/api/session", None).await?.json()
}

/// Signs this browser out. Being signed out already is as good.
pub async fn end() -> Result<(), Failure> {
    let answer = send("DELETE", "/api/session", None).await?;
    if answer.status == 401 {
        return Ok(());
    }
    answer.success().map(|_| ())
}
