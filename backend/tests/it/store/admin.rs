//! The records of the administration: its sessions, and the list of connections.

use domain::{
    connection::{Label, searched},
    ids::{AdminSessionId, ConnectionId, RevocationId},
    session::{BrowserName, SessionToken},
};
use jiff::Timestamp;
use shared::api::admin::{InstallSort, InstallStatus};
use snyk_app::store::{
    Store,
    database::{AdminRecords, InstallPage, InstallRecord, NewAdminSession, Search, SortKey},
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
    let found = installs(admin, page).await;
    found.into_iter().map(|one| one.name).collect()
}

/// Returns a page whose rows can all be read.
async fn installs(admin: &dyn AdminRecords, page: &InstallPage) -> Vec<InstallRecord> {
    let found = admin.installs(page).await.unwrap();
    found.into_iter().map(|one| one.record.unwrap()).collect()
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
        let keys: Vec<_> = all.iter().map(|one| one.place.key.clone()).collect();
        let mut paged = Vec::new();
        let mut next = page(sort);
        next.limit = 2;
        loop {
            let found = admin.installs(&next).await.unwrap();
            let Some(last) = found.last() else { break };
            next.after = Some(last.place.clone());
            paged.extend(found.into_iter().map(|one| one.place.id));
        }
        let all: Vec<_> = all.into_iter().map(|one| one.place.id).collect();
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
        let generation = u64::from(id == fine);
        let marked = admin.mark_refresh_failed(id, generation);
        marked.await.unwrap();
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
            let found = installs(&*admin, &page).await;
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

async fn a_failed_refresh_counts_until_the_next_pair_whatever_the_clocks(bed: Bed) {
    let store = &*bed.store;
    let admin = store.administration();
    let ids = connected(store, &["one"]).await;
    let id = &ids[0];
    let status = async || {
        let found = admin.install(id, now(), Timestamp::MIN).await.unwrap();
        found.unwrap().status
    };
    let refreshed = async |generation, second| {
        let next = grant("next");
        let stored = store_grant(store, id, generation, &next, at(second));
        assert!(stored.await.unwrap());
    };
    let failed = async |generation| {
        let marked = admin.mark_refresh_failed(id, generation);
        marked.await.unwrap();
    };
    refreshed(0, 100).await;
    failed(1).await;
    assert_eq!(status().await, InstallStatus::RefreshFailing);
    // The clock of the server whose refresh succeeded is behind.
    refreshed(1, 30).await;
    assert_eq!(status().await, InstallStatus::Active);
    // A failure that is told late is one of an earlier pair.
    failed(1).await;
    assert_eq!(status().await, InstallStatus::Active);
    failed(2).await;
    assert_eq!(status().await, InstallStatus::RefreshFailing);
    connect(store, "one").await;
    assert_eq!(status().await, InstallStatus::Active);
}

async fn a_connection_that_cannot_be_read_is_left_out_and_the_list_goes_on(bed: Bed) {
    let admin = bed.store.administration();
    let ids = connected(&*bed.store, &["a", "b", "c"]).await;
    let of_newer = format!(
        "UPDATE connections SET status = 'of_a_newer_version' WHERE id = '{}'",
        ids[1]
    );
    bed.database.execute(&of_newer).await;
    for sort in [
        InstallSort::Name,
        InstallSort::Connected,
        InstallSort::Ending,
    ] {
        let mut next = page(sort);
        next.limit = 1;
        let mut read = Vec::new();
        for _ in 0..3 {
            let found = admin.installs(&next).await.unwrap();
            let [one] = &found[..] else {
                panic!("{sort:?}: {found:?}");
            };
            next.after = Some(one.place.clone());
            read.push(one.record.as_ref().map(|one| one.name.clone()));
        }
        let unread = read.iter().filter(|one| one.is_none()).count();
        assert_eq!(unread, 1, "{sort:?}: {read:?}");
        assert!(admin.installs(&next).await.unwrap().is_empty());
    }
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
    let labels = [(ids[0].clone(), label)];
    admin.describe(&labels).await.unwrap();
    assert!(admin.undescribed(9).await.unwrap().is_empty());
    assert_eq!(names(&*admin, &page(InstallSort::Name)).await, ["Łódź"]);
}

contract! {
    a_session_of_an_administrator_is_of_its_own_kind
    pages_follow_one_another_in_each_order
    a_search_takes_its_text_literally
    each_status_is_counted_and_found
    a_failed_refresh_counts_until_the_next_pair_whatever_the_clocks
    a_connection_that_cannot_be_read_is_left_out_and_the_list_goes_on
    what_an_earlier_version_stored_is_described
}
