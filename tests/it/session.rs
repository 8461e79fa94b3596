//! Sign-in, sign-out, and the validity of cookies.

use std::time::{Duration, Instant};

use reqwest::Method;
use tests::{
    Bed,
    client::Client,
    sqlite::{self, WriteLock},
};

#[tokio::test]
async fn a_stranger_reads_what_the_app_is_and_nothing_else() {
    let bed = Bed::start().await;
    let answer = bed.browser().get("/api/session").await;
    assert_eq!(answer.status, 200);
    let json = answer.json();
    assert_eq!(json["connections"], serde_json::json!([]));
    assert_eq!(json["app"]["name"], "Fathom");
    assert_eq!(json["app"]["sandbox"], true);
    assert_eq!(json["app"]["scopes"][0], "org.read");
    assert!(answer.header("set-cookie").is_empty());
}

#[tokio::test]
async fn sec_23_an_invented_or_stored_id_signs_nobody_in() {
    let bed = Bed::start().await;
    let (browser, _) = bed.connected().await;
    let mut stranger = bed.browser();
    for value in ["", "a", &"a".repeat(43), &"a".repeat(5_000)] {
        stranger
            .cookies
            .insert("session".to_owned(), value.to_owned());
        assert!(stranger.connections().await.is_empty());
    }
    let database = bed.app.database_bytes();
    let token = browser.cookies["session"].as_bytes();
    assert!(
        !database.windows(token.len()).any(|window| window == token),
        "only its hash is stored"
    );
}

#[tokio::test]
async fn sec_24_a_login_makes_a_new_id_and_the_earlier_one_dies() {
    let bed = Bed::start().await;
    let (mut browser, first) = bed.connected().await;
    let mut kept = browser.clone();
    let second = bed.connect(&mut browser).await;
    assert_ne!(browser.cookies["session"], kept.cookies["session"]);
    assert!(kept.connections().await.is_empty());
    // The same account at Snyk is one connection, with the next generation.
    assert_eq!(second["id"], first["id"]);
    assert_eq!(second["generation"], 1);
    assert_eq!(browser.connections().await.len(), 1);
}

#[tokio::test]
async fn a_second_organization_joins_the_first_in_the_same_session() {
    let bed = Bed::start().await;
    let (mut browser, first) = bed.connected().await;
    let attempt = browser.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "org:research", "allow").await;
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let connections = browser.connections().await;
    assert_eq!(connections.len(), 2);
    assert!(
        connections
            .iter()
            .any(|connection| connection["id"] == first["id"])
    );
}

#[tokio::test]
async fn sec_28_sign_out_works_at_once_and_the_kept_cookie_is_dead() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let mut kept = browser.clone();
    assert_eq!(browser.delete("/api/session").await.status, 204);
    assert!(browser.cookies.is_empty());
    assert!(kept.connections().await.is_empty());
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    assert_eq!(kept.get(&path).await.code(), "not_signed_in");
    // Without a session this is not an error.
    assert_eq!(bed.browser().delete("/api/session").await.status, 204);
}

#[tokio::test]
async fn sec_29_foreign_and_unknown_connections_answer_alike() {
    let bed = Bed::start().await;
    let (_, theirs) = bed.connected().await;
    let mut mine = bed.browser();
    let attempt = mine.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "org:research", "allow").await;
    assert_eq!(mine.finish(&callback).await.status, 201);
    for id in [theirs["id"].as_str().unwrap(), "01JD9Z7K3M8QW4000000000000"] {
        let path = format!("/api/connections/{id}");
        let answers = [
            mine.get(&path).await,
            mine.post(&format!("{path}/refresh"), &serde_json::json!({}))
                .await,
            mine.delete(&path).await,
            mine.get(&format!("{path}/snyk/rest/self")).await,
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
        }
    }
}

#[tokio::test]
async fn a_killed_process_loses_nobody() {
    let mut bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    bed.app.kill();
    bed.app.start_again(&[]).await;
    assert_eq!(
        browser.connections().await,
        std::slice::from_ref(&connection)
    );
    let path = format!(
        "/api/connections/{}/snyk/rest/self",
        connection["id"].as_str().unwrap()
    );
    assert_eq!(browser.get(&path).await.status, 200);
}

