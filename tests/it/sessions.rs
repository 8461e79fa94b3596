//! The browsers that are signed in to the same connections, and their end from another one.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::{
    Bed,
    client::{Answer, Client},
    sqlite,
};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
    (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const HOSTILE: &str = "<b>canary</b> Firefox-canary/1 (canary;\tLinux-canary \u{e9})";

/// Connects a choice of the consent page in a new browser that calls itself so.
async fn signed_in(bed: &Bed, choice: &str, user_agent: Option<&str>) -> Client {
    let mut browser = bed.browser();
    if let Some(user_agent) = user_agent {
        browser = browser.calling_itself(user_agent);
    }
    let answer = bed.finish_after_consent(&mut browser, choice).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    browser
}

async fn listed(browser: &mut Client) -> Vec<Value> {
    let answer = browser.get("/api/sessions").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["sessions"].as_array().unwrap().clone()
}

/// Returns the id of a browser's own session.
async fn id_of(browser: &mut Client) -> String {
    let own = listed(browser).await.remove(0);
    assert_eq!(own["current"], true);
    own["id"].as_str().unwrap().to_owned()
}

async fn end(browser: &mut Client, id: &str) -> Answer {
    browser.delete(&format!("/api/sessions/{id}")).await
}

/// Returns status and body of a problem, without the id of its request.
fn problem(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id").unwrap();
    (answer.status, body)
}

#[tokio::test]
async fn sec_30_people_see_the_browsers_on_their_connections() {
    let bed = Bed::start().await;
    let mut phone = signed_in(&bed, "group", Some(IPHONE)).await;
    let mut odd = signed_in(&bed, "group", Some(HOSTILE)).await;
    let mut unnamed = signed_in(&bed, "group", None).await;
    let mut mine = signed_in(&bed, "group", Some(FIREFOX)).await;
    let mut stranger = signed_in(&bed, "org:research", Some(FIREFOX)).await;

    let sessions = listed(&mut mine).await;
    let names: Vec<_> = sessions.iter().map(|one| &one["browser"]).collect();
    assert_eq!(
        names,
        [
            "Firefox on Linux",
            "Browser not recognized",
            "Browser not recognized",
            "Safari on iPhone",
        ]
    );
    let current: Vec<_> = sessions.iter().map(|one| &one["current"]).collect();
    assert_eq!(current, [true, false, false, false]);
    let keys: Vec<_> = sessions[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id",
            "browser",
            "signed_in_at",
            "last_used_at",
            "expires_at",
            "current"
        ]
    );
    assert_eq!(listed(&mut stranger).await.len(), 1, "another connection");

    // Every one of them names the same ones by the same ids, and itself as the current one.
    let ids = |sessions: &[Value]| {
        let mut ids: Vec<_> = sessions.iter().map(|one| one["id"].to_string()).collect();
        ids.sort();
        ids
    };
    for other in [&mut phone, &mut odd, &mut unnamed] {
        let theirs = listed(other).await;
        assert_eq!(ids(&theirs), ids(&sessions));
        let current = theirs.iter().filter(|one| one["current"] == true);
        assert_eq!(current.count(), 1);
        assert_eq!(theirs[0]["current"], true);
    }

    // The header itself is nowhere.
    let database = bed.app.database_bytes();
    for text in ["canary", "Gecko", "Mozilla"] {
        let is_stored = database
            .windows(text.len())
            .any(|part| part == text.as_bytes());
        assert!(!is_stored, "{text}");
    }
}

#[tokio::test]
async fn sec_30_an_answer_has_neither_token_nor_hash() {
    let bed = Bed::start().await;
    let mut mine = signed_in(&bed, "group", Some(FIREFOX)).await;
    let other = signed_in(&bed, "group", Some(IPHONE)).await;
    let answer = mine.get("/api/sessions").await;
    assert!(answer.header("set-cookie").is_empty());
    assert!(answer.header("cache-control").contains("no-store"));
    for browser in [&mine, &other] {
        let token = &browser.cookies["session"];
        let hash = Sha256::digest(token);
        let hex = hash
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        for secret in [
            token.clone(),
            hex,
            STANDARD_NO_PAD.encode(hash),
            URL_SAFE_NO_PAD.encode(hash),
        ] {
            assert!(!answer.text.contains(&secret), "{}", answer.text);
        }
    }
    // What it has signs nobody in.
    for session in answer.json()["sessions"].as_array().unwrap() {
        let mut thief = bed.browser();
        let id = session["id"].as_str().unwrap();
        for value in [id.to_owned(), format!("{id:0<43}")] {
            thief.cookies.insert("session".to_owned(), value);
            assert!(thief.connections().await.is_empty());
        }
    }
}

