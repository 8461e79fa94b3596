//! The activity log.

use std::sync::Arc;

use domain::ids::{ConnectionId, EventId};
use jiff::Timestamp;
use shared::api::admin::EventKind;
use snyk_app::store::database::{AdminRecords, EventGroup, EventPage, EventRecord, NewEvent};

use crate::common::{bed::Bed, records::*};

/// Returns a page whose rows can all be read.
async fn events(admin: &dyn AdminRecords, page: &EventPage) -> Vec<EventRecord> {
    let found = admin.events(page).await.unwrap();
    found.into_iter().map(|one| one.record.unwrap()).collect()
}

fn event(second: i64, kind: EventKind, connection: Option<&ConnectionId>) -> NewEvent {
    let ms = at(second).as_millisecond().unsigned_abs();
    NewEvent {
        id: EventId::first_at(ms),
        at: at(second),
        kind,
        detail: "d".to_owned(),
        connection: connection.cloned(),
        request_id: None,
    }
}

async fn events_are_read_from_the_latest_and_removed_from_the_earliest(bed: Bed) {
    let admin: Arc<dyn AdminRecords> = bed.store.administration();
    let (connection, ..) = connect(&*bed.store, "one").await;
    let one = Some(&connection.id);
    let first = [
        event(1, EventKind::Connected, one),
        event(2, EventKind::SignedOut, None),
        event(3, EventKind::Refreshed, one),
    ];
    admin.insert_events(&first).await.unwrap();
    // An event that may have been stored is stored again, and counts once.
    admin.insert_events(&first[..1]).await.unwrap();
    let all = EventPage {
        kinds: Vec::new(),
        connection: None,
        before: EventId::last(),
        limit: 9,
    };
    let seconds = async |page: &EventPage| -> Vec<i64> {
        let found = events(&*admin, page).await;
        let seconds = |at: Timestamp| at.duration_since(now()).as_secs();
        found.iter().map(|one| seconds(one.event.at)).collect()
    };
    assert_eq!(seconds(&all).await, [3, 2, 1]);
    let before = EventPage {
        before: first[2].id.clone(),
        limit: 1,
        ..all.clone()
    };
    assert_eq!(seconds(&before).await, [2]);
    let about = EventPage {
        connection: one.cloned(),
        ..all.clone()
    };
    assert_eq!(seconds(&about).await, [3, 1]);
    let of_kind = EventPage {
        kinds: vec![EventKind::SignedOut, EventKind::Connected],
        ..all.clone()
    };
    assert_eq!(seconds(&of_kind).await, [2, 1]);

    // The name of a connection that has been removed is still known.
    bed.database.execute("DELETE FROM connections").await;
    admin
        .insert_events(&[event(4, EventKind::Swept, one)])
        .await
        .unwrap();
    let found = events(&*admin, &all).await;
    let names: Vec<_> = found.iter().map(|one| &*one.connection_name).collect();
    assert_eq!(names, ["one", "one", "", "one"]);

    let beyond = async |group, kept| admin.last_event_beyond(group, kept).await.unwrap();
    let last = beyond(EventGroup::All, 2).await.unwrap();
    assert_eq!(last, first[1].id);
    let deleted = async |group, last, limit| admin.delete_events(group, last, limit).await.unwrap();
    assert_eq!(deleted(EventGroup::All, &last, 1).await, 1);
    assert_eq!(seconds(&all).await, [4, 3, 2]);
    assert_eq!(deleted(EventGroup::All, &last, 9).await, 1);
    assert_eq!(beyond(EventGroup::All, 2).await, None);

    // Frequent events go first, and no others.
    let frequent = [
        event(5, EventKind::Refreshed, one),
        event(6, EventKind::AdminDisconnected, one),
        event(7, EventKind::AdminRefused, None),
        event(8, EventKind::LoginFailed, None),
    ];
    admin.insert_events(&frequent).await.unwrap();
    assert_eq!(beyond(EventGroup::Frequent, 4).await, None);
    let last = beyond(EventGroup::Frequent, 1).await.unwrap();
    assert_eq!(last, frequent[2].id);
    assert_eq!(deleted(EventGroup::Frequent, &last, 9).await, 3);
    assert_eq!(seconds(&all).await, [8, 6, 4]);
}

async fn an_event_that_cannot_be_read_is_left_out_and_the_list_goes_on(bed: Bed) {
    let admin = bed.store.administration();
    let told = [1, 2, 3].map(|second| event(second, EventKind::Connected, None));
    admin.insert_events(&told).await.unwrap();
    let of_newer = format!(
        "UPDATE events SET kind = 'of_a_newer_version' WHERE id = '{}'",
        told[2].id
    );
    bed.database.execute(&of_newer).await;
    let far = format!(
        "UPDATE events SET at = 9223372036854775807 WHERE id = '{}'",
        told[1].id
    );
    bed.database.execute(&far).await;
    let mut next = EventPage {
        kinds: Vec::new(),
        connection: None,
        before: EventId::last(),
        limit: 2,
    };
    let found = admin.events(&next).await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| one.record.is_none()), "{found:?}");
    next.before = found[1].place.clone();
    let found = events(&*admin, &next).await;
    assert_eq!(found[0].event.id, told[0].id);
}

contract! {
    events_are_read_from_the_latest_and_removed_from_the_earliest
    an_event_that_cannot_be_read_is_left_out_and_the_list_goes_on
}