#[tokio::test]
async fn sec_48_a_wrong_encryption_secret_stops_the_start_and_erases_nothing() {
    let mut bed = Bed::start().await;
    let (mut browser, _) = bed.connected().await;
    bed.app.kill();
    let other = "another-secret-0123456789abcdefghijklmnop";
    let (code, output) = bed.app.run_to_end(&[("ENCRYPTION_SECRET", other)]);
    assert_eq!(code, Some(1));
    assert!(output.contains("ENCRYPTION_SECRET_PREVIOUS"), "{output}");
    assert!(!output.contains(other), "{output}");
    let rotated = [
        ("ENCRYPTION_SECRET", other),
        ("ENCRYPTION_SECRET_PREVIOUS", tests::app::ENCRYPTION_SECRET),
    ];
    bed.app.start_again(&rotated).await;
    assert_eq!(browser.connections().await.len(), 1);
}

#[tokio::test]
async fn sec_27_idle_and_absolute_lifetime_are_the_servers() {
    let mut bed = Bed::with(&[], &[("SESSION_IDLE", "1h"), ("SESSION_LIFETIME", "3h")]).await;
    let (mut browser, _) = bed.connected().await;
    for (offset, alive) in [
        ("+50m", true),
        ("+100m", true),
        ("+150m", true),
        ("+181m", false),
    ] {
        bed.app.start_again_at(offset).await;
        assert_eq!(
            browser.connections().await.len(),
            usize::from(alive),
            "{offset}"
        );
    }
    let (mut browser, _) = bed.connected().await;
    bed.app.start_again_at("+245m").await;
    assert!(browser.connections().await.is_empty(), "an hour unused");
}

