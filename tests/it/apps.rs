//! The command `app` against the sandbox: list, show, update, delete, and what it says when Snyk
//! refuses. [`rotation`] tests the rotation of a client secret.

mod rotation;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    command::{self, Outcome},
    free_port,
    registered::RegisteredApp,
    registration::API_TOKEN,
    sandbox::Sandbox,
};

/// A sandbox with a created app, and a folder in which commands run.
struct Desk {
    sandbox: Sandbox,
    app: RegisteredApp,
    folder: TempDir,
    port: u16,
}

impl Desk {
    async fn start() -> Self {
        let port = free_port();
        let sandbox = Sandbox::start(port, &[]).await;
        let app = RegisteredApp::create(&sandbox, port).await;
        Self {
            sandbox,
            app,
            folder: tempfile::tempdir().unwrap(),
            port,
        }
    }

    /// Runs `app` with these arguments and the organization of the created app.
    fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, &[("SNYK_TOKEN", API_TOKEN)], "")
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Outcome {
        let mut all = vec!["app"];
        all.extend(arguments);
        all.extend(["--org-id", &self.app.org]);
        let mut given = vec![
            ("SNYK_API_URL", self.sandbox.url.as_str()),
            ("SNYK_APP_URL", self.sandbox.url.as_str()),
        ];
        given.extend(variables);
        command::run(self.folder.path(), &all, &given, input)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        let outcome = self.run(&all);
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {}", outcome.output());
        assert_eq!(outcome.stderr, "");
        outcome.json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_listed_shown_changed_and_deleted() {
    let desk = Desk::start().await;
    let RegisteredApp { id, client_id, .. } = &desk.app;
    let listed = desk.json(&["list"]);
    assert_eq!(listed["apps"][0]["id"], *id);
    assert_eq!(listed["apps"].as_array().unwrap().len(), 1);
    // An app is named by either id, or by the configuration.
    for shown in [desk.json(&["show", id]), desk.json(&["show", client_id])] {
        assert_eq!(shown["app"], listed["apps"][0]);
    }
    let configured = [("SNYK_TOKEN", API_TOKEN), ("CLIENT_ID", client_id)];
    let shown = desk.run_with(&["show"], &configured, "");
    assert_eq!(shown.code, Some(0), "{}", shown.output());
    for words in [id, client_id, "Fathom", "org.project.read", "tenant"] {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.stdout);
    }

    let changed = desk.json(&[
        "update",
        id,
        "--name",
        "Sounding",
        "--redirect-uri",
        "http://localhost:3000/callback",
        "--redirect-uri",
        "https://app.example/callback",
        "--access-token-ttl",
        "2h",
    ]);
    assert_eq!(changed["app"]["name"], "Sounding");
    assert_eq!(changed["app"]["access_token_ttl_seconds"], 7_200);
    assert_eq!(
        changed["app"]["redirect_uris"][1],
        "https://app.example/callback"
    );
    assert_eq!(changed["app"]["scopes"], listed["apps"][0]["scopes"]);
    let nothing = desk.run(&["update", id]);
    assert_eq!(nothing.code, Some(1));
    assert!(
        nothing.stderr.contains("nothing is to be changed"),
        "{}",
        nothing.stderr
    );

    // A script must name the app.
    for arguments in [
        &["delete", id] as &[&str],
        &["delete", id, "--confirm", "Fathom"],
    ] {
        let kept = desk.run(arguments);
        assert_eq!(kept.code, Some(1), "{}", kept.output());
        assert!(
            kept.stderr.contains("nothing was deleted"),
            "{}",
            kept.stderr
        );
    }
    desk.json(&["delete", id, "--confirm", "Sounding"]);
    assert_eq!(desk.json(&["list"])["apps"], json!([]));
    let gone = desk.run(&["show", id]);
    assert_eq!(gone.code, Some(1));
    assert!(gone.stderr.contains("404"), "{}", gone.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_comes_from_a_file_or_standard_input_and_is_never_printed() {
    let desk = Desk::start().await;
    let file = desk.folder.path().join("token");
    std::fs::write(&file, format!("{API_TOKEN}\n")).unwrap();
    let file = file.to_str().unwrap();
    let piped = desk.run_with(&["list", "--token-file", "-"], &[], API_TOKEN);
    for outcome in [
        piped,
        desk.run_with(&["list", "--token-file", file], &[], ""),
    ] {
        assert_eq!(outcome.code, Some(0), "{}", outcome.output());
        assert!(outcome.stdout.contains("Fathom"), "{}", outcome.stdout);
    }
    let missing = desk.run_with(&["list"], &[], "");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("SNYK_TOKEN"), "{}", missing.stderr);
    let wrong = "11111111-2222-4333-8444-555555555555";
    let refused = desk.run_with(&["list"], &[("SNYK_TOKEN", wrong)], "");
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("401"), "{}", refused.stderr);
    assert!(!refused.output().contains(wrong), "{}", refused.output());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_refusal_is_told_in_snyks_words() {
    let desk = Desk::start().await;
    let id = desk.app.id.as_str();
    let request = "7ff2a7d1-0f2b-4a55-9bd2-00000000c0de";
    for status in [400_u16, 401, 403, 404, 409, 429, 500, 503] {
        let error = json!({"status": status.to_string(), "code": format!("SNYK-TEST-{status}"),
            "title": "A title of Snyk", "detail": "A detail of Snyk"});
        let body = json!({"jsonapi": {"version": "1.0"}, "errors": [error]});
        desk.sandbox
            .fault(
                json!({"on": {"endpoint": "rest"}, "fault": {"kind": "status",
                "status": status, "body": body, "headers": {"snyk-request-id": request}}}),
            )
            .await;
        for arguments in [
            &["list"] as &[&str],
            &["show", id],
            &["update", id, "--name", "x"],
            &["delete", id, "--yes"],
        ] {
            let told = desk.run(arguments);
            assert_eq!(told.code, Some(1), "{arguments:?}: {}", told.output());
            let code = format!("code SNYK-TEST-{status}");
            let status = format!("status {status}");
            for words in ["A title of Snyk", "A detail of Snyk", &code, &status] {
                assert!(told.stderr.contains(words), "{words}: {}", told.stderr);
            }
            assert!(told.stderr.contains("request "), "{}", told.stderr);
            assert_eq!(told.stdout, "");
        }
        let told = desk.run(&["list", "--json"]);
        assert_eq!(told.code, Some(1));
        let error = told.json();
        assert_eq!(error["error"]["status"], status);
        assert_eq!(error["error"]["code"], format!("SNYK-TEST-{status}"));
        assert_eq!(error["error"]["details"][0], "A detail of Snyk");
        assert!(error["error"]["request_id"].is_string(), "{error}");
        desk.sandbox.heal().await;
    }
    // The app is still there.
    assert_eq!(desk.json(&["list"])["apps"][0]["name"], "Fathom");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_network_and_half_an_answer_are_told_in_words() {
    let desk = Desk::start().await;
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let unreachable = [
        ("SNYK_TOKEN", API_TOKEN),
        ("SNYK_API_URL", nowhere.as_str()),
        ("SNYK_APP_URL", nowhere.as_str()),
    ];
    let told = desk.run_with(&["list"], &unreachable, "");
    assert_eq!(told.code, Some(1));
    assert!(
        told.stderr.contains("cannot be reached at 127.0.0.1"),
        "{}",
        told.stderr
    );
    assert!(
        told.stderr.contains("refused"),
        "the cause: {}",
        told.stderr
    );

    for (fault, words) in [
        (json!({"kind": "drop"}), "answer was lost"),
        (json!({"kind": "truncated"}), "answer was lost"),
        (json!({"kind": "malformed"}), "cannot be read"),
        (json!({"kind": "html", "status": 502}), "status 502"),
        (
            json!({"kind": "redirect", "location": "http://127.0.0.1:1/"}),
            "status 302",
        ),
    ] {
        desk.sandbox
            .fault(json!({"on": {"endpoint": "rest"}, "fault": fault}))
            .await;
        let told = desk.run(&["list"]);
        assert_eq!(told.code, Some(1), "{fault}: {}", told.output());
        assert!(told.stderr.contains(words), "{fault}: {}", told.stderr);
        desk.sandbox.heal().await;
    }
}
