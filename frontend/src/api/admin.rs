//! The routes of the administration.

use shared::{
    api::admin::{Activity, AdminSession, Install, InstallSort, Installs, Settings},
    problem::Code,
};

use super::{Failure, Within, connections::Revocation, send};
use crate::{
    admin::{address::Place, outcomes},
    data::query::Query,
    messages,
};

const SESSION: &str = "/api/admin/session";

/// Signs in with the secret of a link. The body is a [`shared::api::admin::AdminLogin`].
pub async fn sign_in(link: &str) -> Result<AdminSession, Failure> {
    // No link has these characters, and without them the text is a JSON string as it is.
    if link.contains(['"', '\\']) || link.chars().any(char::is_control) {
        return Err(Failure::Problem(Box::new(messages::local(Code::Forbidden))));
    }
    let body = format!("{{\"link\":\"{link}\"}}");
    send("POST", SESSION, Some(&body), Within::Server)
        .await?
        .json()
}

/// Returns the session; `None` if no administrator is signed in.
pub async fn session() -> Result<Option<AdminSession>, Failure> {
    let answer = send("GET", SESSION, None, Within::Server).await?;
    match answer.json() {
        Ok(session) => Ok(Some(session)),
        Err(failure) if outcomes::is_signed_out(&failure) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Ends the session. This succeeds if it had ended.
pub async fn leave() -> Result<(), Failure> {
    match send("DELETE", SESSION, None, Within::Server).await?.done() {
        Err(failure) if !outcomes::is_signed_out(&failure) => Err(failure),
        _ => Ok(()),
    }
}

/// Returns a page of the installs.
pub async fn installs(place: &Place, cursor: Option<&str>) -> Result<Installs, Failure> {
    let mut query = Query::default();
    if !place.search.is_empty() {
        let text: String = place.search.chars().take(MAX_SEARCH).collect();
        query.add("search", &text);
    }
    if let Some(status) = place.status {
        query.add("status", status.as_str());
    }
    if place.sort != InstallSort::default() {
        query.add("sort", place.sort.as_str());
    }
    get("/api/admin/installs", query, cursor).await
}

/// The most characters that the server searches for.
const MAX_SEARCH: usize = 200;

/// Returns an install.
pub async fn install(id: &str) -> Result<Install, Failure> {
    let path = path_of(id);
    send("GET", &path, None, Within::Server).await?.json()
}

/// Disconnects an install.
pub async fn disconnect(id: &str) -> Result<Revocation, Failure> {
    let answer = send("DELETE", &path_of(id), None, Within::Change).await?;
    answer.done().map(|answer| Revocation::of(&answer))
}

/// Returns the path of an install. An id from the address may be any text.
fn path_of(id: &str) -> String {
    let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    format!("/api/admin/installs/{}", id.replace('+', "%20"))
}

/// Returns a page of what happened: all of it, of some kinds, or to one install.
pub async fn activity(
    place: &Place,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Result<Activity, Failure> {
    let mut query = Query::default();
    let kinds = place.kinds.iter().map(|kind| kind.as_str());
    let kinds = kinds.collect::<Vec<_>>().join(",");
    if !kinds.is_empty() {
        query.add("kinds", &kinds);
    }
    if let Some(install) = &place.install {
        query.add("install", install);
    }
    if let Some(limit) = limit {
        query.add("limit", &limit.to_string());
    }
    get("/api/admin/activity", query, cursor).await
}

/// Returns what the server uses.
pub async fn settings() -> Result<Settings, Failure> {
    send("GET", "/api/admin/settings", None, Within::Server)
        .await?
        .json()
}

async fn get<T: crate::wire::Wire>(
    path: &str,
    mut query: Query,
    cursor: Option<&str>,
) -> Result<T, Failure> {
    if let Some(cursor) = cursor {
        query.add("cursor", cursor);
    }
    let query = query.to_string();
    let mark = if query.is_empty() { "" } else { "?" };
    send("GET", &format!("{path}{mark}{query}"), None, Within::Server)
        .await?
        .json()
}
