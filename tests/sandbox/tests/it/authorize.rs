//! The authorization request and the decision on it.

use http::{Method, StatusCode};
use serde_json::json;

use crate::bed::{Sandbox, authorize_query, parameter};

#[tokio::test]
async fn the_page_names_the_app_and_may_lead_back_to_it_only() {
    let sandbox = Sandbox::start(&["--app-name", "Fathom <b>&"]).await;
    let answer = sandbox
        .get(&format!("/oauth2/authorize?{}", authorize_query(&[])))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.body.contains("<b>"), "names are escaped");
    assert!(answer.body.contains(">Refuse</button>"));
    assert!(answer.body.contains("org.project.read"));
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(
        policy.contains("form-action 'self' http://localhost:3000;"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let sandbox = Sandbox::start(&[]).await;
    for wrong in [
        "http://localhost:3000/callback/",
        "http://localhost:3000/Callback",
        "http://127.0.0.1:3000/callback",
        "http://localhost:3000/callback?x=1",
        "http://evil.example/callback",
    ] {
        let query = authorize_query(&[("redirect_uri", wrong)]);
        let answer = sandbox.get(&format!("/oauth2/authorize?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(answer.header("location"), "");
    }
    let query = authorize_query(&[("client_id", "another")]);
    let answer = sandbox.get(&format!("/oauth2/authorize?{query}")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let twice = format!(
        "{}&redirect_uri=http%3A%2F%2Fevil.example",
        authorize_query(&[])
    );
    let answer = sandbox.get(&format!("/oauth2/authorize?{twice}")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn other_errors_go_back_to_the_app_with_its_state() {
    let sandbox = Sandbox::start(&[]).await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        (
            "code_challenge",
            "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90",
            "invalid_request",
        ),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("scope", "org.read org.delete", "invalid_scope"),
    ] {
        let query = authorize_query(&[(name, value)]);
        let answer = sandbox.get(&format!("/oauth2/authorize?{query}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}={value}");
        let location = answer.header("location");
        assert!(location.starts_with("http://localhost:3000/callback?"));
        assert_eq!(
            parameter(location, "error").as_deref(),
            Some(error),
            "{name}={value}"
        );
        assert_eq!(
            parameter(location, "state").as_deref(),
            Some("a state of one’s own + more")
        );
    }
}

#[tokio::test]
async fn the_form_gives_a_code_or_a_refusal() {
    let sandbox = Sandbox::start(&[]).await;
    let query = authorize_query(&[]);
    let allow = [
        ("request", query.as_str()),
        ("choice", "org:research"),
        ("decision", "allow"),
    ];
    let answer = sandbox.form("/oauth2/authorize", &allow).await.unwrap();
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let code = parameter(answer.header("location"), "code").unwrap();
    assert_eq!(sandbox.exchange(&code, &[]).await.status, StatusCode::OK);

    let refuse = [("request", query.as_str()), ("decision", "refuse")];
    let answer = sandbox.form("/oauth2/authorize", &refuse).await.unwrap();
    let location = answer.header("location");
    assert_eq!(
        parameter(location, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(parameter(location, "code"), None);
    assert_eq!(sandbox.stat("consents").await, 2);
    assert_eq!(sandbox.stat("codes_issued").await, 1);

    let nowhere = [
        ("request", query.as_str()),
        ("choice", "org:none"),
        ("decision", "allow"),
    ];
    let answer = sandbox.form("/oauth2/authorize", &nowhere).await.unwrap();
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn it_goes_wrong_on_purpose() {
    let sandbox = Sandbox::start(&[]).await;
    let query = authorize_query(&[]);
    let wrong = async |wrong: &str| {
        let fields = [
            ("request", query.as_str()),
            ("choice", "group"),
            ("wrong", wrong),
        ];
        let answer = sandbox.form("/oauth2/authorize", &fields).await.unwrap();
        answer.header("location").to_owned()
    };
    let location = wrong("state").await;
    assert_ne!(
        parameter(&location, "state").as_deref(),
        Some("a state of one’s own + more")
    );
    let location = wrong("server_error").await;
    assert_eq!(
        parameter(&location, "error").as_deref(),
        Some("server_error")
    );
    let code = parameter(&wrong("less").await, "code").unwrap();
    let answer = sandbox.exchange(&code, &[]).await;
    assert_eq!(answer.json()["scope"], "org.read org.project.read");
    assert!(parameter(&wrong("late").await, "code").is_some());
}

#[tokio::test]
async fn without_a_browser_the_same_rules_hold() {
    let sandbox = Sandbox::start(&[]).await;
    let refused = sandbox
        .control(
            Method::POST,
            "authorize",
            json!({"query": authorize_query(&[]), "decision": "refuse"}),
        )
        .await;
    let location = refused.json()["location"].as_str().unwrap().to_owned();
    assert_eq!(
        parameter(&location, "error").as_deref(),
        Some("access_denied")
    );
    let wrong = sandbox
        .control(
            Method::POST,
            "authorize",
            json!({"query": authorize_query(&[("code_challenge_method", "plain")])}),
        )
        .await;
    let location = wrong.json()["location"].as_str().unwrap().to_owned();
    assert_eq!(
        parameter(&location, "error").as_deref(),
        Some("invalid_request")
    );
}
