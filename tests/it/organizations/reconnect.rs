//! Reconnecting: which connection a login replaces, by the organizations that it reaches.

use super::*;

/// Revokes the connection's grant, so that a person must reconnect.
async fn must_reconnect(bed: &Bed, browser: &mut Client, id: &str) {
    let dead = json!({ "kind": "status", "status": 400, "body": { "error": "invalid_grant" } });
    bed.sandbox
        .fault(json!({ "on": { "endpoint": "token.refresh" }, "fault": dead }))
        .await;
    assert_eq!(refresh_now(browser, id).await.code(), "reconnect_needed");
    bed.sandbox.heal().await;
}

async fn reconnect(bed: &Bed, browser: &mut Client, id: &str, choice: &str) -> Value {
    let attempt = browser.start_reconnect(id).await;
    let callback = bed.sandbox.consent(&attempt, choice, "allow").await;
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn reconnecting_after_the_organizations_changed_leaves_one_connection() {
    for (change, choice) in [
        (json!({ "extra_orgs": 1 }), "group"),
        (json!({ "removed_orgs": ["research"] }), "group"),
        (json!({}), "org:meridian-payments"),
        (json!({}), "org:nordwind-spedition"),
    ] {
        let bed = Bed::start().await;
        let (mut browser, connection) = bed.connected().await;
        must_reconnect(&bed, &mut browser, id(&connection)).await;
        bed.sandbox.set(change.clone()).await;
        let connected = reconnect(&bed, &mut browser, id(&connection), choice).await;
        assert_eq!(
            connected["connection"]["id"], connection["id"],
            "{change} {choice}"
        );
        assert_eq!(
            connected["return_to"],
            format!("/connections/{}", id(&connection))
        );
        let all = browser.connections().await;
        assert_eq!(all, std::slice::from_ref(&connected["connection"]));
        assert_eq!(
            (&all[0]["status"], &all[0]["generation"]),
            (&json!("active"), &json!(1))
        );
        assert_ne!(all[0]["orgs"], connection["orgs"]);
        assert_eq!(refresh_now(&mut browser, id(&connection)).await.status, 200);
    }
}

/// A person who connects instead of reconnecting is not left with a dead, useless connection.
#[tokio::test]
async fn connecting_what_reaches_all_that_a_dead_connection_did_leaves_one_connection() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    must_reconnect(&bed, &mut browser, id(&connection)).await;
    let answer = bed
        .finish_after_consent(&mut browser, "org:nordwind-spedition")
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(
        browser.connections().await.len(),
        2,
        "another organization is another"
    );
    bed.sandbox.set(json!({ "extra_orgs": 1 })).await;
    let grown = bed.connect(&mut browser).await;
    let all = browser.connections().await;
    assert_eq!((all.len(), &all[0]), (2, &grown));
    assert!(all.iter().all(|one| one["status"] == "active"));
}

#[tokio::test]
async fn reconnecting_takes_the_place_before_all_organizations_are_read() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    must_reconnect(&bed, &mut browser, id(&connection)).await;
    bed.sandbox
        .set(json!({ "extra_orgs": 1, "removed_orgs": ["research"] }))
        .await;
    fault(&bed, "/rest/", &json!({ "kind": "status", "status": 500 })).await;
    let connected = reconnect(&bed, &mut browser, id(&connection), "group").await;
    let connected = &connected["connection"];
    assert_eq!(
        (connected["id"].clone(), is_complete(connected)),
        (connection["id"].clone(), false)
    );
    assert_eq!(
        connected["orgs"], connection["orgs"],
        "nothing better is known yet"
    );
    bed.sandbox.heal().await;
    let connection = until(&mut browser, is_complete).await;
    assert!(slugs(&connection).contains(&"depot-0001"));
    assert!(!slugs(&connection).contains(&"research"));
}