#[tokio::test]
async fn sec_28_a_browser_that_another_one_ends_is_signed_out_at_once() {
    let bed = Bed::start().await;
    let mut mine = signed_in(&bed, "group", Some(FIREFOX)).await;
    let mut other = signed_in(&bed, "group", Some(IPHONE)).await;
    let connection = mine.connections().await.remove(0);
    let path = format!(
        "/api/connections/{}/snyk/rest/self",
        connection["id"].as_str().unwrap()
    );
    // Cached from now on.
    for browser in [&mut mine, &mut other] {
        assert_eq!(browser.get(&path).await.status, 200);
    }
    let id = id_of(&mut other).await;
    let answer = end(&mut mine, &id).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert!(answer.header("set-cookie").is_empty(), "it is not its own");

    for path in [path.as_str(), "/api/sessions"] {
        let answer = other.get(path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "not_signed_in")
        );
    }
    assert!(other.connections().await.is_empty());
    // The connection stays, with its tokens.
    let connection = mine.connections().await.remove(0);
    assert_eq!(connection["status"], "active");
    assert_eq!(mine.get(&path).await.status, 200);
    assert_eq!(bed.sandbox.count("revocations").await, 0);
    assert_eq!(listed(&mut mine).await.len(), 1);
    // Once is enough.
    assert_eq!(end(&mut mine, &id).await.status, 404);
    let output = bed.app.output();
    assert!(output.contains("signed out by another one"), "{output}");
    // And it may connect again.
    bed.connect(&mut other).await;
    assert_eq!(listed(&mut mine).await.len(), 2);
}

/// Ending the own session is a sign-out, of everything that the browser presents.
#[tokio::test]
async fn the_end_of_the_own_session_is_a_sign_out() {
    let bed = Bed::start().await;
    let mut mine = signed_in(&bed, "group", Some(FIREFOX)).await;
    let mut other = signed_in(&bed, "group", Some(IPHONE)).await;
    let mut kept = mine.clone();
    let id = id_of(&mut mine).await;
    let answer = end(&mut mine, &id).await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert!(mine.cookies.is_empty());
    assert_eq!(kept.get("/api/sessions").await.code(), "not_signed_in");
    assert_eq!(listed(&mut other).await.len(), 1);
}

#[tokio::test]
async fn sec_29_foreign_and_unknown_sessions_answer_alike() {
    let bed = Bed::start().await;
    let mut mine = signed_in(&bed, "group", Some(FIREFOX)).await;
    let mut theirs = signed_in(&bed, "org:research", Some(FIREFOX)).await;
    let ids = [id_of(&mut mine).await, id_of(&mut theirs).await];
    let unknown = "01JD9Z7K3M8QW4T5V6X7Y8Z9AB";
    let expected = problem(&end(&mut mine, unknown).await);
    assert_eq!(expected.0, 404);
    assert_eq!(expected.1["code"], "not_found");
    for id in [
        ids[1].as_str(),
        &ids[1].to_lowercase(),
        &ids[0].to_lowercase(),
        "x",
        "%00",
        "%FF",
        "%2E%2E",
        &"x".repeat(2_000),
        // The token and its cookie are not its id.
        &mine.cookies["session"].clone(),
    ] {
        let answer = end(&mut mine, id).await;
        assert_eq!(problem(&answer), expected, "{id}");
    }
    // Those of a connection that both used to have are foreign by now.
    let mut left = signed_in(&bed, "org:research", Some(IPHONE)).await;
    let left_id = id_of(&mut left).await;
    assert_eq!(listed(&mut theirs).await.len(), 2);
    let connection = theirs.connections().await.remove(0);
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    assert_eq!(theirs.delete(&path).await.status, 204);
    assert_eq!(listed(&mut theirs).await.len(), 1);
    assert_eq!(problem(&end(&mut theirs, &left_id).await), expected);
    for browser in [&mut mine, &mut theirs, &mut left] {
        assert_eq!(browser.get("/api/sessions").await.status, 200);
    }
}

