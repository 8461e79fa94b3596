//! The endpoints for apps, against Snyk's document.

use serde_json::{Value, json};
use tests::{
    client::Answer,
    free_port,
    registered::{call, call_with, org},
    sandbox::Sandbox,
};

use super::contract::Contract;

const APPS: &str = "/orgs/{org_id}/apps/creations";
const APP: &str = "/orgs/{org_id}/apps/creations/{app_id}";
const SECRETS: &str = "/orgs/{org_id}/apps/creations/{app_id}/secrets";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// The operations: the method, the path, and a valid body.
fn operations() -> [(&'static str, &'static str, Option<Value>); 6] {
    [
        ("post", APPS, Some(attributes())),
        ("get", APPS, None),
        ("get", APP, None),
        ("patch", APP, Some(json!({"name": "Renamed"}))),
        ("post", SECRETS, Some(json!({"mode": "create"}))),
        ("delete", APP, None),
    ]
}

fn attributes() -> Value {
    json!({
        "name": "App",
        "redirect_uris": ["https://app.example/callback"],
        "scopes": ["org.read", "org.project.read"],
        "context": "user",
        "access_token_ttl_seconds": 7_200,
    })
}

/// The document and the sandbox.
struct Checked {
    contract: Contract,
    sandbox: Sandbox,
    org: String,
    app: String,
}

impl Checked {
    async fn start() -> Self {
        let sandbox = Sandbox::start(free_port(), &[]).await;
        let org = org(&sandbox, "meridian-platform").await;
        Self {
            contract: Contract::load_apps(),
            sandbox,
            org,
            app: NOBODY.to_owned(),
        }
    }

    fn concrete(&self, path: &str) -> String {
        path.replace("{org_id}", &self.org)
            .replace("{app_id}", &self.app)
    }

    /// Sends a request, and checks its status and its document.
    async fn expect(
        &mut self,
        status: u16,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let concrete = self.concrete(path);
        let answer = call(&self.sandbox, &method.to_uppercase(), &concrete, body).await;
        self.check(status, method, path, &answer);
        answer
    }

    fn check(&mut self, status: u16, method: &str, path: &str, answer: &Answer) {
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        if status == 204 {
            assert_eq!(answer.text, "");
            assert!(!answer.header("snyk-request-id").is_empty());
        } else {
            self.contract.check(&format!("{method} {path}"), "", answer);
        }
    }

    async fn create(&mut self) -> Value {
        let created = self.expect(201, "post", APPS, Some(attributes())).await;
        let data = created.json()["data"].take();
        data["id"].as_str().unwrap().clone_into(&mut self.app);
        data
    }
}

#[tokio::test]
async fn every_operation_on_apps_answers_as_documented() {
    let mut checked = Checked::start().await;
    let created = checked.create().await;
    let mut expected = created["attributes"].clone();
    let secret = expected["client_secret"].take();
    expected.as_object_mut().unwrap().remove("client_secret");
    for (name, value) in attributes().as_object().unwrap() {
        assert_eq!(created["attributes"][name], *value);
    }
    let shown = checked.expect(200, "get", APP, None).await.json();
    assert_eq!(shown["data"]["attributes"], expected);
    let changes = json!({"name": "Renamed", "redirect_uris": ["http://localhost:1/callback"]});
    let updated = checked
        .expect(200, "patch", APP, Some(changes))
        .await
        .json();
    assert_eq!(updated["data"]["attributes"]["name"], "Renamed");
    assert_eq!(updated["data"]["attributes"]["scopes"], expected["scopes"]);
    let listed = checked.expect(200, "get", APPS, None).await.json();
    assert_eq!(listed["data"][0], updated["data"]);

    let create = Some(json!({"mode": "create"}));
    let second = checked.expect(200, "post", SECRETS, create.clone()).await;
    assert_ne!(second.json()["data"]["attributes"]["client_secret"], secret);
    let third = checked.expect(409, "post", SECRETS, create).await;
    assert!(
        third.text.contains("cannot update secrets"),
        "{}",
        third.text
    );
    let delete = Some(json!({"mode": "delete", "secret": secret}));
    checked.expect(200, "post", SECRETS, delete.clone()).await;
    checked.expect(404, "post", SECRETS, delete).await;
    let replace = Some(json!({"mode": "replace"}));
    checked.expect(200, "post", SECRETS, replace).await;
    checked.expect(204, "delete", APP, None).await;
    checked.expect(404, "delete", APP, None).await;

    for _ in 0..11 {
        checked.create().await;
    }
    let first = checked.expect(200, "get", APPS, None).await.json();
    assert_eq!(first["data"].as_array().unwrap().len(), 10);
    assert!(!first["links"]["next"].is_null(), "{}", first["links"]);
}

#[tokio::test]
async fn every_refusal_of_apps_answers_as_documented() {
    let mut checked = Checked::start().await;
    let read_only = org(&checked.sandbox, "legacy-estate-ro").await;
    let own = checked.org.clone();
    for (method, path, body) in operations() {
        let wrong = format!("{}?colour=red", checked.concrete(path));
        let upper = method.to_uppercase();
        let answer = call(&checked.sandbox, &upper, &wrong, body.clone()).await;
        checked.check(400, method, path, &answer);
        for authorization in ["", "token made-up", "bearer made.up.token"] {
            let path_of_app = checked.concrete(path);
            let sandbox = &checked.sandbox;
            let answer =
                call_with(sandbox, authorization, &upper, &path_of_app, body.clone()).await;
            checked.check(401, method, path, &answer);
        }
        checked.org.clone_from(&read_only);
        // Viewing is permitted everywhere.
        let status = match (method, path) {
            ("get", APPS) => 200,
            ("get", _) => 404,
            _ => 403,
        };
        checked.expect(status, method, path, body.clone()).await;
        checked.org = NOBODY.to_owned();
        checked.expect(404, method, path, body.clone()).await;
        checked.org.clone_from(&own);
        if path != APPS {
            checked.expect(404, method, path, body.clone()).await;
        }
        if body.is_some() {
            let unknown = Some(json!({"colour": "red"}));
            let answer = checked.expect(400, method, path, unknown).await;
            assert!(answer.text.contains("/data/attributes"), "{}", answer.text);
        }
        checked
            .sandbox
            .fault(json!({"on": {"endpoint": "rest", "method": upper},
                "fault": {"kind": "status", "status": 500}}))
            .await;
        let concrete = checked.concrete(path);
        let answer = call(&checked.sandbox, &upper, &concrete, body).await;
        assert_eq!(answer.status, 500);
        let operation = format!("{method} {path}");
        let complaints = checked.contract.complaints(&operation, 500, &answer.json());
        assert!(complaints.is_empty(), "{operation}: {complaints:#?}");
        checked.sandbox.heal().await;
    }
}