#[tokio::test]
async fn sec_42_tokens_that_no_browser_reaches_are_revoked_in_time() {
    let mut bed = Bed::start().await;
    let (mut browser, _) = bed.connected().await;
    assert_eq!(browser.delete("/api/session").await.status, 204);
    // The sweep at startup records since when no session has access, and revokes nothing.
    bed.app.start_again(&[]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(bed.sandbox.count("revocations").await, 0);
    bed.app.start_again_at("+29d").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(bed.sandbox.count("revocations").await, 0);
    bed.app.start_again_at("+31d").await;
    for _ in 0..200 {
        if bed.sandbox.count("revocations").await == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing was revoked");
}

/// Sends exactly these `Cookie` lines; returns the number of connections that the session is
/// authorized for.
async fn connections_with(bed: &Bed, lines: &[&[u8]]) -> usize {
    let mut request = bed.browser().request(Method::GET, "/api/session");
    for line in lines {
        let line = reqwest::header::HeaderValue::from_bytes(line).unwrap();
        request = request.header("cookie", line);
    }
    let answer = bed.browser().send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["connections"].as_array().unwrap().len()
}

/// Cookies ignore ports: another program on localhost may have set one of the same name.
#[tokio::test]
async fn sec_23_a_session_is_found_among_other_cookies_of_its_name() {
    let bed = Bed::start().await;
    let (browser, _) = bed.connected().await;
    let good = &browser.cookies["session"];
    let invented: String = (0..100).fold(String::new(), |all, n| format!("{all}session={n:043}; "));
    let cases = [
        format!("session=x; session={good}"),
        format!("session={good}; session=x"),
        format!("session; session=; =; session={good}; a"),
        format!("session=\"{good}\""),
        format!("a=b ;  session = {good} ; c=d"),
        format!("session={}; session={good}", "a".repeat(43)),
        format!("session={}; session={good}", "\u{e9}".repeat(20)),
        format!("{invented}session={good}"),
        format!("session={good}; {invented}a=b"),
        format!("session=eyJhbGciOiJIUzI1NiJ9.e30.x; session={good}; session={good}"),
    ];
    for case in &cases {
        assert_eq!(
            connections_with(&bed, &[case.as_bytes()]).await,
            1,
            "{case}"
        );
    }
    let line = format!("session={good}");
    for lines in [
        &[b"session=x", line.as_bytes()][..],
        &[line.as_bytes(), b"session=x"],
        &[b"caf\xe9=\xff", b"a=b", line.as_bytes(), b"session="],
    ] {
        assert_eq!(connections_with(&bed, lines).await, 1, "{lines:?}");
    }
    for bad in [
        format!("Session={good}"),
        format!("xsession={good}"),
        format!("a=session={good}"),
        format!("a=1, session={good}"),
        format!("\u{2000}session={good}"),
    ] {
        assert_eq!(connections_with(&bed, &[bad.as_bytes()]).await, 0, "{bad}");
    }
}

#[tokio::test]
async fn sec_28_sign_out_ends_every_session_that_is_presented() {
    let bed = Bed::start().await;
    let (one, _) = bed.connected().await;
    let (two, _) = bed.connected().await;
    let [one, two] = [one, two].map(|browser| format!("session={}", browser.cookies["session"]));
    let both = format!("session=x; {one}; session={}; {two}", "b".repeat(43));
    let request = bed.browser().request(Method::DELETE, "/api/session");
    let answer = bed.browser().send(request.header("cookie", &both)).await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    for cookie in [one, two] {
        assert_eq!(connections_with(&bed, &[cookie.as_bytes()]).await, 0);
    }
}

#[tokio::test]
async fn sec_24_a_login_replaces_every_session_that_is_presented() {
    let bed = Bed::start().await;
    let (one, _) = bed.connected().await;
    let mut two = bed.browser();
    let answer = bed.finish_after_consent(&mut two, "org:research").await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let [one, two] = [one, two].map(|browser| format!("session={}", browser.cookies["session"]));
    let mut browser = bed.browser();
    let attempt = browser.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    let attempts: Vec<String> = browser
        .cookies
        .iter()
        // A forged cookie of the attempt's own name comes first.
        .flat_map(|(name, value)| [format!("{name}=x"), format!("{name}={value}")])
        .collect();
    let cookies = format!("session=x; {one}; {}; {two}", attempts.join("; "));
    browser.cookies.clear();
    let request = browser
        .request(Method::POST, "/api/connections")
        .header("cookie", cookies)
        .json(&callback.body());
    let answer = browser.send(request).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(browser.connections().await.len(), 2, "both went over");
    for cookie in [one, two] {
        assert_eq!(connections_with(&bed, &[cookie.as_bytes()]).await, 0);
    }
}

/// A tab that is closed right after the click takes its request along. The first of the two waits
/// for the database, the second one for the first.
#[tokio::test]
async fn sec_28_a_sign_out_that_the_browser_abandons_is_finished() {
    let bed = Bed::start().await;
    let (mut first, _) = bed.connected().await;
    let (mut second, _) = bed.connected().await;
    let lock = WriteLock::take(&bed.app.database());
    let sign_out = |browser: &Client| {
        let request = browser.request(Method::DELETE, "/api/session");
        request.timeout(Duration::from_millis(300)).send()
    };
    let abandoned = tokio::join!(sign_out(&first), sign_out(&second));
    assert!(abandoned.0.unwrap_err().is_timeout());
    assert!(abandoned.1.unwrap_err().is_timeout());
    // The server notices that the browsers left.
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(lock);
    for browser in [&mut first, &mut second] {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !browser.connections().await.is_empty() {
            assert!(Instant::now() < deadline, "still signed in");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// An operator without another way deletes rows by hand.
#[tokio::test]
async fn a_session_that_is_deleted_in_the_file_ends() {
    let bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let id = connection["id"].as_str().unwrap();
    let path = format!("/api/connections/{id}/snyk/rest/self");
    assert_eq!(browser.get(&path).await.status, 200);
    sqlite::execute(&bed.app.database(), "DELETE FROM sessions");
    let deadline = Instant::now() + Duration::from_secs(4);
    while browser.get(&path).await.status != 401 {
        assert!(Instant::now() < deadline, "still signed in");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
