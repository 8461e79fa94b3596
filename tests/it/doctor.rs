//! `snyk-app doctor`: what it finds, beside a server and without one.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::Value;
use tests::{
    Bed,
    app::{self, ENCRYPTION_SECRET},
    command::{self, Outcome},
    free_port,
    registration::CLIENT_SECRET,
    tls::TlsServer,
};

const OTHER_SECRET: &str = "canary-other-secret-9c8b7a6f5e4d3c2b1a";

async fn doctor(bed: &Bed, changes: &[(&str, &str)]) -> Outcome {
    let finished = command::finish(bed.app.command(&["doctor", "--json"], changes)).await;
    for secret in [ENCRYPTION_SECRET, OTHER_SECRET, CLIENT_SECRET] {
        assert!(!finished.stdout.contains(secret), "{finished:?}");
    }
    let has_failed = findings(&finished)
        .iter()
        .any(|found| found["status"] == "fail");
    assert_eq!(finished.code, Some(i32::from(has_failed)), "{finished:?}");
    assert_eq!(finished.json()["ok"], !has_failed);
    finished
}

fn findings(finished: &Outcome) -> Vec<Value> {
    finished.json()["findings"].as_array().unwrap().clone()
}

/// Checks that some finding of a check has this status and contains these words.
fn finds(finished: &Outcome, check: &str, status: &str, words: &str) {
    let is_found = findings(finished).iter().any(|found| {
        found["check"] == check
            && found["status"] == status
            && format!("{} {}", found["text"], found["fix"]).contains(words)
    });
    assert!(is_found, "{check} {status} {words}: {}", finished.stdout);
}

#[tokio::test]
async fn what_works_is_ok_and_the_server_beside_is_not_disturbed() {
    let bed = Bed::start().await;
    let (mut browser, _) = bed.connected().await;
    let found = doctor(&bed, &[("FRONTEND_DIR", "")]).await;
    assert_eq!(found.code, Some(0));
    for (check, words) in [
        ("configuration", "Every variable is valid"),
        ("database", "opens and can be written"),
        ("migrations", "those of this version"),
        ("server", "A server runs on this database, and has the same"),
        ("encryption", "all of the 2 encrypted values"),
        ("permissions", "is closed to other users"),
        ("DNS", "address"),
        ("connection", "accepts connections"),
        ("Snyk", "The sandbox at"),
        ("clock", "agrees"),
        ("cookies", "sends the session cookie"),
        ("CORS", "not needed"),
        ("page", "serves no page"),
    ] {
        finds(&found, check, "ok", words);
    }
    assert_eq!(found.json()["failures"], 0);
    assert_eq!(browser.connections().await.len(), 1);
    assert_eq!(browser.get("/readyz").await.status, 200);

    let text = command::finish(bed.app.command(&["doctor"], &[("FRONTEND_DIR", "")])).await;
    assert_eq!(text.code, Some(0), "{text:?}");
    assert!(
        text.stdout.contains("ok    database       "),
        "{}",
        text.stdout
    );
    assert!(
        !text.stdout.contains('\u{1b}'),
        "no colours without a terminal"
    );
    assert!(text.stdout.contains("0 failures"), "{}", text.stdout);
}

#[tokio::test]
async fn a_broken_configuration_is_told_and_the_rest_is_checked() {
    let bed = Bed::start().await;
    let _ = bed.connected().await;
    let broken = [
        ("SCOPES", ""),
        ("SESSION_IDLE", "long"),
        ("HTTPS_PROXY", "http://proxy:1"),
    ];
    let found = doctor(&bed, &broken).await;
    finds(&found, "configuration", "fail", "SCOPES is missing");
    finds(
        &found,
        "configuration",
        "fail",
        "SESSION_IDLE is not a duration",
    );
    finds(
        &found,
        "configuration",
        "warn",
        "HTTPS_PROXY is set, and not used",
    );
    finds(&found, "encryption", "ok", "all of the 2");
    finds(&found, "clock", "ok", "agrees");

    // Nothing at all is configured.
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(app::program());
    command
        .args(["doctor", "--json"])
        .env_clear()
        .current_dir(folder.path());
    // No request goes to Snyk from a test.
    let closed = format!("http://127.0.0.1:{}", free_port());
    command
        .env("SNYK_API_URL", &closed)
        .env("SNYK_APP_URL", &closed);
    // A folder in the place of the file cannot be read.
    fs::create_dir(folder.path().join(".env")).unwrap();
    let found = command::finish(command).await;
    assert_eq!(found.code, Some(1), "{found:?}");
    finds(&found, "configuration", "fail", ".env");
    finds(&found, "configuration", "fail", "CLIENT_ID is missing");
    finds(
        &found,
        "database",
        "warn",
        "There is no database data/snyk-app.db yet",
    );
    finds(&found, "connection", "fail", "accepts no connection");
    finds(&found, "page", "fail", "There is no built page in dist");
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 1, "it creates nothing");
}