#[tokio::test]
async fn the_routes_refuse_what_every_route_refuses() {
    let bed = Bed::start().await;
    let mut mine = signed_in(&bed, "group", Some(FIREFOX)).await;
    let mut other = signed_in(&bed, "group", Some(IPHONE)).await;
    let path = format!("/api/sessions/{}", id_of(&mut other).await);
    let mut stranger = bed.browser();
    for (answer, expected) in [
        (stranger.get("/api/sessions").await, (401, "not_signed_in")),
        (stranger.delete(&path).await, (401, "not_signed_in")),
        (mine.get(&path).await, (405, "bad_request")),
        (mine.delete("/api/sessions").await, (405, "bad_request")),
        (mine.post(&path, &json!({})).await, (405, "bad_request")),
        (mine.get("/api/sessions/").await, (404, "not_found")),
        (mine.delete("/api/sessions/").await, (404, "not_found")),
        (mine.delete(&format!("{path}/x")).await, (404, "not_found")),
    ] {
        assert_eq!((answer.status, answer.code().as_str()), expected);
    }
    for (method, path) in [(Method::GET, "/api/sessions"), (Method::DELETE, &*path)] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
            ("x-none", "of both"),
        ] {
            let request = mine.bare(method.clone(), path).header(name, value);
            let answer = mine.clone().send(request).await;
            let found = (answer.status, answer.code());
            assert_eq!(found, (403, "forbidden".to_owned()), "{method} {name}");
        }
    }
    let request = mine.request(Method::DELETE, &path);
    let request = request.header("content-type", "text/plain").body("x");
    assert_eq!(mine.clone().send(request).await.status, 415);
    assert_eq!(listed(&mut other).await.len(), 2, "nobody was signed out");
}

#[tokio::test]
async fn a_listed_session_ends_by_itself_when_it_says_so() {
    let mut bed = Bed::with(&[], &[("SESSION_IDLE", "1h"), ("SESSION_LIFETIME", "90m")]).await;
    let mut kept = signed_in(&bed, "group", Some(FIREFOX)).await;
    let mut unused = signed_in(&bed, "group", Some(IPHONE)).await;
    let minutes = |session: &Value, from: &str, to: &str| {
        let at =
            |name: &str| -> jiff::Timestamp { session[name].as_str().unwrap().parse().unwrap() };
        let seconds = at(to).duration_since(at(from)).as_secs_f64();
        seconds / 60.0
    };
    let between = |session: &Value, from: &str, to: &str, expected: f64| {
        let found = minutes(session, from, to);
        assert!((found - expected).abs() < 1.0, "{from} to {to}: {found}");
    };
    for session in listed(&mut kept).await {
        between(&session, "signed_in_at", "last_used_at", 0.0);
        between(&session, "last_used_at", "expires_at", 60.0);
    }
    bed.app.start_again_at("+50m").await;
    let sessions = listed(&mut kept).await;
    assert_eq!(sessions.len(), 2);
    between(&sessions[0], "signed_in_at", "last_used_at", 50.0);
    between(&sessions[0], "signed_in_at", "expires_at", 90.0);
    between(&sessions[1], "signed_in_at", "expires_at", 60.0);
    bed.app.start_again_at("+61m").await;
    assert_eq!(listed(&mut kept).await.len(), 1);
    assert_eq!(unused.get("/api/sessions").await.status, 401);
}

/// Rows of an earlier version have the header of the browser.
#[tokio::test]
async fn what_an_earlier_version_stored_of_a_browser_is_shown_in_short() {
    let bed = Bed::start().await;
    let mut mine = signed_in(&bed, "group", None).await;
    for (stored, name) in [
        (FIREFOX, "Firefox on Linux"),
        ("curl/8.14.1", "Browser not recognized"),
        ("", "Browser not recognized"),
        (HOSTILE, "Browser not recognized"),
    ] {
        let sql = format!("UPDATE sessions SET browser = '{stored}'");
        sqlite::execute(&bed.app.database(), &sql);
        assert_eq!(listed(&mut mine).await[0]["browser"], name);
    }
}
