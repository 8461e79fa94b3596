//! `GET /api/admin/activity`.

use std::sync::Arc;

use axum::{Json, extract::State};
use domain::ids::{ConnectionId, EventId};
use shared::api::admin::{Activity, ActivityQuery, Event, EventKind};

use super::{
    parts::Administration,
    query::{ListQuery, bad, limit},
    session::Administrator,
    upkeep::KEPT_DAYS,
};
use crate::{
    http::problem::ApiError,
    store::database::{EventPage, EventRecord},
};

/// Returns a page of the activity log, the latest first.
pub async fn list(
    State(administration): State<Arc<Administration>>,
    _: Administrator,
    ListQuery(query): ListQuery<ActivityQuery>,
) -> Result<Json<Activity>, ApiError> {
    let limit = limit(query.limit)?;
    let before = match &query.cursor {
        None => EventId::last(),
        Some(text) => {
            let id = EventId::presented(text);
            if id.as_str().len() != 26 {
                return Err(bad("The cursor is not one of this list."));
            }
            id
        }
    };
    let page = EventPage {
        kinds: kinds(query.kinds.as_deref())?,
        connection: query.install.as_deref().map(ConnectionId::presented),
        before,
        limit: limit + 1,
    };
    let mut events = administration.records.events(&page).await?;
    let is_more = events.len() > limit as usize;
    events.truncate(limit as usize);
    let next = events.last().filter(|_| is_more);
    Ok(Json(Activity {
        next: next.map(|last| last.place.to_string()),
        events: events
            .into_iter()
            .filter_map(|listed| listed.record.map(view))
            .collect(),
        kept_days: KEPT_DAYS,
    }))
}

fn kinds(text: Option<&str>) -> Result<Vec<EventKind>, ApiError> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let kinds: Option<Vec<_>> = text.split(',').map(EventKind::from_word).collect();
    // Each of them once is the most that a filter needs.
    kinds
        .filter(|kinds| kinds.len() <= EventKind::ALL.len())
        .ok_or_else(|| bad("There is no such kind of event."))
}

fn view(
    EventRecord {
        event,
        connection_name,
    }: EventRecord,
) -> Event {
    Event {
        id: event.id.to_string(),
        at: event.at.to_string(),
        kind: event.kind,
        detail: event.detail,
        install: event.connection.map(|id| id.to_string()),
        install_name: connection_name,
        request_id: event.request_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_words_of_the_api_or_refused() {
        let found = kinds(Some("connected,admin_left")).unwrap();
        assert_eq!(found, [EventKind::Connected, EventKind::AdminLeft]);
        assert!(kinds(None).unwrap().is_empty());
        for text in ["", "connected,", "Connected", "x", "connected,'"] {
            assert!(kinds(Some(text)).is_err(), "{text}");
        }
        let each = EventKind::ALL.len();
        assert!(kinds(Some(&vec!["connected"; each].join(","))).is_ok());
        assert!(kinds(Some(&vec!["connected"; each + 1].join(","))).is_err());
    }
}