#[tokio::test]
async fn reconnecting_as_another_person_or_kind_leaves_the_old_one_as_it_is() {
    for change in [
        json!({ "person": "other@example.test" }),
        json!({ "context": "tenant" }),
    ] {
        let bed = Bed::with(&["--context", "user"], &[]).await;
        let (mut browser, connection) = bed.connected().await;
        bed.sandbox.set(change.clone()).await;
        let connected = reconnect(&bed, &mut browser, id(&connection), "group").await;
        assert_ne!(connected["connection"]["id"], connection["id"], "{change}");
        let all = browser.connections().await;
        assert_eq!(all.len(), 2, "{change}");
        assert!(all.contains(&connection), "{change}: it is as it was");
    }
    // The same person is the same identity, whatever organizations the person has access to by now.
    let bed = Bed::with(&["--context", "user"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    bed.sandbox.set(json!({ "extra_orgs": 3 })).await;
    let connected = reconnect(&bed, &mut browser, id(&connection), "group").await;
    assert_eq!(connected["connection"]["id"], connection["id"]);
    assert_eq!(browser.connections().await.len(), 1);
}

/// A person who shares a connection gets no access from another person's consent that they did not
/// give.
#[tokio::test]
async fn sec_29_reconnecting_a_shared_connection_lends_nothing_to_those_who_share_it() {
    let bed = Bed::start().await;
    let (mut one, mut other) = (bed.browser(), bed.browser());
    for browser in [&mut one, &mut other] {
        let answer = bed
            .finish_after_consent(browser, "org:meridian-payments")
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    let shared = one.connections().await.remove(0);
    assert_eq!(other.connections().await[0]["id"], shared["id"]);
    must_reconnect(&bed, &mut one, id(&shared)).await;
    let connected = reconnect(&bed, &mut one, id(&shared), "org:logistics-jp").await;
    let own = &connected["connection"];
    assert_eq!(
        one.connections().await,
        std::slice::from_ref(own),
        "one connection, and it works"
    );
    assert_eq!(slugs(own), ["logistics-jp"]);
    assert_eq!(connected["return_to"], format!("/connections/{}", id(own)));
    let left = other.connections().await;
    assert_eq!(
        (left.len(), slugs(&left[0])),
        (1, vec!["meridian-payments"])
    );
    assert_eq!(left[0]["status"], "reconnect_needed");
    let path = format!("/api/connections/{}/snyk/rest/orgs", id(own));
    assert_eq!(other.get(&path).await.status, 404);
    // The remaining person has the connection alone, and can reconnect it.
    let connected = reconnect(&bed, &mut other, id(&shared), "group").await;
    assert_eq!(connected["connection"]["id"], shared["id"]);
    assert_eq!(other.connections().await.len(), 1);
}

#[tokio::test]
async fn sec_29_only_what_the_session_reaches_can_be_reconnected() {
    let bed = Bed::start().await;
    let (mut owner, connection) = bed.connected().await;
    let (mut other, _) = {
        let mut browser = bed.browser();
        let answer = bed
            .finish_after_consent(&mut browser, "org:logistics-jp")
            .await;
        (browser, answer)
    };
    let mut bodies = Vec::new();
    for name in [
        id(&connection),
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "",
        "../x",
        &"a".repeat(4_000),
    ] {
        let attempt = other.make_attempt();
        let answer = other.post("/api/login", &attempt.reconnecting(name)).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "not_found"),
            "{name}"
        );
        assert!(
            !answer.headers.contains_key("set-cookie"),
            "{name}: no attempt"
        );
        let mut body = answer.json();
        body["request_id"] = Value::Null;
        bodies.push(body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "foreign and unknown answer alike");
    let stranger = bed.browser().make_attempt();
    let answer = bed
        .browser()
        .post("/api/login", &stranger.reconnecting(id(&connection)))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "not_signed_in")
    );

    // The session is authorized for the connection at the start of the login, but not any more at
    // its end: the login is treated like any other.
    let attempt = owner.start_reconnect(id(&connection)).await;
    let callback = bed
        .sandbox
        .consent(&attempt, "org:logistics-jp", "allow")
        .await;
    let disconnected = owner
        .clone()
        .delete(&format!("/api/connections/{}", id(&connection)))
        .await;
    assert_eq!(disconnected.status, 204);
    let answer = owner.finish(&callback).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_ne!(answer.json()["connection"]["id"], connection["id"]);
}
