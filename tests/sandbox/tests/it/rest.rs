//! REST and v1.

use http::{Method, StatusCode};
use serde_json::json;

use crate::bed::{Pair, Sandbox, cursor_in};

const ORGS: &str = "/rest/orgs?version=2024-10-15";

#[tokio::test]
async fn a_bot_sees_itself_and_its_organizations() {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    let answer = sandbox
        .get_with("/rest/self?version=2024-10-15", &pair.access)
        .await;
    assert_eq!(answer.json()["data"]["type"], "app_instance");
    assert_eq!(answer.header("content-type"), "application/vnd.api+json");
    assert_eq!(answer.header("snyk-version-requested"), "2024-10-15");
    assert_eq!(answer.header("snyk-version-served"), "2024-04-22");
    assert_eq!(answer.header("snyk-version-lifecycle-stage"), "ga");
    assert_eq!(answer.header("snyk-request-id").len(), 36);

    let orgs = sandbox.get_with(ORGS, &pair.access).await.json();
    assert_eq!(orgs["data"].as_array().unwrap().len(), 6);
    assert_eq!(orgs["links"].get("next"), None);
    let id = orgs["data"][2]["id"].as_str().unwrap();
    let path = format!("/rest/orgs/{id}?version=2024-10-15");
    let org = sandbox.get_with(&path, &pair.access).await.json();
    assert_eq!(org["data"]["attributes"]["name"], "物流システム部");
}

#[tokio::test]
async fn one_organization_is_all_that_is_reached() {
    let sandbox = Sandbox::start(&[]).await;
    let group = sandbox.connect().await;
    let code = sandbox.code_for("org:nordwind-spedition").await;
    let pair = Pair::of(&sandbox.exchange(&code, &[]).await);
    let orgs = sandbox.get_with(ORGS, &pair.access).await.json();
    assert_eq!(orgs["data"].as_array().unwrap().len(), 1);
    assert_eq!(orgs["data"][0]["attributes"].get("group_id"), None);
    let id = orgs["data"][0]["id"].as_str().unwrap();
    let path = format!("/rest/orgs/{id}?version=2024-10-15");
    let foreign = sandbox.get_with(&path, &group.access).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn in_user_context_it_is_the_user() {
    let sandbox = Sandbox::start(&["--context", "user"]).await;
    let pair = sandbox.connect().await;
    let me = sandbox
        .get_with("/rest/self?version=2024-10-15", &pair.access)
        .await
        .json();
    assert_eq!(me["data"]["type"], "user");
    assert_eq!(
        me["data"]["attributes"]["email"],
        "sandbox-user@example.test"
    );
    let orgs = sandbox.get_with(ORGS, &pair.access).await.json();
    assert_eq!(orgs["data"].as_array().unwrap().len(), 8);
    let v1 = sandbox.get_with("/v1/user/me", &pair.access).await.json();
    assert_eq!(v1["id"], me["data"]["id"]);
}

#[tokio::test]
async fn pages_are_followed_by_their_cursor() {
    let sandbox = Sandbox::start(&["--extra-orgs", "27"]).await;
    let pair = sandbox.connect().await;
    let mut path = format!("{ORGS}&limit=10");
    let mut names = Vec::new();
    let mut forms = Vec::new();
    loop {
        let page = sandbox.get_with(&path, &pair.access).await.json();
        for org in page["data"].as_array().unwrap() {
            names.push(org["attributes"]["name"].as_str().unwrap().to_owned());
        }
        let next = &page["links"]["next"];
        let Some(cursor) = cursor_in(next, "starting_after") else {
            break;
        };
        let text = next.as_str();
        forms.push(text.map(|path| path.starts_with("/rest/")));
        path = format!(
            "{ORGS}&limit=10&{}",
            crate::bed::encoded(&[("starting_after", &cursor)])
        );
    }
    assert_eq!(names.len(), 33);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 33, "none comes twice");
    assert_eq!(
        forms,
        [Some(false), Some(true), None],
        "bare, with prefix, an object"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said() {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    for (path, status, said) in [
        ("/rest/self", 400, "version"),
        ("/rest/self?version=today", 400, "version"),
        ("/rest/self?version=9999-01-01", 400, "future"),
        ("/rest/self?version=2020-01-01", 404, "release"),
        (
            "/rest/self?version=2024-10-15&colour=red",
            400,
            "Unknown query parameter 'colour'",
        ),
        ("/rest/orgs?version=2024-10-15&limit=15", 400, "limit"),
        (
            "/rest/orgs?version=2024-10-15&starting_after=x",
            400,
            "starting_after",
        ),
        ("/rest/orgs?version=2024-10-15&slug=a%20b", 400, "slug"),
        ("/rest/orgs/not-an-id?version=2024-10-15", 400, "org_id"),
        ("/rest/nothing?version=2024-10-15", 404, "path"),
    ] {
        let answer = sandbox.get_with(path, &pair.access).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let error = &answer.json()["errors"][0];
        assert_eq!(error["status"], status.to_string());
        assert!(
            error["detail"].as_str().unwrap().contains(said),
            "{path}: {error}"
        );
        assert_eq!(answer.header("content-type"), "application/vnd.api+json");
        assert_eq!(answer.header("snyk-request-id").len(), 36);
    }
}

#[tokio::test]
async fn nothing_can_be_changed() {
    let sandbox = Sandbox::start(&[]).await;
    for method in [Method::POST, Method::PATCH, Method::DELETE] {
        let request = http::Request::builder()
            .method(method)
            .uri(ORGS)
            .body(String::new())
            .unwrap();
        let answer = sandbox.send(request).await.unwrap();
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.json()["errors"][0]["code"], "SNYK-OPENAPI-0005");
    }
}

#[tokio::test]
async fn without_a_living_token_there_is_nothing() {
    let sandbox = Sandbox::start(&[]).await;
    let answer = sandbox.get(ORGS).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let answer = sandbox.get_with(ORGS, "made.up.token").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["errors"][0]["code"], "SNYK-0005");
    let answer = sandbox.get_with("/v1/orgs", "made.up.token").await;
    assert_eq!(answer.json()["code"], 401);
    assert_eq!(sandbox.stat("unauthorized").await, 3);
}

#[tokio::test]
async fn a_missing_scope_is_403() {
    let sandbox = Sandbox::start(&["--grant-scopes", "org.project.read"]).await;
    let pair = sandbox.connect().await;
    let answer = sandbox.get_with(ORGS, &pair.access).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.json()["errors"][0]["code"], "SNYK-OPENAPI-0002");
    assert!(
        sandbox.is_alive(&pair.access).await,
        "/self asks for no scope"
    );
}

#[tokio::test]
async fn v1_gives_organizations_with_their_group() {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    let orgs = sandbox.get_with("/v1/orgs", &pair.access).await.json();
    assert_eq!(orgs["orgs"].as_array().unwrap().len(), 6);
    assert_eq!(orgs["orgs"][0]["group"]["name"], "Meridian Freight");
    sandbox
        .control(Method::POST, "expire", json!({"access": true}))
        .await;
    let answer = sandbox.get_with("/v1/orgs", &pair.access).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
