//! `GET /api/admin/installs`, and `GET` and `DELETE /api/admin/installs/{id}`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
};
use domain::{connection::searched, ids::ConnectionId, session::to_signed_duration};
use http::{HeaderName, StatusCode};
use shared::api::{
    admin::{ENDING_WITHIN_DAYS, Install, InstallQuery, InstallStatus, Installs, Totals},
    connection::REVOCATION,
};
use std::time::Duration;

use super::{
    cursor,
    parts::Administration,
    query::{ListQuery, bad, limit},
    session::Administrator,
};
use crate::{
    connection::disconnect::DisconnectedBy,
    http::problem::ApiError,
    request_context::carried,
    store::database::{InstallPage, InstallRecord, Search},
};

/// Maximum number of characters of a search.
const MAX_SEARCH: usize = 200;

/// Returns a page of the connections that match, with the totals of all.
pub async fn list(
    State(administration): State<Arc<Administration>>,
    _: Administrator,
    ListQuery(query): ListQuery<InstallQuery>,
) -> Result<Json<Installs>, ApiError> {
    let limit = limit(query.limit)?;
    let after = match &query.cursor {
        None => None,
        Some(text) => Some(
            cursor::decode(query.sort, text)
                .ok_or_else(|| bad("The cursor is not one of this list in this order."))?,
        ),
    };
    let search = query.search.as_deref().unwrap_or_default();
    if search.chars().count() > MAX_SEARCH {
        return Err(bad("The search has more than 200 characters."));
    }
    let now = administration.clock.now();
    let mut installs = administration
        .records
        .installs(&InstallPage {
            search: search_of(search),
            status: query.status,
            sort: query.sort,
            after,
            // One more tells whether there is another page.
            limit: limit + 1,
            now,
            unused_since: administration.lifetimes.unused_since(now),
        })
        .await?;
    let is_more = installs.len() > limit as usize;
    installs.truncate(limit as usize);
    let next = installs.last().filter(|_| is_more);
    let next = next.map(|last| cursor::encode(query.sort, last.place.clone()));
    let days = Duration::from_hours(24) * ENDING_WITHIN_DAYS;
    let ending = now.saturating_add(to_signed_duration(days)).unwrap_or(now);
    let totals = administration.records.install_totals(ending).await?;
    Ok(Json(Installs {
        installs: installs
            .into_iter()
            .filter_map(|listed| listed.record.map(view))
            .collect(),
        next,
        totals: Totals {
            active: totals.active,
            refresh_failing: totals.failing,
            reconnect_needed: totals.reconnect_needed,
            disconnected: totals.disconnected,
            ending: totals.ending,
        },
    }))
}

/// Returns one connection.
pub async fn read(
    State(administration): State<Arc<Administration>>,
    _: Administrator,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Install>, ApiError> {
    let found = administration.find(id).await?;
    Ok(Json(view(found)))
}

/// Ends a connection, as a person's disconnect does. One that has ended already stays so, and its
/// tokens may still have to be revoked.
pub async fn disconnect(
    State(administration): State<Arc<Administration>>,
    Administrator(session): Administrator,
    id: Result<Path<String>, PathRejection>,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1]), ApiError> {
    let found = administration.find(id).await?;
    let id = found.id.clone();
    let is_revoked = if found.status == InstallStatus::Disconnected {
        true
    } else {
        let connections = Arc::clone(&administration.connections);
        let disconnect = async move {
            connections
                .disconnect(&found.id, &DisconnectedBy::Administrator(session.id))
                .await
        };
        administration
            .connections
            .tasks
            .spawn(carried(disconnect))
            .await
            .map_err(|_| ApiError::Internal("the task that disconnects ended".to_owned()))??
    };
    // A revocation may be left of an earlier end, or of one that another request caused meanwhile.
    let is_pending = administration.records.has_pending_revocation(&id).await?;
    let revoked = if is_revoked && !is_pending {
        "done"
    } else {
        "pending"
    };
    let header = [(HeaderName::from_static(REVOCATION), revoked)];
    Ok((StatusCode::NO_CONTENT, header))
}

impl Administration {
    async fn find(
        &self,
        id: Result<Path<String>, PathRejection>,
    ) -> Result<InstallRecord, ApiError> {
        let Path(id) = id.map_err(|_| ApiError::NotFound)?;
        let now = self.clock.now();
        let unused_since = self.lifetimes.unused_since(now);
        let id = ConnectionId::presented(&id);
        let found = self.records.install(&id, now, unused_since).await?;
        found.ok_or(ApiError::NotFound)
    }
}

/// Returns what a text searches, unless it is blank. Ids of connections have upper-case letters, and
/// those of organizations lower-case ones.
fn search_of(text: &str) -> Option<Search> {
    let text = searched(text);
    (!text.is_empty()).then(|| Search {
        id: text.to_uppercase(),
        org: format!("\"id\":{}", serde_json::Value::from(text.as_str())),
        text,
    })
}

fn view(install: InstallRecord) -> Install {
    let has_tokens = matches!(
        install.status,
        InstallStatus::Active | InstallStatus::RefreshFailing
    );
    Install {
        id: install.id.to_string(),
        name: install.name,
        is_group: install.is_group,
        orgs: install.org_count,
        status: install.status,
        context: install.context,
        scopes: install.scopes,
        connected_at: install.connected_at.to_string(),
        generation: install.generation,
        refreshed_at: install.refreshed_at.to_string(),
        access_token_expires_at: has_tokens.then(|| install.access_expires_at.to_string()),
        refresh_token_expires_at: install
            .refresh_expires_at
            .filter(|_| has_tokens)
            .map(|at| at.to_string()),
        browsers: install.browsers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_for_a_name_or_exactly_an_id() {
        assert_eq!(search_of(" \r\n\0"), None);
        let search = search_of(" 01abC\"\\ ").unwrap();
        assert_eq!(search.text, "01abc\"\\");
        assert_eq!(search.id, "01ABC\"\\");
        assert_eq!(search.org, r#""id":"01abc\"\\""#);
    }
}