#[tokio::test]
async fn secrets_that_the_rows_do_not_open_with_are_told() {
    let mut bed = Bed::start().await;
    let _ = bed.connected().await;
    let rotating = [
        ("ENCRYPTION_SECRET", OTHER_SECRET),
        ("ENCRYPTION_SECRET_PREVIOUS", ENCRYPTION_SECRET),
    ];
    let found = doctor(&bed, &rotating).await;
    finds(
        &found,
        "server",
        "warn",
        "does not have this ENCRYPTION_SECRET",
    );
    finds(&found, "encryption", "warn", "rotate-encryption");
    let found = doctor(&bed, &[("ENCRYPTION_SECRET", OTHER_SECRET)]).await;
    finds(
        &found,
        "encryption",
        "fail",
        "None of the 2 encrypted values can",
    );

    assert_eq!(bed.app.stop(), Some(0));
    fs::set_permissions(bed.app.database(), fs::Permissions::from_mode(0o644)).unwrap();
    let found = doctor(&bed, &[]).await;
    finds(&found, "server", "ok", "No server runs");
    finds(&found, "permissions", "warn", "chmod 600");
    finds(&found, "encryption", "ok", "all of the 2");
}

#[tokio::test]
async fn a_clock_that_is_wrong_fails() {
    let bed = Bed::start().await;
    for (offset, status, words) in [
        ("+11m", "fail", "ahead of"),
        ("-11m", "fail", "behind"),
        ("+2m", "warn", "ahead of"),
    ] {
        let shift = app::clock_shift(offset);
        let shift = shift
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let found = doctor(&bed, &shift).await;
        finds(&found, "clock", status, words);
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_fails_with_the_way_out() {
    let bed = Bed::start().await;
    let server = TlsServer::start().await;
    for (trusted, status, words) in [
        (server.other_certificate(), "fail", "SSL_CERT_FILE"),
        (server.certificate(), "ok", "answers"),
    ] {
        let trusted = trusted.to_str().unwrap();
        let changes = [
            ("SNYK_API_URL", server.url.as_str()),
            ("SSL_CERT_FILE", trusted),
        ];
        let found = doctor(&bed, &changes).await;
        finds(&found, "certificates", "ok", "were found");
        finds(&found, "Snyk", status, words);
    }
}

#[tokio::test]
async fn a_page_of_another_site_or_of_parts_of_two_builds_fails() {
    let bed = Bed::start().await;
    let elsewhere = [
        ("FRONTEND_ORIGIN", "https://pages.example.com"),
        ("FRONTEND_DIR", ""),
    ];
    let found = doctor(&bed, &elsewhere).await;
    finds(&found, "cookies", "fail", "different sites");

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let document =
        "<link rel=\"stylesheet\" href=\"/a-0123456789abcdef.css\" integrity=\"sha384-x\">";
    fs::write(folder.path().join("index.html"), document).unwrap();
    let found = doctor(&bed, &[("FRONTEND_DIR", dir)]).await;
    finds(&found, "page", "fail", "a-0123456789abcdef.css is missing");
    fs::write(folder.path().join("a-0123456789abcdef.css"), "").unwrap();
    let found = doctor(&bed, &[("FRONTEND_DIR", dir)]).await;
    finds(&found, "page", "fail", "is of another build");
    finds(&found, "page", "warn", "does not state its version");
}

/// A page that the build tool made is found whole.
#[tokio::test]
async fn the_built_page_is_whole() {
    let pages = app::pages();
    assert!(
        pages.join("index.html").exists(),
        "the page is built: `cargo xtask test` does it"
    );
    let bed = Bed::start().await;
    let found = doctor(&bed, &[("FRONTEND_DIR", pages.to_str().unwrap())]).await;
    finds(&found, "page", "ok", "is whole");
}
