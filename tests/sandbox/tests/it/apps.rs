//! Apps that were created at the API, at the OAuth endpoints.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::bed::{
    Answer, CLIENT_ID, CLIENT_SECRET, Pair, REDIRECT_URI, Sandbox, VERIFIER, authorize_query,
    parameter,
};

const API_TOKEN: &str = "5a0dbd0c-0b0e-4b5e-9c1e-5a4db0c5a4db";
const OTHER_URI: &str = "https://app.example/callback";

/// A created app.
struct Created {
    path: String,
    client_id: String,
    secret: String,
}

async fn call(sandbox: &Sandbox, method: Method, path: &str, attributes: Value) -> Answer {
    let body = json!({"data": {"type": "app", "attributes": attributes}});
    let request = Request::builder()
        .method(method)
        .uri(format!("/rest{path}?version=2024-10-15"))
        .header("authorization", format!("token {API_TOKEN}"))
        .header("content-type", "application/vnd.api+json")
        .body(body.to_string())
        .unwrap();
    sandbox.send(request).await.unwrap()
}

async fn create(sandbox: &Sandbox, context: &str) -> Created {
    let orgs = call(sandbox, Method::GET, "/orgs", Value::Null).await;
    let org = orgs.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/orgs/{org}/apps/creations");
    let attributes = json!({"name": "Other", "redirect_uris": [OTHER_URI, REDIRECT_URI],
        "scopes": ["org.read", "org.project.read"], "context": context});
    let created = call(sandbox, Method::POST, &path, attributes).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let data = created.json()["data"].take();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Created {
        path: format!("{path}/{}", text(&data["id"])),
        client_id: text(&data["attributes"]["client_id"]),
        secret: text(&data["attributes"]["client_secret"]),
    }
}

impl Created {
    async fn code(&self, sandbox: &Sandbox) -> String {
        let changes = [
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", OTHER_URI),
            ("scope", "org.read"),
        ];
        let body = json!({"query": authorize_query(&changes), "choice": "group"});
        let answer = sandbox.control(Method::POST, "authorize", body).await;
        let location = answer.json()["location"].as_str().unwrap().to_owned();
        assert!(location.starts_with(OTHER_URI), "{location}");
        parameter(&location, "code").unwrap()
    }

    async fn exchange(&self, sandbox: &Sandbox, code: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", OTHER_URI),
            ("client_id", &self.client_id),
            ("client_secret", &self.secret),
            ("code_verifier", VERIFIER),
        ];
        sandbox.form("/oauth2/token", &fields).await.unwrap()
    }
}

async fn refresh(sandbox: &Sandbox, token: &str, id: &str, secret: &str) -> Answer {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", id),
        ("client_secret", secret),
    ];
    sandbox.form("/oauth2/token", &fields).await.unwrap()
}

#[tokio::test]
async fn an_app_signs_people_in_until_it_is_deleted() {
    for (context, kind) in [("tenant", "app_instance"), ("user", "user")] {
        let sandbox = Sandbox::start(&[]).await;
        let app = create(&sandbox, context).await;
        let code = app.code(&sandbox).await;
        let pair = Pair::of(&app.exchange(&sandbox, &code).await);
        let own = sandbox
            .get_with("/rest/self?version=2024-10-15", &pair.access)
            .await;
        assert_eq!(own.json()["data"]["type"], kind);
        // None of the permissions is among the scopes that an app may have.
        let path = format!("/rest{}?version=2024-10-15", app.path);
        let denied = sandbox.get_with(&path, &pair.access).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN, "{}", denied.body);

        let deleted = call(&sandbox, Method::DELETE, &app.path, Value::Null).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT);
        assert!(!sandbox.is_alive(&pair.access).await);
        let refused = refresh(&sandbox, &pair.refresh, &app.client_id, &app.secret).await;
        assert_eq!(refused.oauth_error(), (401, "invalid_client".to_owned()));
    }
}

#[tokio::test]
async fn codes_and_tokens_belong_to_their_client() {
    let sandbox = Sandbox::start(&[]).await;
    let app = create(&sandbox, "tenant").await;
    let invalid_grant = (400, "invalid_grant".to_owned());
    // The code of the app that is registered from the start.
    let code = sandbox.code().await;
    let stolen = app.exchange(&sandbox, &code).await;
    assert_eq!(stolen.oauth_error(), invalid_grant);

    let code = app.code(&sandbox).await;
    let pair = Pair::of(&app.exchange(&sandbox, &code).await);
    let stolen = refresh(&sandbox, &pair.refresh, CLIENT_ID, CLIENT_SECRET).await;
    assert_eq!(stolen.oauth_error(), invalid_grant);
    let other = [
        ("token", pair.refresh.as_str()),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
    ];
    let revoked = sandbox.form("/oauth2/revoke", &other).await.unwrap();
    assert_eq!(revoked.status, StatusCode::OK);
    Pair::of(&refresh(&sandbox, &pair.refresh, &app.client_id, &app.secret).await);
}
