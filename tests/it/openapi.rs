//! The `OpenAPI` document of the app: it is served as it is checked in, and schemathesis, which knows
//! nothing of the app, finds no answer that it does not describe.

use std::{fs, path::Path};

use reqwest::Method;
use serde_json::Value;
use tests::{Bed, client::Client, python};

use crate::admin::administrator;

/// Starts the random numbers of schemathesis, so that a failure can be repeated.
const SEED: u32 = 20;

/// All checks but one. The app rejects what the document permits: a state of no attempt, a query
/// that Snyk does not take, an id of nobody.
const CHECKS: [&str; 4] = [
    "--checks",
    "all",
    "--exclude-checks",
    "positive_data_acceptance",
];

/// `TRACE` is not among the methods that are tried on each path: it is answered with 400 on purpose
/// (SEC-66). The phase of examples has none to send, and that of links none to follow.
const SETTINGS: &str = "\
continue-on-failure = true
max-redirects = 0
request-timeout = 20.0

[generation]
max-examples = 6
database = \"none\"
with-security-parameters = false

[phases.coverage]
unexpected-methods = [\"GET\", \"POST\", \"PUT\", \"PATCH\", \"DELETE\", \"OPTIONS\"]

[phases.stateful]
enabled = false
";

#[tokio::test]
async fn the_document_is_served_to_everybody_as_it_is_checked_in() {
    let bed = Bed::start().await;
    let mut stranger = bed.browser();
    let answer = stranger
        .send(stranger.bare(Method::GET, "/api/openapi.json"))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.text == include_str!("../../docs/openapi.json"));
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

/// What schemathesis may send in one run.
struct Run<'a> {
    /// The browser whose session it uses; `None` for a stranger.
    browser: Option<&'a Client>,
    /// The connection whose id it sends, so that requests reach Snyk; `None` for any ids.
    connection: Option<&'a Value>,
    /// Which operations it sends.
    filter: &'a [&'a str],
}

impl Run<'_> {
    /// Returns what schemathesis found, if it is not content.
    fn failure(&self, bed: &Bed, document: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        self.write_settings(folder.path());
        let mut command = python::schemathesis(folder.path());
        command
            .args(["--config-file", "settings.toml", "run", document])
            .args(["--url", &bed.app.url, "--seed", &SEED.to_string()])
            .args(["--header", "Sec-Fetch-Site: same-origin"])
            .args(CHECKS)
            .args(self.filter);
        if let Some(browser) = self.browser {
            let cookies = browser.cookies.iter();
            let cookies: Vec<_> = cookies
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            command.args(["--header", &format!("Cookie: {}", cookies.join("; "))]);
        }
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (!output.status.success()).then(|| text + &*String::from_utf8_lossy(&output.stderr))
    }

    fn write_settings(&self, folder: &Path) {
        let mut settings = SETTINGS.to_owned();
        if let Some(connection) = self.connection {
            settings.push_str(&format!(
                "\n[parameters]\n\"path.id\" = {}\n\"path.org_id\" = {}\n",
                connection["id"], connection["orgs"][0]["id"]
            ));
        }
        fs::write(folder.join("settings.toml"), settings).unwrap();
    }
}

#[tokio::test]
async fn schemathesis_finds_no_answer_that_is_not_documented() {
    let bed = Bed::with(&[], &[("RATE_LIMITS", "off")]).await;
    let (mut browser, connection) = bed.connected().await;
    let mut administrator = administrator(&bed.app).await;
    let document = format!("{}/api/openapi.json", bed.app.url);
    for (name, run) in [
        (
            "signed out",
            Run {
                browser: None,
                connection: None,
                filter: &[],
            },
        ),
        // schemathesis learns ids from answers, those of its own connection and session too, and would
        // end them halfway.
        (
            "signed in, any ids",
            Run {
                browser: Some(&browser),
                connection: None,
                filter: &["--exclude-method", "DELETE"],
            },
        ),
        (
            "signed in, ending sessions of nobody",
            Run {
                browser: Some(&browser),
                connection: None,
                filter: &["--include-operation-id", "signOutBrowser"],
            },
        ),
        (
            "signed in, ids of its connection",
            Run {
                browser: Some(&browser),
                connection: Some(&connection),
                filter: &["--exclude-method", "DELETE"],
            },
        ),
        (
            "an administrator",
            Run {
                browser: Some(&administrator),
                connection: Some(&connection),
                filter: &[
                    "--include-tag",
                    "Administration",
                    "--exclude-method",
                    "DELETE",
                ],
            },
        ),
    ] {
        let failure = run.failure(&bed, &document);
        assert!(
            failure.is_none(),
            "{name}, seed {SEED}:\n{}",
            failure.unwrap()
        );
    }
    assert_eq!(
        browser.connections().await.len(),
        1,
        "it is still signed in"
    );

    assert_eq!(
        administrator.get("/api/admin/session").await.status,
        200,
        "the administrator is still signed in"
    );

    // The operations that end what all others need, in the order of the document: the connection,
    // then the session.
    for (browser, filter) in [
        (&browser, &["--include-method", "DELETE"][..]),
        (
            &administrator,
            &[
                "--include-operation-id",
                "disconnectInstall",
                "--include-operation-id",
                "endAdminSession",
            ],
        ),
    ] {
        let ending = Run {
            browser: Some(browser),
            connection: Some(&connection),
            filter,
        };
        let failure = ending.failure(&bed, &document);
        assert!(
            failure.is_none(),
            "ending, seed {SEED}:\n{}",
            failure.unwrap()
        );
    }
    assert_eq!(administrator.get("/api/admin/session").await.status, 401);
    assert_eq!(browser.get("/api/sessions").await.status, 401);
}

/// Tests the test: a document that lacks an answer is found out.
#[tokio::test]
async fn schemathesis_finds_out_a_document_that_lacks_an_answer() {
    let bed = Bed::start().await;
    let mut document = bed.browser().get("/api/openapi.json").await.json();
    let session = &mut document["paths"]["/api/sessions"]["get"]["responses"];
    assert!(session.as_object_mut().unwrap().remove("401").is_some());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lacking.json");
    fs::write(&path, document.to_string()).unwrap();
    let run = Run {
        browser: None,
        connection: None,
        filter: &["--include-path", "/api/sessions"],
    };
    let failure = run.failure(&bed, path.to_str().unwrap()).unwrap();
    assert!(failure.contains("401"), "{failure}");
    assert!(failure.contains("Undocumented"), "{failure}");
}
