//! Validates the sandbox against Snyk's own OpenAPI document: every response, success or error, has
//! the published schema (`tests/snyk-openapi`). The app's tests then do not rest on assumptions
//! about Snyk alone.

mod access;
mod apps;
mod contract;

use std::collections::BTreeSet;

use serde_json::json;
use tests::{free_port, sandbox::Sandbox};

use self::access::Access;
use self::contract::Contract;

const ORG: &str = "/orgs/{org_id}";
const PROJECTS: &str = "/orgs/{org_id}/projects";
const PROJECT: &str = "/orgs/{org_id}/projects/{project_id}";
const ISSUES: &str = "/orgs/{org_id}/issues";
const ISSUE: &str = "/orgs/{org_id}/issues/{issue_id}";
const TARGETS: &str = "/orgs/{org_id}/targets";
const TARGET: &str = "/orgs/{org_id}/targets/{target_id}";

/// Returns queries that use every parameter of every operation.
fn queries() -> Vec<(&'static str, Vec<String>)> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let cursor = "starting_after=v1.eyJpZCI6Im5vYm9keSJ9";
    let nobody = "00000000-0000-4000-8000-000000000000";
    let item = format!("scan_item.id={nobody}&scan_item.type=environment");
    let mut issues: Vec<String> = texts(&[
        "",
        cursor,
        "ending_before=x",
        "limit=100",
        "status=open&ignored=false",
        "effective_severity_level=info,critical",
        "updated_before=2026-01-01T00:00:00Z",
        "updated_after=2026-01-01T00:00:00Z&created_before=2025-01-01T00:00:00Z",
        "created_after=2025-01-01T00:00:00Z",
    ]);
    issues.push(item);
    for kind in [
        "package_vulnerability",
        "license",
        "cloud",
        "code",
        "custom",
        "config",
    ] {
        issues.push(format!("limit=100&type={kind}"));
    }
    let mut projects: Vec<String> = texts(&[
        "",
        cursor,
        "ending_before=x",
        "limit=100&expand=target",
        "meta_count=only",
        "limit=50&meta.latest_issue_counts=true&meta.latest_dependency_total=true",
        "target_reference=main&types=npm,maven",
        "target_file=pom.xml",
        "target_runtime=net8.0",
        "names=a,b&names_start_with=meridian",
        "origins=cli,github",
        "tags=team:web",
        "cli_monitored_before=2030-05-29T09:50:54.014Z",
        "cli_monitored_after=2020-05-29T09:50:54Z",
        "business_criticality=critical&environment=backend&lifecycle=production",
    ]);
    projects.push(format!(
        "target_id={nobody}&ids={nobody}&importing_user_public_id={nobody}"
    ));
    vec![
        ("/self", texts(&[""])),
        (
            "/orgs",
            texts(&[
                "",
                cursor,
                "ending_before=x",
                "limit=100",
                "expand=member_role",
                "is_personal=true",
                "group_id=00000000-0000-4000-8000-000000000000",
                "slug=research",
                "name=meridian",
            ]),
        ),
        (ORG, texts(&["", "expand=tenant"])),
        (PROJECTS, projects),
        (
            PROJECT,
            texts(&[
                "",
                "expand=target",
                "meta.latest_issue_counts=true&meta.latest_dependency_total=true",
            ]),
        ),
        (ISSUES, issues),
        (ISSUE, texts(&[""])),
        (
            TARGETS,
            texts(&[
                "",
                cursor,
                "ending_before=x",
                "limit=1",
                "count=true&exclude_empty=false",
                "is_private=true",
                "url=https://code.example.test/none",
                "source_types=gitlab,ecr",
                "display_name=meridian",
                "created_gte=2022-01-01T16:00:00Z",
            ]),
        ),
        (TARGET, texts(&[""])),
    ]
}

#[tokio::test]
async fn every_operation_answers_as_documented() {
    let mut contract = Contract::load();
    let port = free_port();
    for flags in [&["--context", "tenant"], &["--context", "user"]] {
        let sandbox = Sandbox::start(port, flags).await;
        let mut access = Access::of(&sandbox, port, "group").await;
        access.enter("meridian-platform").await;
        for (path, queries) in queries() {
            let mut used = BTreeSet::from(["version".to_owned()]);
            for query in queries {
                let names = url::form_urlencoded::parse(query.as_bytes());
                used.extend(names.map(|(name, _)| name.into_owned()));
                let answer = access.get(path, &query).await;
                let is_cursor = query.contains("ending_before") || query.contains("starting_after");
                let status = if is_cursor { 400 } else { 200 };
                assert_eq!(answer.status, status, "{path}?{query}: {}", answer.text);
                contract.check(path, &query, &answer);
            }
            assert_eq!(
                used,
                contract.parameters(path),
                "each parameter of {path} is used"
            );
        }
    }
}

