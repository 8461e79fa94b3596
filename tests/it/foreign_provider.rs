//! The unmodified app against an independent authorization server. These tests fail if something
//! works only between the app and the project's own sandbox.

use serde_json::{Value, json};
use tests::{app::App, client::Client, foreign::ForeignProvider};

async fn connected() -> (ForeignProvider, App, Client, Value) {
    let (provider, app) = ForeignProvider::with_app().await;
    let mut browser = Client::new(&app.url);
    let attempt = browser.start_login(Some("/")).await;
    let callback = provider.authorize(&attempt).await;
    assert_eq!(callback.get("iss"), provider.url, "RFC 9207");
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let connection = answer.json()["connection"].clone();
    (provider, app, browser, connection)
}

fn path(connection: &Value, rest: &str) -> String {
    format!(
        "/api/connections/{}{rest}",
        connection["id"].as_str().unwrap()
    )
}

#[tokio::test]
async fn a_connection_is_made_renewed_used_and_ended() {
    let (provider, _app, mut browser, connection) = connected().await;
    assert_eq!(connection["status"], "active");
    assert_eq!(connection["context"], "user");
    assert_eq!(connection["orgs"][0]["slug"], "an-organization");
    assert_eq!(connection["missing_scopes"], json!([]));

    for generation in 1..=3 {
        let refresh = path(&connection, "/refresh");
        let answer = browser.post(&refresh, &json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json()["generation"], generation);
    }
    let answer = browser.get(&path(&connection, "/snyk/rest/self")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["data"]["type"], "user");

    // One code and three refreshes. A rotated token was never presented again: that would have
    // ended the grant with an error.
    let mut expected = vec!["authorization.success"];
    expected.extend(["grant.success"; 4]);
    assert_eq!(provider.seen().await, expected);

    let answer = browser.delete(&path(&connection, "")).await;
    assert_eq!((answer.status, answer.header("revocation")), (204, "done"));
    expected.push("grant.revoked");
    assert_eq!(provider.seen().await, expected);
}

#[tokio::test]
async fn many_callers_on_a_dead_token_are_one_refresh() {
    let (provider, _app, browser, connection) = connected().await;
    provider.expire_access_tokens().await;
    let calls = (0..50).map(|_| {
        let (mut browser, path) = (browser.clone(), path(&connection, "/snyk/rest/self"));
        tokio::spawn(async move { browser.get(&path).await })
    });
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let expected = ["authorization.success", "grant.success", "grant.success"];
    assert_eq!(provider.seen().await, expected);
}

#[tokio::test]
async fn a_grant_that_ended_at_the_provider_asks_to_reconnect() {
    let (provider, _app, mut browser, connection) = connected().await;
    provider.end_grants().await;
    let answer = browser
        .post(&path(&connection, "/refresh"), &json!({}))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (409, "reconnect_needed")
    );
    let connection = browser.get(&path(&connection, "")).await.json();
    assert_eq!(connection["status"], "reconnect_needed");
}

/// Validates the other tests: this provider does require PKCE.
#[tokio::test]
async fn the_provider_takes_no_login_without_proof() {
    let (provider, app) = ForeignProvider::with_app().await;
    let mut attempt = Client::new(&app.url).make_attempt();
    let (query, _) = attempt
        .authorize_query
        .split_once("&code_challenge")
        .unwrap();
    attempt.authorize_query = query.to_owned();
    let callback = provider.authorize(&attempt).await;
    assert_eq!(callback.get("error"), "invalid_request");
}
