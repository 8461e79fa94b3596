//! What an administrator reads: sessions of a kind of their own, the list of connections, and the
//! activity log.

use std::sync::Arc;

use domain::{
    connection::{Label, searched},
    ids::{AdminSessionId, ConnectionId, EventId, RevocationId},
    session::{BrowserName, SessionToken},
};
use jiff::Timestamp;
use shared::api::admin::{EventKind, InstallSort, InstallStatus};
use snyk_app::store::{
    Store,
    database::{
        AdminRecords, EventGroup, EventPage, InstallCursor, InstallPage, InstallRecord,
        NewAdminSession, NewEvent, Search, SortKey,
    },
};

use crate::common::{bed::Bed, records::*};

fn page(sort: InstallSort) -> InstallPage {
    InstallPage {
        search: None,
        status: None,
        sort,
        after: None,
        limit: 100,
        now: now(),
        unused_since: Timestamp::MIN,
    }
}

async fn names(admin: &dyn AdminRecords, page: &InstallPage) -> Vec<String> {
    let found = admin.installs(page).await.unwrap();
    found.into_iter().map(|one| one.name).collect()
}

/// Connects organizations of these names, each in a browser of its own.
async fn connected(store: &dyn Store, names: &[&str]) -> Vec<ConnectionId> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(connect(store, name).await.0.id);
    }
    ids
}

async fn a_session_of_an_administrator_is_of_its_own_kind(bed: Bed) {
    let admin = bed.store.administration();
    let token = SessionToken::generate().unwrap();
    let session = NewAdminSession {
        id: AdminSessionId::generate(),
        token_hash: token.hash(),
        browser: BrowserName::default(),
        signed_in_at: now(),
        expires_at: at(1_800),
    };
    admin.insert_admin_session(&session).await.unwrap();
    let found = admin.admin_session(&token.hash()).await.unwrap().unwrap();
    assert_eq!((found.id, found.expires_at), (session.id, at(1_800)));
    assert!(bed.store.session(&token.hash()).await.unwrap().is_none());
    let (_, _, of_a_person) = connect(&*bed.store, "one").await;
    assert!(admin.admin_session(&of_a_person).await.unwrap().is_none());
    assert!(!admin.end_admin_session(&of_a_person).await.unwrap());
    assert_eq!(admin.delete_admin_sessions(at(1_800), 9).await.unwrap(), 0);
    assert!(admin.end_admin_session(&token.hash()).await.unwrap());
    assert!(!admin.end_admin_session(&token.hash()).await.unwrap());
    admin
        .insert_admin_session(&session_again(&token))
        .await
        .unwrap();
    assert_eq!(admin.delete_admin_sessions(at(1_801), 9).await.unwrap(), 1);
    assert!(admin.admin_session(&token.hash()).await.unwrap().is_none());
}

fn session_again(token: &SessionToken) -> NewAdminSession {
    NewAdminSession {
        id: AdminSessionId::generate(),
        token_hash: token.hash(),
        browser: BrowserName::default(),
        signed_in_at: now(),
        expires_at: at(1_800),
    }
}

