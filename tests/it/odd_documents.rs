//! Documents of Snyk with members that are `null`, missing, of another type or malformed, at a
//! login: each costs only its own information, and never the connection.

use serde_json::{Value, json};
use tests::Bed;

/// Returns a fault of one value in the response of a path.
fn splice(path: &str, at: &str, text: Option<&str>) -> Value {
    json!({
        "on": { "endpoint": "any", "path": path },
        "fault": { "kind": "splice", "at": at, "text": text },
    })
}

/// Texts that replace a member's value.
const ODD: [Option<&str>; 9] = [
    Some("null"),
    None,
    Some("5"),
    Some("true"),
    Some("[]"),
    Some(r#"{"x":1}"#),
    Some(r#""""#),
    Some(r#""Team \ud83d""#),
    Some(r#""a","extra":1e999,"extra":NaN"#),
];

/// Logs in while a fault is active, and returns the connection.
async fn connected_with(bed: &Bed, fault: &Value) -> Value {
    bed.sandbox.fault(fault.clone()).await;
    let mut browser = bed.browser();
    let answer = bed.finish_after_consent(&mut browser, "group").await;
    bed.sandbox.heal().await;
    assert_eq!(answer.status, 201, "{fault}: {}", answer.text);
    assert_eq!(browser.connections().await.len(), 1, "{fault}");
    answer.json()["connection"].clone()
}

#[tokio::test]
async fn no_form_of_what_is_told_of_the_principal_costs_the_login() {
    let bed = Bed::start().await;
    for at in [
        "/data/attributes/name",
        "/data/attributes/default_org_context",
        "/data/attributes",
        "/data/id",
        "/data/type",
        "/data",
        "/links",
        "/jsonapi",
    ] {
        for text in ODD {
            let connection = connected_with(&bed, &splice("/rest/self", at, text)).await;
            let is_known = !matches!(at, "/data/type" | "/data");
            let context = if is_known {
                json!("tenant")
            } else {
                Value::Null
            };
            assert_eq!(connection["context"], context, "{at} {text:?}");
        }
    }
    assert_eq!(bed.sandbox.count("revocations").await, 0);
}

#[tokio::test]
async fn no_form_of_what_is_told_of_an_organization_costs_the_login() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let usual = bed.connect(&mut browser).await["orgs"].clone();
    for at in [
        "/data/1/attributes/name",
        "/data/1/attributes/slug",
        "/data/1/attributes/is_personal",
        "/data/1/attributes/group_id",
        "/data/1/attributes",
        "/data/1/type",
        "/links",
        "/links/next",
        "/jsonapi",
    ] {
        for text in ODD {
            let connection = connected_with(&bed, &splice("/rest/orgs", at, text)).await;
            let orgs = connection["orgs"].as_array().unwrap();
            assert_eq!(orgs.len(), usual.as_array().unwrap().len(), "{at} {text:?}");
            for (org, usual) in orgs.iter().zip(usual.as_array().unwrap()) {
                assert_eq!(org["id"], usual["id"]);
                assert!(!org["name"].as_str().unwrap().is_empty(), "{org}");
                assert!(org["slug"].is_string(), "{org}");
            }
        }
    }
    // An unknown name is replaced by the next best identifier.
    let path = "/rest/orgs";
    let known = |connection: Value| connection["orgs"][1].clone();
    let name = "/data/1/attributes/name";
    let unnamed = known(connected_with(&bed, &splice(path, name, Some("null"))).await);
    assert_eq!(unnamed["name"], usual[1]["slug"]);
    let broken = Some(r#""Team \ud83d""#);
    let broken = known(connected_with(&bed, &splice(path, name, broken)).await);
    assert_eq!(broken["name"], "Team \u{fffd}");
    let bare = known(connected_with(&bed, &splice(path, "/data/1/attributes", None)).await);
    assert_eq!(bare["name"], usual[1]["id"]);
    assert_eq!(bed.sandbox.count("revocations").await, 0);
}

#[tokio::test]
async fn an_organization_that_cannot_be_read_costs_itself_alone() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let mut usual = bed.connect(&mut browser).await["orgs"].clone();
    usual.as_array_mut().unwrap().remove(1);
    for (at, text) in [
        ("/data/1/id", Some("null")),
        ("/data/1/id", None),
        ("/data/1/id", Some("7")),
        ("/data/1/id", Some(r#""""#)),
        ("/data/1", Some("null")),
        ("/data/1", Some(r#""x""#)),
        ("/data/1", Some("[]")),
    ] {
        let connection = connected_with(&bed, &splice("/rest/orgs", at, text)).await;
        assert_eq!(connection["orgs"], usual, "{at} {text:?}");
    }
}

#[tokio::test]
async fn organizations_of_the_older_interface_are_read_as_leniently() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    // If REST returns no organization, v1 is queried.
    let none = json!({
        "on": { "endpoint": "rest", "path": "/rest/orgs" },
        "fault": { "kind": "splice", "at": "/data", "text": "[]" },
    });
    bed.sandbox.fault(none.clone()).await;
    let usual = bed.connect(&mut browser).await["orgs"].clone();
    let many = usual.as_array().unwrap().len();
    assert!(many > 1, "{usual}");
    for (at, text, left) in [
        ("/orgs/1/name", Some("null"), many),
        ("/orgs/1/name", Some(r#""Team \ud83d""#), many),
        ("/orgs/1/slug", None, many),
        ("/orgs/1/url", Some("5"), many),
        ("/orgs/1/id", Some("null"), many - 1),
        ("/orgs/1", Some("null"), many - 1),
    ] {
        bed.sandbox.fault(none.clone()).await;
        let connection = connected_with(&bed, &splice("/v1/orgs", at, text)).await;
        let orgs = connection["orgs"].as_array().unwrap();
        assert_eq!(orgs.len(), left, "{at} {text:?}");
        assert!(
            orgs.iter()
                .all(|org| !org["name"].as_str().unwrap().is_empty())
        );
    }
}
