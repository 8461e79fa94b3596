//! An app that was created at the sandbox's endpoints for apps.

use serde_json::{Value, json};

use crate::{
    client::{Answer, Client},
    registration::{API_TOKEN, CLIENT_ID, SCOPES},
    sandbox::Sandbox,
};

/// A created app.
#[derive(Clone, Debug)]
pub struct RegisteredApp {
    /// The organization that owns it.
    pub org: String,
    /// The app's id.
    pub id: String,
    /// The client id.
    pub client_id: String,
    /// The first client secret.
    pub secret: String,
}

impl RegisteredApp {
    /// Creates an app whose redirect URI is that of an app on this port.
    pub async fn create(sandbox: &Sandbox, app_port: u16) -> Self {
        let org = org(sandbox, "meridian-platform").await;
        let attributes = json!({
            "name": "Fathom",
            "redirect_uris": [format!("http://localhost:{app_port}/callback")],
            "scopes": SCOPES.split(' ').collect::<Vec<_>>(),
            "context": "tenant",
        });
        let path = format!("/orgs/{org}/apps/creations");
        let answer = call(sandbox, "POST", &path, Some(attributes)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let data = answer.json()["data"].take();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Self {
            org,
            id: text(&data["id"]),
            client_id: text(&data["attributes"]["client_id"]),
            secret: text(&data["attributes"]["client_secret"]),
        }
    }

    /// Signs in to this app in a browser, and returns the connection.
    pub async fn connect(&self, sandbox: &Sandbox, browser: &mut Client) -> Value {
        let mut attempt = browser.start_login(Some("/")).await;
        let query = attempt.authorize_query.replace(CLIENT_ID, &self.client_id);
        attempt.authorize_query = query;
        let callback = sandbox.consent(&attempt, "group", "allow").await;
        let answer = browser.finish(&callback).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["connection"].take()
    }

    /// Presents a secret at the token endpoint, and returns the OAuth error. `invalid_grant` shows
    /// that the secret is accepted.
    pub async fn present(&self, sandbox: &Sandbox, secret: &str) -> String {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", "none"),
            ("client_id", &self.client_id),
            ("client_secret", secret),
        ];
        let request = crate::client::http().post(format!("{}/oauth2/token", sandbox.url));
        let answer = request.form(&form).send().await.expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        answer["error"].as_str().unwrap_or_default().to_owned()
    }
}

/// Returns the id of an organization.
pub async fn org(sandbox: &Sandbox, slug: &str) -> String {
    let path = format!("/orgs?slug={slug}");
    let orgs = call(sandbox, "GET", &path, None).await.json();
    let id = orgs["data"][0]["id"].as_str();
    id.expect("the organization").to_owned()
}

/// Sends a request as the person with the API token. `attributes` are those of its body.
pub async fn call(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    attributes: Option<Value>,
) -> Answer {
    call_with(
        sandbox,
        &format!("token {API_TOKEN}"),
        method,
        path,
        attributes,
    )
    .await
}

/// Sends a request with that `Authorization`.
pub async fn call_with(
    sandbox: &Sandbox,
    authorization: &str,
    method: &str,
    path: &str,
    attributes: Option<Value>,
) -> Answer {
    let mark = if path.contains('?') { '&' } else { '?' };
    let url = format!("{}/rest{path}{mark}version=2024-10-15", sandbox.url);
    let method = method.parse().expect("a method");
    let mut request = crate::client::http()
        .request(method, url)
        .header("authorization", authorization);
    if let Some(attributes) = attributes {
        let body = json!({"data": {"type": "app", "attributes": attributes}});
        request = request
            .header("content-type", "application/vnd.api+json")
            .body(body.to_string());
    }
    let answer = request.send().await.expect("an answer");
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        text: answer.text().await.expect("the whole answer"),
    }
}
