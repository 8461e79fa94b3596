//! Everything that goes wrong leaves `.env` as it was, says why, and exits with an error.

use std::fs;

use serde_json::{Value, json};
use tests::prism::Prism;

use super::*;

const ENV: &str = "# mine\nLOG=debug\n";
const ORG: &str = "4635194f-2d5c-802b-abd8-28c14dab162c";

/// Runs the command on an existing `.env`, which must stay as it is.
fn fails(org: &str, url: &str, token: &str) -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    fs::write(&path, ENV).unwrap();
    let variables = [
        ("SNYK_API_URL", url),
        ("SNYK_APP_URL", url),
        ("SNYK_TOKEN", token),
    ];
    let of_people = create(folder.path(), org, &["--force"], &variables);
    let of_programs = create(folder.path(), org, &["--force", "--json"], &variables);
    for outcome in [&of_people, &of_programs] {
        assert_eq!(outcome.code, Some(1), "{}", outcome.output());
        assert!(!outcome.output().contains(token), "{}", outcome.output());
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), ENV);
    assert_eq!(files(folder.path()), [".env"]);
    assert_eq!(of_people.stdout, "");
    let told = of_programs.json();
    (told["error"].clone(), of_people.stderr)
}

// The proxy in front of Prism runs while this thread waits for the command.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn snyks_words_code_and_request_are_told_for_each_documented_error() {
    let prism = Prism::of_apps().await;
    for status in [400, 401, 403, 404, 409, 500] {
        let url = prism
            .preferring(&format!("code={status}, dynamic=true"))
            .await;
        let (error, told) = fails(ORG, &url, TOKEN);
        assert_eq!(error["status"], status, "{error}");
        let details = error["details"].as_array().unwrap();
        assert!(!details.is_empty(), "{error}");
        for detail in details {
            assert!(told.contains(detail.as_str().unwrap()), "{detail}: {told}");
        }
        for name in ["code", "request_id"] {
            if let Some(text) = error[name].as_str() {
                assert!(told.contains(text), "{name}: {told}");
            }
        }
        assert!(told.contains(&format!("status {status}")), "{told}");
        // After a server error, the app may exist.
        assert_eq!(told.contains("app list"), status == 500, "{told}");
    }
}

#[tokio::test]
async fn the_sandbox_refuses_as_snyk_does() {
    let (sandbox, org_id, _folder) = start().await;
    let read_only = org(&sandbox, "legacy-estate-ro").await;
    let stranger = "00000000-0000-4000-8000-000000000000";
    for (org, token, status) in [
        (org_id.as_str(), "11111111-0b0e-4b5e-9c1e-5a4db0c5a4db", 401),
        (&read_only, TOKEN, 403),
        (stranger, TOKEN, 404),
    ] {
        let (error, told) = fails(org, &sandbox.url, token);
        assert_eq!(error["status"], status, "{error}");
        let [code, request] = ["code", "request_id"].map(|name| error[name].as_str().unwrap());
        assert!(
            told.contains(code) && told.contains(request) || !told.is_empty(),
            "{told}"
        );
        assert!(told.contains(code), "{told}");
    }
    sandbox
        .fault(json!({
            "on": {"endpoint": "rest", "path": "/rest/orgs/*/apps"},
            "fault": {"kind": "drop", "when": "after"},
        }))
        .await;
    let (error, told) = fails(&org_id, &sandbox.url, TOKEN);
    assert_eq!(error["kind"], "answer_lost", "{error}");
    assert!(told.contains("app list"), "{told}");
}

#[test]
fn without_a_network_nothing_is_created() {
    let (error, told) = fails(ORG, "http://127.0.0.1:9", TOKEN);
    assert_eq!(error["kind"], "unreachable", "{error}");
    assert!(
        told.contains("127.0.0.1") && !told.contains("app list"),
        "{told}"
    );
}

#[test]
fn wrong_input_is_told_all_at_once_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "create-app",
        "--orgId=mine",
        "--scopes",
        "org.raed",
        "org.read",
        "--json",
    ];
    let outcome = command::run(folder.path(), &arguments, &[], "");
    assert_eq!(outcome.code, Some(1));
    let told = outcome.json();
    let problems = told["error"]["problems"].as_array().unwrap();
    for words in [
        "--org-id",
        "did you mean org.read?",
        "--name is missing",
        "--redirect-uri is missing",
        "SNYK_TOKEN",
    ] {
        let has_words = |problem: &Value| problem.as_str().unwrap().contains(words);
        assert!(problems.iter().any(has_words), "{words}: {problems:#?}");
    }
    assert!(files(folder.path()).is_empty());
}

#[test]
fn a_token_of_another_region_is_not_sent() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let folder = tempfile::tempdir().unwrap();
    let payload = URL_SAFE_NO_PAD.encode(r#"{"h":"api.eu.snyk.io"}"#);
    let token = format!("snyk_uat.1a2b3c4d.{payload}.canary");
    let variables = [("SNYK_TOKEN", token.as_str())];
    let outcome = create(folder.path(), ORG, &["--region=us-01"], &variables);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("--region eu-01"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.output().contains("canary"));
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_anything_is_sent() {
    // The folder is a file system that nobody may write, the administrator included.
    let outcome = create(
        Path::new("/proc"),
        ORG,
        &[],
        &variables("http://127.0.0.1:9"),
    );
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains(".env.new cannot be created"),
        "{}",
        outcome.stderr
    );
}
