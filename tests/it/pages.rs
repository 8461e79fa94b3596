//! The built single-page app as files over HTTP.

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
        .find(|name| name.ends_with("_bg.wasm"))
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
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
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
        for path in ["/", "/a/deep/link", "/callback"] {
            let answer = bed.browser().get(path).await;
            assert!(answer.text.contains(script), "{}", answer.text);
            let hash = STANDARD.encode(Sha256::digest(script));
            let csp = answer.header("content-security-policy");
            assert!(csp.contains(&format!("'sha256-{hash}'")), "{path}: {csp}");
            assert_eq!(csp.matches("sha256-").count(), 1, "{csp}");
        }
    }
}