#[tokio::test]
async fn every_page_answers_as_documented() {
    let mut contract = Contract::load();
    let port = free_port();
    let sandbox = Sandbox::start(port, &[]).await;
    let mut access = Access::of(&sandbox, port, "group").await;
    access.enter("logistics-jp").await;
    let counted = "limit=100&expand=target&meta.latest_issue_counts=true";
    for (path, query) in [
        (PROJECTS, counted),
        (ISSUES, "limit=100"),
        (TARGETS, "limit=100"),
    ] {
        let pages = access.pages(path, query).await;
        assert!(pages.len() > 1, "{path} has more than one page");
        for page in &pages {
            contract.check(path, query, page);
        }
    }
}

#[tokio::test]
async fn every_refusal_answers_as_documented() {
    let mut contract = Contract::load();
    let port = free_port();
    let sandbox = Sandbox::start(port, &[]).await;
    let mut access = Access::of(&sandbox, port, "group").await;
    access.enter("logistics-jp").await;
    let mut stranger = Access::of(&sandbox, port, "org:nordwind-spedition").await;
    stranger.ids = access.ids.clone();
    sandbox.set(json!({"grant_scopes": ""})).await;
    let mut powerless = Access::of(&sandbox, port, "group").await;
    powerless.ids = access.ids.clone();
    let mut nobody = Access::of(&sandbox, port, "group").await;
    nobody.ids = access.ids.clone();
    nobody.token = "made.up.token".to_owned();

    let operations = || queries().into_iter().map(|(path, _)| path);
    for path in operations() {
        for (who, query, status) in [
            (&access, "colour=red", 400),
            (&nobody, "", 401),
            (&powerless, "", 403),
            (&stranger, "", 404),
        ] {
            let answer = who.get(path, query).await;
            // Every valid token may read its identity and organizations.
            let is_for_all =
                (path == "/self" && status > 401) || (path == "/orgs" && status == 404);
            let status = if is_for_all { 200 } else { status };
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
            contract.check(path, query, &answer);
        }
    }
    for status in [410, 429, 500, 503] {
        sandbox
            .fault(
                json!({"on": {"endpoint": "rest"}, "fault": {"kind": "status", "status": status}}),
            )
            .await;
        for path in operations() {
            let answer = access.get(path, "").await;
            assert_eq!(answer.status, status);
            let complaints = contract.complaints(path, status, &answer.json());
            assert!(complaints.is_empty(), "{path} {status}: {complaints:#?}");
        }
        sandbox.heal().await;
    }
}

/// Tests the validator: it detects missing and superfluous members and wrong types.
#[tokio::test]
async fn an_answer_that_is_spoilt_is_found_out() {
    let mut contract = Contract::load();
    let port = free_port();
    let sandbox = Sandbox::start(port, &[]).await;
    let mut access = Access::of(&sandbox, port, "group").await;
    access.enter("meridian-payments").await;
    for (path, schema) in [
        (PROJECTS, "ProjectAttributes"),
        (ISSUES, "IssueAttributes"),
        ("/orgs", "OrgAttributes"),
    ] {
        let good = access.get(path, "").await.json();
        assert_eq!(contract.complaints(path, 200, &good), [""; 0]);
        let required = contract.required(schema);
        assert!(required.len() >= 3, "{schema}");
        for name in required {
            let mut spoilt = good.clone();
            let attributes = spoilt["data"][4]["attributes"].as_object_mut().unwrap();
            attributes.remove(&name).unwrap();
            let complaints = contract.complaints(path, 200, &spoilt);
            assert!(!complaints.is_empty(), "{path} without {name}");
        }
        for (pointer, wrong) in [
            ("/data/2/id", json!("no id")),
            ("/data/2/attributes/colour", json!("red")),
            ("/jsonapi", json!(null)),
            ("/links/next", json!(7)),
        ] {
            let mut spoilt = good.clone();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            spoilt.pointer_mut(parent).unwrap()[name] = wrong;
            assert!(
                !contract.complaints(path, 200, &spoilt).is_empty(),
                "{path} {pointer}"
            );
        }
    }
    let error = json!({"jsonapi": {"version": "1.0"}, "errors": [{"detail": "no status"}]});
    assert!(!contract.complaints(PROJECTS, 404, &error).is_empty());
}
