//! The files of the built single-page app over HTTP.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use tests::Bed;

#[tokio::test]
async fn sec_62_hashed_files_are_kept_for_ever_and_the_callback_never() {
    let bed = Bed::start().await;
    let page = bed.browser().get("/").await.text;
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let wasm = page
        .split(|c| !is_of_a_name(c))
        .find(|name| name.starts_with("frontend_bg-"))
        .unwrap();
    let request = bed
        .browser()
        .request(reqwest::Method::HEAD, &format!("/{wasm}"));
    let answer = bed.browser().send(request).await;
    assert_eq!(answer.header("content-type"), "application/wasm");
    assert!(
        answer.header("cache-control").contains("immutable"),
        "{wasm}"
    );
    for path in ["/callback", "/callback/"] {
        let answer = bed.browser().get(path).await;
        assert_eq!(
            answer.header("cache-control"),
            "no-store, no-transform",
            "{path}"
        );
    }
}

#[tokio::test]
async fn sec_51_only_the_built_app_is_served() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["index.html", "x.css", "app.db", "app.db-wal", "notes.bak"] {
        std::fs::write(folder.path().join(name), "content").unwrap();
    }
    let pages = folder.path().to_str().unwrap();
    let bed = Bed::with(&[], &[("FRONTEND_DIR", pages)]).await;
    for (path, status) in [
        ("/", 200),
        ("/x.css", 200),
        ("/app.db", 404),
        ("/app.db-wal", 404),
        ("/notes.bak", 404),
    ] {
        assert_eq!(bed.browser().get(path).await.status, status, "{path}");
    }
    let database = format!("sqlite://{pages}/app.db");
    let (code, output) = bed.app.run_to_end(&[("DATABASE_URL", &database)]);
    assert_eq!(code, Some(1));
    assert!(output.contains("FRONTEND_DIR"), "{output}");
}

#[tokio::test]
async fn sec_60_pages_that_are_replaced_are_let_run_by_their_own_policy() {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("index.html");
    let write = |script: &str| {
        std::fs::write(&document, format!("<script>{script}</script>")).unwrap();
    };
    write("one()");
    let bed = Bed::with(&[], &[("FRONTEND_DIR", folder.path().to_str().unwrap())]).await;
    for script in ["one()", "another()"] {
        write(script);
        for path in ["/", "/connections/a/overview", "/callback"] {
            let answer = bed.browser().get(path).await;
            assert!(answer.text.contains(script), "{}", answer.text);
            let hash = STANDARD.encode(Sha256::digest(script));
            let csp = answer.header("content-security-policy");
            assert!(csp.contains(&format!("'sha256-{hash}'")), "{path}: {csp}");
            assert_eq!(csp.matches("sha256-").count(), 1, "{csp}");
        }
    }
}

/// A mistyped probe must not report a healthy server.
#[tokio::test]
async fn nothing_but_pages_and_files_of_the_build_is_answered_with_200() {
    let bed = Bed::start().await;
    let html = "text/html,application/xhtml+xml,*/*;q=0.8";
    let status = async |method: &str, path: &str, accept: &str| {
        let method = method.parse().unwrap();
        let request = bed.browser().bare(method, path).header("accept", accept);
        bed.browser().send(request).await.status
    };
    for path in [
        "/healthz/",
        "/readyz/",
        "/readyz/x",
        "/livez",
        "/livez/",
        "/metrics",
        "/health",
        "/Healthz",
        "/READYZ",
        "/ready",
        "/live",
        "/liveness",
        "/readiness",
        "/healthcheck",
        "/health-check",
        "/health_check",
        "/status",
        "/ping",
        "/up",
        "/alive",
        "/_health",
        "/actuator/health",
        "/api/healthz",
        "/api/health",
        "/healthz.json",
        "/livez?verbose",
        "/metrics?x",
        "/index.html",
        "/connections",
        "/no/such/page",
    ] {
        for (method, accept) in [
            ("GET", "*/*"),
            ("HEAD", "*/*"),
            ("GET", html),
            ("HEAD", html),
        ] {
            assert_eq!(
                status(method, path, accept).await,
                404,
                "{method} {path} {accept}"
            );
        }
    }
    for path in [
        "/",
        "/?x=1",
        "/callback",
        "/callback?code=x",
        "/connections/x",
        "/connections/x/overview",
        "/connections/x/projects?q=a",
        "/connections/x/orgs/o/projects",
        "/connections/x/orgs/o/projects/p",
        "/healthz",
        "/readyz",
        "/healthz?x",
        "/readyz?verbose",
    ] {
        for (method, accept) in [("GET", "*/*"), ("HEAD", "*/*"), ("GET", html)] {
            assert_eq!(
                status(method, path, accept).await,
                200,
                "{method} {path} {accept}"
            );
        }
    }
}

#[tokio::test]
async fn a_person_at_an_address_that_is_no_page_reads_so_on_a_page() {
    let bed = Bed::start().await;
    let request = bed.browser().bare(reqwest::Method::GET, "/no/such/page");
    let request = request
        .header("accept", "text/html")
        .header("if-none-match", "*");
    let answer = bed.browser().send(request).await;
    assert_eq!(answer.status, 404);
    assert_eq!(
        answer.text,
        bed.browser().get("/").await.text,
        "the app’s own"
    );
    assert!(answer.header("cache-control").contains("no-store"));
    assert!(
        answer
            .header("content-security-policy")
            .contains("wasm-unsafe-eval")
    );
    // If no app is served, the server answers with its own page.
    let bed = Bed::with(&[], &[("FRONTEND_DIR", "")]).await;
    let request = bed.browser().bare(reqwest::Method::GET, "/no/such/page");
    let answer = bed
        .browser()
        .send(request.header("accept", "text/html"))
        .await;
    assert_eq!(answer.status, 404);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.text.contains("<h1>"), "{}", answer.text);
    let answer = bed.browser().get("/no/such/page").await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
}