async fn pages_follow_one_another_in_each_order(bed: Bed) {
    let store = &*bed.store;
    let named = [
        "b",
        "A",
        "ż",
        "a%",
        "a_",
        "Ä",
        "شركة",
        "x' OR 1=1 --",
        "\u{1b}[2J",
    ];
    let ids = connected(store, &named).await;
    for (index, id) in ids.iter().enumerate().skip(3) {
        let mut grant = grant("next");
        let seconds = i64::try_from(index % 4).unwrap();
        grant.refresh_expires_at = (seconds > 0).then(|| at(1_000 * seconds));
        let is_stored = store_grant(store, id, 0, &grant, at(seconds)).await;
        assert!(is_stored.unwrap());
    }
    let admin = store.administration();
    for sort in [
        InstallSort::Name,
        InstallSort::Refreshed,
        InstallSort::Ending,
        InstallSort::Connected,
    ] {
        let all = admin.installs(&page(sort)).await.unwrap();
        assert_eq!(all.len(), named.len());
        let keys: Vec<_> = all.iter().map(|one| key(sort, one)).collect();
        let mut paged = Vec::new();
        let mut next = page(sort);
        next.limit = 2;
        loop {
            let found = admin.installs(&next).await.unwrap();
            let Some(last) = found.last() else { break };
            next.after = Some(InstallCursor {
                key: key(sort, last),
                id: last.id.clone(),
            });
            paged.extend(found.into_iter().map(|one| one.id));
        }
        let all: Vec<_> = all.into_iter().map(|one| one.id).collect();
        assert_eq!(paged, all, "{sort:?}");
        let times = keys.iter().map(|key| match key {
            SortKey::Time(time) => *time,
            SortKey::Name(_) => 0,
        });
        match sort {
            InstallSort::Name => {}
            InstallSort::Ending => assert!(times.is_sorted(), "{keys:?}"),
            InstallSort::Refreshed | InstallSort::Connected => {
                assert!(times.rev().is_sorted(), "{keys:?}");
            }
        }
    }
    let by_name = names(&*admin, &page(InstallSort::Name)).await;
    assert_eq!(by_name[0], "\u{1b}[2J", "without its control character `[`");
    assert_eq!(by_name[1..4], ["A", "a%", "a_"]);
}

fn key(sort: InstallSort, one: &InstallRecord) -> SortKey {
    match sort {
        InstallSort::Name => SortKey::Name(one.name_key.clone()),
        InstallSort::Refreshed => SortKey::Time(one.refreshed_at.as_millisecond()),
        InstallSort::Connected => SortKey::Time(one.connected_at.as_millisecond()),
        InstallSort::Ending => SortKey::Time(
            one.refresh_expires_at
                .map_or(i64::MAX, Timestamp::as_millisecond),
        ),
    }
}

async fn a_search_takes_its_text_literally(bed: Bed) {
    let named = ["100%", "a_b", "o'neill", "<b>x</b>", "شركة الميناء", "Łódź"];
    let ids = connected(&*bed.store, &named).await;
    let admin = bed.store.administration();
    let found = async |text: &str| {
        let page = InstallPage {
            search: Some(Search {
                text: searched(text),
                id: text.to_owned(),
                org: format!("\"id\":\"{text}\""),
            }),
            ..page(InstallSort::Name)
        };
        names(&*admin, &page).await
    };
    for (text, expected) in [
        ("%", "100%"),
        ("_", "a_b"),
        ("'", "o'neill"),
        ("<B>X", "<b>x</b>"),
        ("الميناء", "شركة الميناء"),
        ("łÓDŹ", "Łódź"),
        (ids[1].as_str(), "a_b"),
    ] {
        assert_eq!(found(text).await, [expected], "{text}");
    }
    for text in ["' OR 1=1 --", "zzz", &ids[0].as_str()[..20]] {
        assert!(found(text).await.is_empty(), "{text}");
    }
}

async fn each_status_is_counted_and_found(bed: Bed) {
    let store = &*bed.store;
    let admin = store.administration();
    let ids = connected(store, &["failing", "fine", "gone", "lost"]).await;
    let [failing, fine, gone, lost] = [&ids[0], &ids[1], &ids[2], &ids[3]];
    let mut ending = grant("next");
    ending.refresh_expires_at = Some(at(100));
    assert!(store_grant(store, fine, 0, &ending, at(1)).await.unwrap());
    let revocation = RevocationId::generate();
    store.disconnect(gone, &revocation, now()).await.unwrap();
    assert!(mark_reconnect_needed(store, lost, 0).await.unwrap());
    for id in &ids {
        admin.mark_refresh_failed(id, at(2)).await.unwrap();
    }
    // A refresh that succeeds later makes up for a failure.
    assert!(store_grant(store, fine, 1, &ending, at(3)).await.unwrap());

    let totals = admin.install_totals(at(101)).await.unwrap();
    let counts = (
        totals.active,
        totals.failing,
        totals.reconnect_needed,
        totals.disconnected,
    );
    assert_eq!((counts, totals.ending), ((2, 1, 1, 1), 1));
    assert_eq!(admin.install_totals(at(100)).await.unwrap().ending, 0);
    for (status, id) in [
        (InstallStatus::Active, fine),
        (InstallStatus::RefreshFailing, failing),
        (InstallStatus::ReconnectNeeded, lost),
        (InstallStatus::Disconnected, gone),
    ] {
        for sort in [InstallSort::Name, InstallSort::Ending] {
            let page = InstallPage {
                status: Some(status),
                ..page(sort)
            };
            let found = admin.installs(&page).await.unwrap();
            assert_eq!(found.len(), 1, "{status:?}");
            assert_eq!((&found[0].id, found[0].status), (id, status));
        }
        let one = admin
            .install(id, now(), Timestamp::MIN)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(one.status, status);
        let browsers = u64::from(status != InstallStatus::Disconnected);
        assert_eq!(one.browsers, browsers, "{status:?}");
    }
    let unknown = ConnectionId::presented("unknown");
    assert!(
        admin
            .install(&unknown, now(), Timestamp::MIN)
            .await
            .unwrap()
            .is_none()
    );
    let groups = admin.install_groups().await.unwrap();
    let key = crate::common::bed::vault().key_ids().next();
    assert_eq!((groups.len(), groups[0].count, groups[0].key), (1, 2, key));
}

