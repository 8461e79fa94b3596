//! The token endpoint with codes, and the revocation endpoint.

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, StatusCode};
use serde_json::json;

use crate::bed::{CLIENT_ID, CLIENT_SECRET, Pair, Sandbox, VERIFIER};

#[tokio::test]
async fn a_code_gives_a_pair_in_snyks_shape() {
    let sandbox = Sandbox::start(&[]).await;
    let code = sandbox.code().await;
    let answer = sandbox.exchange(&code, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), "no-store");
    let json = answer.json();
    assert_eq!(json["token_type"], "bearer");
    assert_eq!(json["expires_in"], 3599);
    assert_eq!(json["refresh_expires_in"], 15_552_000);
    assert_eq!(json["scope"], crate::bed::SCOPES);
    assert!(json["bot_id"].is_string());
    let access = json["access_token"].as_str().unwrap();
    assert_eq!(access.split('.').count(), 3, "a JWT has three parts");
}

#[tokio::test]
async fn optional_members_can_be_left_out() {
    let sandbox = Sandbox::start(&["--omit-refresh-expires", "--grant-scopes", "org.read"]).await;
    sandbox
        .set(json!({"bot_id": false, "access_ttl": 60}))
        .await;
    let code = sandbox.code().await;
    let json = sandbox.exchange(&code, &[]).await.json();
    assert!(json.get("refresh_expires_in").is_none());
    assert!(json.get("bot_id").is_none());
    assert_eq!(json["expires_in"], 59);
    assert_eq!(json["scope"], "org.read");
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_its_tokens() {
    let sandbox = Sandbox::start(&[]).await;
    let code = sandbox.code().await;
    let pair = Pair::of(&sandbox.exchange(&code, &[]).await);
    assert!(sandbox.is_alive(&pair.access).await);
    let again = sandbox.exchange(&code, &[]).await;
    assert_eq!(again.oauth_error(), (400, "invalid_grant".to_owned()));
    assert!(!sandbox.is_alive(&pair.access).await);
    let refresh = sandbox.refresh(&pair.refresh).await;
    assert_eq!(refresh.oauth_error(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_code_is_bound_to_redirect_uri_and_verifier() {
    let sandbox = Sandbox::start(&[]).await;
    let code = sandbox.code().await;
    let other = "x".repeat(43);
    for (name, value, error) in [
        (
            "redirect_uri",
            "http://localhost:3000/other",
            "invalid_grant",
        ),
        ("redirect_uri", "", "invalid_grant"),
        ("code_verifier", "too-short", "invalid_grant"),
        ("code_verifier", "", "invalid_request"),
        ("code_verifier", other.as_str(), "invalid_grant"),
    ] {
        let answer = sandbox.exchange(&code, &[(name, value)]).await;
        assert_eq!(
            answer.oauth_error(),
            (400, error.to_owned()),
            "{name}={value}"
        );
    }
    // The last request guessed a verifier, which invalidates the code.
    let answer = sandbox.exchange(&code, &[]).await;
    assert_eq!(answer.oauth_error(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_code_ends_by_itself() {
    let sandbox = Sandbox::start(&["--code-ttl", "0"]).await;
    let code = sandbox.code().await;
    let answer = sandbox.exchange(&code, &[]).await;
    assert_eq!(answer.oauth_error(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn the_client_must_say_who_it_is_in_the_body() {
    let sandbox = Sandbox::start(&[]).await;
    let code = sandbox.code().await;
    for change in [
        ("client_secret", ""),
        ("client_secret", "wrong"),
        ("client_id", ""),
        ("client_id", "another"),
    ] {
        let answer = sandbox.exchange(&code, &[change]).await;
        assert_eq!(answer.oauth_error(), (401, "invalid_client".to_owned()));
    }
    let basic = Request::post("/oauth2/token")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(AUTHORIZATION, "Basic Zm9vOmJhcg==")
        .body(format!(
            "grant_type=authorization_code&code={code}&code_verifier={VERIFIER}"
        ))
        .unwrap();
    let answer = sandbox.send(basic).await.unwrap();
    assert_eq!(answer.oauth_error(), (401, "invalid_client".to_owned()));
    // None of these requests used the code.
    assert_eq!(sandbox.exchange(&code, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_well_formed_forms_are_read() {
    let sandbox = Sandbox::start(&[]).await;
    let body = json!({"grant_type": "authorization_code", "client_id": CLIENT_ID});
    let json = Request::post("/oauth2/token")
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string())
        .unwrap();
    let answer = sandbox.send(json).await.unwrap();
    assert_eq!(answer.oauth_error(), (400, "invalid_request".to_owned()));

    let credentials = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    for (grant, error) in [
        (None, "invalid_request"),
        (Some("password"), "unsupported_grant_type"),
        (Some("refresh_token"), "invalid_request"),
    ] {
        let mut fields = credentials.to_vec();
        fields.extend(grant.map(|grant| ("grant_type", grant)));
        let answer = sandbox.form("/oauth2/token", &fields).await.unwrap();
        assert_eq!(answer.oauth_error(), (400, error.to_owned()), "{grant:?}");
    }
    let twice = [credentials[0], credentials[1], credentials[0]];
    let answer = sandbox.form("/oauth2/token", &twice).await.unwrap();
    assert_eq!(answer.oauth_error(), (400, "invalid_request".to_owned()));
    let answer = sandbox.get("/oauth2/token").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn anything_can_be_revoked_and_the_answer_is_empty() {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    let credentials = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    for token in [pair.refresh.as_str(), "never heard of"] {
        let fields = [credentials[0], credentials[1], ("token", token)];
        let answer = sandbox.form("/oauth2/revoke", &fields).await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    }
    let refresh = sandbox.refresh(&pair.refresh).await;
    assert_eq!(refresh.oauth_error(), (400, "invalid_grant".to_owned()));
    assert!(
        sandbox.is_alive(&pair.access).await,
        "access tokens live on"
    );
    let answer = sandbox
        .form("/oauth2/revoke", &[("token", "x")])
        .await
        .unwrap();
    assert_eq!(answer.oauth_error(), (401, "invalid_client".to_owned()));
    assert_eq!(sandbox.stat("revocations").await, 2);
}

#[tokio::test]
async fn the_secret_can_change_under_way() {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    sandbox
        .set(json!({"client_secret": "snyk_cs_another-secret-of-more-than-32-characters"}))
        .await;
    let refresh = sandbox.refresh(&pair.refresh).await;
    assert_eq!(refresh.oauth_error(), (401, "invalid_client".to_owned()));
    sandbox.set(json!({"client_secret": CLIENT_SECRET})).await;
    assert_eq!(sandbox.refresh(&pair.refresh).await.status, StatusCode::OK);
}
