//! The administration: the link of the command line, the session of an administrator, and what it shows.

mod activity;
mod installs;
mod settings;

use reqwest::Method;
use serde_json::{Value, json};
use test_postgres::Database;
use tests::{
    Bed,
    app::App,
    client::{Answer, Client},
    command, free_port,
};

/// Runs `admin-link` beside an app, and returns what it prints.
async fn printed(app: &App, changes: &[(&str, &str)]) -> command::Outcome {
    command::finish(app.command(&["admin-link"], changes)).await
}

/// Returns the secret part of a new link.
async fn link(app: &App) -> String {
    let outcome = printed(app, &[]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let link = outcome.stdout.strip_suffix('\n').unwrap();
    let start = format!("{}/admin#", app.url);
    link.strip_prefix(&start).unwrap().to_owned()
}

async fn use_link(browser: &mut Client, link: &str) -> Answer {
    let body = json!({ "link": link });
    browser.post("/api/admin/session", &body).await
}

/// Returns a browser that is signed in as an administrator.
pub(crate) async fn administrator(app: &App) -> Client {
    let mut browser = Client::new(&app.url);
    let answer = use_link(&mut browser, &link(app).await).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    browser
}

async fn read(browser: &mut Client, path: &str) -> Value {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    assert!(answer.header("cache-control").contains("no-store"));
    answer.json()
}

fn problem(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

fn expected(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

const ROUTES: [(Method, &str); 6] = [
    (Method::GET, "/api/admin/session"),
    (Method::GET, "/api/admin/installs"),
    (Method::GET, "/api/admin/installs/x"),
    (Method::DELETE, "/api/admin/installs/x"),
    (Method::GET, "/api/admin/activity"),
    (Method::GET, "/api/admin/settings"),
];

#[tokio::test]
async fn sec_31_a_link_signs_in_once_and_a_get_uses_nothing_up() {
    let bed = Bed::start().await;
    let outcome = printed(&bed.app, &[]).await;
    assert!(outcome.stderr.contains("once"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout.lines().count(), 1);
    let link = link(&bed.app).await;

    let mut browser = bed.browser();
    for _ in 0..2 {
        // A browser sends nothing of the fragment; a mail scanner may send all of it.
        browser.get("/admin").await;
        browser.get(&format!("/admin?{link}")).await;
        let answer = browser
            .get(&format!("/api/admin/session?link={link}"))
            .await;
        assert_eq!(problem(&answer), expected(401, "not_signed_in"));
    }
    let answer = use_link(&mut browser, &link).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(
        answer
            .json()
            .as_object()
            .unwrap()
            .keys()
            .collect::<Vec<_>>(),
        ["expires_at"]
    );
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("admin="), "{cookie}");
    let attributes = "; HttpOnly; SameSite=Strict; Path=/; Max-Age=1800";
    assert!(cookie.ends_with(attributes), "{cookie}");
    let session = read(&mut browser, "/api/admin/session").await;
    assert_eq!(session, answer.json());

    let mut other = bed.browser();
    let again = use_link(&mut other, &link).await;
    assert_eq!(problem(&again), expected(409, "login_used"));
    assert!(other.cookies.is_empty());

    // Leaving works at once, for the kept cookie too, and needs no session.
    let kept = browser.clone();
    for _ in 0..2 {
        let left = browser.delete("/api/admin/session").await;
        assert_eq!(left.status, 204);
        assert!(left.header("set-cookie").contains("Max-Age=0"));
    }
    for mut gone in [kept, browser] {
        let answer = gone.get("/api/admin/installs").await;
        assert_eq!(problem(&answer), expected(401, "not_signed_in"));
    }
    assert!(!bed.app.output().contains(&link), "it is in the log");
}

#[tokio::test]
async fn sec_31_a_link_and_a_session_end_by_the_servers_clock() {
    let mut bed = Bed::start().await;
    let links = [link(&bed.app).await, link(&bed.app).await];
    let mut browser = administrator(&bed.app).await;
    bed.app.start_again_at("+9m").await;
    assert_eq!(use_link(&mut bed.browser(), &links[0]).await.status, 201);
    read(&mut browser, "/api/admin/installs").await;
    bed.app.start_again_at("+11m").await;
    let late = use_link(&mut bed.browser(), &links[1]).await;
    assert_eq!(problem(&late), expected(410, "login_expired"));
    // Use does not extend a session.
    bed.app.start_again_at("+29m").await;
    read(&mut browser, "/api/admin/installs").await;
    bed.app.start_again_at("+31m").await;
    let over = browser.get("/api/admin/session").await;
    assert_eq!(problem(&over), expected(401, "not_signed_in"));
}

#[tokio::test]
async fn sec_47_a_link_of_another_key_or_form_is_refused() {
    let bed = Bed::start().await;
    let key = [("ENCRYPTION_SECRET", "another-encryption-secret-0f1e2d3c4b")];
    let foreign = printed(&bed.app, &key).await.stdout;
    let foreign = foreign.trim().split_once('#').unwrap().1.to_owned();
    let ours = link(&bed.app).await;
    let mut browser = bed.browser();
    browser.start_login(None).await;
    let attempt = browser.cookies.values().next().unwrap().clone();
    let mut stranger = bed.browser();
    for text in [
        &*foreign,
        &attempt,
        "",
        "x",
        "é\r\n",
        &ours[1..],
        &"A".repeat(9_000),
    ] {
        let answer = use_link(&mut stranger, text).await;
        assert_eq!(problem(&answer), expected(403, "forbidden"), "{text}");
    }
    for body in [
        json!({}),
        json!({"link": 1}),
        json!({"link": ours, "more": 1}),
    ] {
        let answer = stranger.post("/api/admin/session", &body).await;
        assert_eq!(problem(&answer), expected(400, "bad_request"), "{body}");
    }
    assert!(stranger.cookies.is_empty());
    assert_eq!(use_link(&mut stranger, &ours).await.status, 201);
}

#[tokio::test]
async fn sec_31_neither_kind_of_session_authorizes_for_the_other() {
    let bed = Bed::start().await;
    let (mut person, connection) = bed.connected().await;
    let mut admin = administrator(&bed.app).await;
    let token_of_person = person.cookies["session"].clone();
    let token_of_admin = admin.cookies["admin"].clone();
    let mut both = bed.browser();
    both.cookies.insert("admin".to_owned(), token_of_person);
    both.cookies.insert("session".to_owned(), token_of_admin);
    for (method, path) in ROUTES {
        for browser in [&mut person, &mut both, &mut bed.browser()] {
            let answer = browser.send(browser.request(method.clone(), path)).await;
            assert_eq!(problem(&answer), expected(401, "not_signed_in"), "{path}");
        }
    }
    let id = connection["id"].as_str().unwrap();
    for path in [
        "/api/sessions".to_owned(),
        format!("/api/connections/{id}"),
        format!("/api/connections/{id}/snyk/rest/self"),
    ] {
        for browser in [&mut admin, &mut both] {
            let answer = browser.get(&path).await;
            assert_eq!(problem(&answer), expected(401, "not_signed_in"), "{path}");
        }
    }
    assert!(admin.connections().await.is_empty());

    // Two administrators are two sessions.
    let mut other = administrator(&bed.app).await;
    assert_eq!(admin.delete("/api/admin/session").await.status, 204);
    read(&mut other, "/api/admin/installs").await;
    // A sign-in ends the session that the browser had.
    let earlier = other.clone();
    assert_eq!(
        use_link(&mut other, &link(&bed.app).await).await.status,
        201
    );
    let answer = earlier.clone().get("/api/admin/session").await;
    assert_eq!(problem(&answer), expected(401, "not_signed_in"));
}

#[tokio::test]
async fn sec_33_the_rules_of_the_edge_hold_for_an_administrator() {
    let bed = Bed::with(&[], &[("RATE_LIMITS", "on")]).await;
    let mut admin = administrator(&bed.app).await;
    for (method, path) in ROUTES {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ] {
            let request = admin.bare(method.clone(), path).header(name, value);
            let answer = admin.send(request).await;
            assert_eq!(
                problem(&answer),
                expected(403, "forbidden"),
                "{path} {name}"
            );
        }
        let bare = admin.bare(method, path);
        let answer = admin.send(bare).await;
        assert_eq!(problem(&answer), expected(403, "forbidden"), "{path}");
    }
    let form = admin
        .request(Method::POST, "/api/admin/session")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("link=x");
    assert_eq!(admin.send(form).await.status, 415);
    let mut stranger = bed.browser();
    let mut last = 0;
    for _ in 0..40 {
        last = use_link(&mut stranger, "x").await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_31_of_two_servers_that_get_a_link_at_once_one_takes_it() {
    let database = Database::create();
    let url = database.url();
    let bed = Bed::with(&[], &[("DATABASE_URL", &url)]).await;
    let second = App::start(free_port(), &bed.sandbox.url, &[("DATABASE_URL", &url)]).await;
    for _ in 0..5 {
        let link = link(&bed.app).await;
        let uses: Vec<_> = (0..10)
            .map(|number| {
                let app = if number % 2 == 0 { &bed.app } else { &second };
                let (mut browser, link) = (Client::new(&app.url), link.clone());
                tokio::spawn(async move { use_link(&mut browser, &link).await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for one in uses {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [vec![201], vec![409; 9]].concat());
    }
    // A session counts at both, and ends at both.
    let mut here = administrator(&bed.app).await;
    let mut there = Client::new(&second.url);
    there.cookies.clone_from(&here.cookies);
    read(&mut there, "/api/admin/installs").await;
    assert_eq!(here.delete("/api/admin/session").await.status, 204);
    let answer = there.get("/api/admin/session").await;
    assert_eq!(problem(&answer), expected(401, "not_signed_in"));
}

#[tokio::test]
async fn the_command_needs_no_database_and_names_what_is_missing() {
    let bed = Bed::start().await;
    let elsewhere = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
        ("LISTEN", "x"),
    ];
    assert_eq!(printed(&bed.app, &elsewhere).await.code, Some(0));
    let origin = [("FRONTEND_ORIGIN", "https://app.example.com")];
    let outcome = printed(&bed.app, &origin).await;
    let start = "https://app.example.com/admin#";
    assert!(outcome.stdout.starts_with(start), "{}", outcome.stdout);
    let outcome = printed(&bed.app, &[("ENCRYPTION_SECRET", "")]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("ENCRYPTION_SECRET"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stdout.is_empty());
}