async fn what_an_earlier_version_stored_is_described(bed: Bed) {
    let ids = connected(&*bed.store, &["Łódź"]).await;
    let admin = bed.store.administration();
    assert!(admin.undescribed(9).await.unwrap().is_empty());
    let forget = "UPDATE connections SET name = '', name_key = '', search_text = NULL";
    bed.database.execute(forget).await;
    let found = admin.undescribed(9).await.unwrap();
    assert_eq!((found.len(), &found[0].id), (1, &ids[0]));
    let label = Label::of(found[0].context, &found[0].orgs);
    admin.describe(&ids[0], &label).await.unwrap();
    assert!(admin.undescribed(9).await.unwrap().is_empty());
    assert_eq!(names(&*admin, &page(InstallSort::Name)).await, ["Łódź"]);
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
    let ids = connected(&*bed.store, &["one"]).await;
    let one = Some(&ids[0]);
    let events = [
        event(1, EventKind::Connected, one),
        event(2, EventKind::SignedOut, None),
        event(3, EventKind::Refreshed, one),
    ];
    admin.insert_events(&events).await.unwrap();
    // What may have been stored is stored again, and counts once.
    admin.insert_events(&events[..1]).await.unwrap();
    let all = EventPage {
        kinds: Vec::new(),
        connection: None,
        before: EventId::last(),
        limit: 9,
    };
    let seconds = async |page: &EventPage| -> Vec<i64> {
        let found = admin.events(page).await.unwrap();
        let seconds = |at: Timestamp| at.duration_since(now()).as_secs();
        found.iter().map(|one| seconds(one.event.at)).collect()
    };
    assert_eq!(seconds(&all).await, [3, 2, 1]);
    let before = EventPage {
        before: events[2].id.clone(),
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
    let found = admin.events(&all).await.unwrap();
    let names: Vec<_> = found.iter().map(|one| &*one.connection_name).collect();
    assert_eq!(names, ["one", "one", "", "one"]);

    let beyond = async |group, kept| admin.last_event_beyond(group, kept).await.unwrap();
    let last = beyond(EventGroup::All, 2).await.unwrap();
    assert_eq!(last, events[1].id);
    let deleted = async |group, last, limit| admin.delete_events(group, last, limit).await.unwrap();
    assert_eq!(deleted(EventGroup::All, &last, 1).await, 1);
    assert_eq!(seconds(&all).await, [4, 3, 2]);
    assert_eq!(deleted(EventGroup::All, &last, 9).await, 1);
    assert_eq!(beyond(EventGroup::All, 2).await, None);

    // What is frequent goes first, and only that.
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

contract! {
    a_session_of_an_administrator_is_of_its_own_kind
    pages_follow_one_another_in_each_order
    a_search_takes_its_text_literally
    each_status_is_counted_and_found
    what_an_earlier_version_stored_is_described
    events_are_read_from_the_latest_and_removed_from_the_earliest
}
