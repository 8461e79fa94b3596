//! The control interface: access control and responses.

use http::header::{HOST, ORIGIN};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::bed::{CLIENT_SECRET, Pair, Sandbox, authorize_query, parameter};

#[tokio::test]
async fn web_pages_are_refused() {
    let sandbox = Sandbox::start(&[]).await;
    for (name, value) in [
        (ORIGIN, "http://localhost:3000"),
        (ORIGIN, "null"),
        (HOST, "evil.example"),
        (HOST, "localhost.evil.example:80"),
        (HOST, "192.168.0.1"),
    ] {
        let request = Request::get("/_sandbox/secrets")
            .header(name, value)
            .body(String::new())
            .unwrap();
        let answer = sandbox.send(request).await.unwrap();
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{value}");
    }
    for host in ["localhost:1", "127.0.0.1", "[::1]:80"] {
        let request = Request::get("/_sandbox/secrets")
            .header(HOST, host)
            .body(String::new())
            .unwrap();
        assert_eq!(
            sandbox.send(request).await.unwrap().status,
            StatusCode::OK,
            "{host}"
        );
    }
}

#[tokio::test]
async fn every_secret_is_known_and_long() {
    let sandbox = Sandbox::start(&[]).await;
    let code = sandbox.code().await;
    let first = Pair::of(&sandbox.exchange(&code, &[]).await);
    let second = Pair::of(&sandbox.refresh(&first.refresh).await);
    let secrets = sandbox.get("/_sandbox/secrets").await.json();
    let secrets: Vec<&str> = secrets
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| secret.as_str().unwrap())
        .collect();
    assert_eq!(
        secrets,
        [
            CLIENT_SECRET,
            &code,
            &first.access,
            &first.refresh,
            &second.access,
            &second.refresh
        ]
    );
    assert!(secrets.iter().all(|secret| secret.len() >= 32));
}

#[tokio::test]
async fn requests_are_kept_in_order() {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    sandbox.get_with("/v1/orgs?a=1", &pair.access).await;
    let record = sandbox.get("/_sandbox/requests").await.json();
    assert_eq!(
        record.as_array().unwrap().len(),
        2,
        "control requests are left out"
    );
    assert_eq!(record[0]["endpoint"], "token.code");
    assert_eq!(record[0]["form"]["client_secret"], CLIENT_SECRET);
    assert_eq!(record[1]["path"], "/v1/orgs");
    assert_eq!(record[1]["query"], "a=1");
    assert_eq!(record[1]["status"], 200);
    assert_eq!(
        record[1]["headers"]["authorization"],
        format!("Bearer {}", pair.access)
    );
    assert_eq!(record[0]["granted"], pair.refresh);
    assert_eq!(record[1]["granted"], Value::Null);
    let later = sandbox.get("/_sandbox/requests?since=1").await.json();
    assert_eq!(later[0]["n"], 2);
    let tokens = sandbox.get("/_sandbox/requests?path=/oauth2").await.json();
    assert_eq!(tokens, json!([record[0]]));
    sandbox
        .control(Method::DELETE, "requests", Value::Null)
        .await;
    assert_eq!(sandbox.get("/_sandbox/requests").await.json(), json!([]));
}

#[tokio::test]
async fn settings_are_patched_and_mistakes_refused() {
    let sandbox = Sandbox::start(&[]).await;
    sandbox
        .set(json!({"rotation": "grace:30", "grant_scopes": "org.read", "iss": "https://x.test"}))
        .await;
    let settings = sandbox.get("/_sandbox/settings").await.json();
    assert_eq!(settings["rotation"], "grace:30");
    sandbox.set(json!({"grant_scopes": null})).await;
    let settings = sandbox.get("/_sandbox/settings").await.json();
    assert_eq!(settings["grant_scopes"], Value::Null);
    for wrong in [
        json!({"rotation": "loose"}),
        json!({"acess_ttl": 1}),
        json!({"access_ttl": -1}),
    ] {
        let request = Request::put("/_sandbox/settings")
            .body(wrong.to_string())
            .unwrap();
        assert_eq!(
            sandbox.send(request).await.unwrap().status,
            StatusCode::BAD_REQUEST
        );
    }
    sandbox.get("/rest/self").await;
    sandbox.control(Method::DELETE, "stats", Value::Null).await;
    assert_eq!(sandbox.stat("rest").await, 0);
}

#[tokio::test]
async fn organizations_come_and_go_and_another_person_signs_in() {
    let sandbox = Sandbox::start(&["--context", "user"]).await;
    let who_and_where = async || {
        let code = sandbox.code().await;
        let pair = Pair::of(&sandbox.exchange(&code, &[]).await);
        let me = sandbox
            .get_with("/rest/self?version=2024-10-15", &pair.access)
            .await
            .json();
        let orgs = sandbox
            .get_with("/rest/orgs?version=2024-10-15&limit=100", &pair.access)
            .await;
        let slugs: Vec<String> = orgs.json()["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|org| org["attributes"]["slug"].as_str().unwrap().to_owned())
            .collect();
        (me["data"]["id"].clone(), slugs)
    };
    let (person, before) = who_and_where().await;
    let change = json!({"extra_orgs": 1, "removed_orgs": ["research"], "person": "b@example.test"});
    sandbox.set(change).await;
    let (other, after) = who_and_where().await;
    assert_ne!(person, other);
    assert_eq!(before.len(), after.len());
    assert!(before.contains(&"research".to_owned()) && !after.contains(&"research".to_owned()));
    assert_eq!(after.last().unwrap(), "depot-0001");
}

#[tokio::test]
async fn the_people_who_decide_and_the_servers_that_ask_can_be_told_apart() {
    let sandbox = Sandbox::start(&["--context", "user"]).await;
    let mut seen = Vec::new();
    for person in ["a@example.test", "b@example.test"] {
        let body = json!({"query": authorize_query(&[]), "person": person});
        let decided = sandbox
            .control(Method::POST, "authorize", body)
            .await
            .json();
        let code = parameter(decided["location"].as_str().unwrap(), "code").unwrap();
        let pair = Pair::of(&sandbox.exchange(&code, &[]).await);
        let own = sandbox
            .get_with("/rest/self?version=2024-10-15", &pair.access)
            .await;
        assert_eq!(own.json()["data"]["id"], decided["user_id"]);
        seen.push((decided["user_id"].clone(), pair));
    }
    assert_ne!(seen[0].0, seen[1].0);

    let second = "snyk_cs_second-0123456789abcdef0123456789";
    sandbox.set(json!({"further_secrets": [second]})).await;
    for (secret, status) in [
        (CLIENT_SECRET, StatusCode::OK),
        (second, StatusCode::OK),
        ("snyk_cs_another", StatusCode::UNAUTHORIZED),
    ] {
        let code = sandbox.code().await;
        let answer = sandbox.exchange(&code, &[("client_secret", secret)]).await;
        assert_eq!(answer.status, status, "{secret}");
    }
}
