//! Issues: of every kind, by filter and by project.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::bed::{Pair, Sandbox};

/// A predicate for the resources that a filter should keep.
type Keep<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

async fn start(slug: &str) -> (Sandbox, Pair, String) {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    let org = sandbox.org(&pair, slug).await;
    (sandbox, pair, org)
}

fn ids<'a>(items: impl IntoIterator<Item = &'a Value>) -> Vec<&'a str> {
    items
        .into_iter()
        .map(|item| item["id"].as_str().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn every_kind_of_issue_occurs() {
    let (sandbox, pair, org) = start("logistics-jp").await;
    let all = sandbox.walk(&pair, &org, "issues", "limit=100").await;
    let distinct: BTreeSet<_> = ids(&all).into_iter().collect();
    assert_eq!(distinct.len(), all.len(), "none comes twice");

    let texts: Vec<String> = all.iter().map(Value::to_string).collect();
    for wanted in [
        r#""effective_severity_level":"info""#,
        r#""effective_severity_level":"critical""#,
        r#""type":"package_vulnerability""#,
        r#""type":"license""#,
        r#""type":"cloud""#,
        r#""type":"code""#,
        r#""type":"custom""#,
        r#""type":"config""#,
        r#""type":"environment""#,
        r#""status":"resolved""#,
        r#""ignored":true"#,
        r#""id":"CVE-"#,
        r#""id":"GHSA-"#,
        r#""id":"CWE-"#,
        r#""dependency":"#,
        r#""resourcePath":"#,
        r#""cloud_resource":"#,
        r#""sourceLocation":"#,
        r#""is_upgradeable":true"#,
        r#""is_patchable":true"#,
        r#""is_pinnable":true"#,
        r#""is_fixable_manually":true"#,
        r#""reachability":"function""#,
        r#""reachability":"not-applicable""#,
        r#""resolution":{"resolved_at"#,
        r#""name":"public_facing""#,
    ] {
        assert!(texts.iter().any(|text| text.contains(wanted)), "{wanted}");
    }
    let any = |what: &dyn Fn(&Value) -> bool| all.iter().any(|it| what(&it["attributes"]));
    assert!(
        any(&|it| it.as_object().unwrap().len() == 8),
        "only what is required"
    );
    assert!(any(&|it| it["risk"]["score"].is_object()));
    assert!(any(
        &|it| it["risk"].is_object() && it["risk"]["score"].is_null()
    ));
    assert!(any(&|it| it["risk"].is_null() && it["problems"].is_array()));
    let cves = |it: &Value| it["problems"].to_string().matches("\"CVE-").count();
    assert!(any(&|it| cves(it) >= 3), "several problems");
    for it in all.iter().map(|it| &it["attributes"]) {
        assert!(
            it["created_at"].as_str() <= it["updated_at"].as_str(),
            "{it}"
        );
    }
}

#[tokio::test]
async fn the_known_project_has_the_known_issues() {
    let (sandbox, pair, org) = start("meridian-payments").await;
    let name =
        "meridian/checkout-gateway:services/settlement/reconciliation-worker/package-lock.json";
    let query = format!("names={name}&meta.latest_issue_counts=true");
    let projects = sandbox.read(&pair, &org, "projects", &query).await.json();
    let counts = &projects["data"][0]["meta"]["latest_issue_counts"];
    assert_eq!(counts["critical"], 6);
    assert_eq!(counts["low"], 104);
    let id = projects["data"][0]["id"].as_str().unwrap();
    let of_project = format!("limit=100&scan_item.id={id}&scan_item.type=project");
    let open = format!("{of_project}&status=open&ignored=false");
    let issues = sandbox.walk(&pair, &org, "issues", &open).await;
    assert_eq!(issues.len(), 231);
    let keys: Vec<&str> = issues
        .iter()
        .map(|it| it["attributes"]["key"].as_str().unwrap())
        .collect();
    assert!(
        keys.contains(&"SNYK-JS-LODASH-567746:lodash:4.17.15"),
        "{keys:?}"
    );
    for issue in &issues {
        assert_eq!(issue["relationships"]["scan_item"]["data"]["id"], id);
    }
    // The ignored and the resolved issues exist too, and each is found by its id.
    let all = sandbox.walk(&pair, &org, "issues", &of_project).await;
    assert!(all.len() > 231);
    let path = format!("issues/{}", all[5]["id"].as_str().unwrap());
    let one = sandbox.read(&pair, &org, &path, "").await.json();
    assert_eq!(one["data"], all[5]);
}

#[tokio::test]
async fn filters_hold_and_miss_nothing() {
    let (sandbox, pair, org) = start("legacy-estate-ro").await;
    let all = sandbox.walk(&pair, &org, "issues", "limit=100").await;
    let middle = all[all.len() / 2]["attributes"]["created_at"]
        .as_str()
        .unwrap();
    let text = |it: &Value, name: &str| {
        it["attributes"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let cases: Vec<(String, Keep<'_>)> = vec![
        (
            "type=license".to_owned(),
            Box::new(|it| text(it, "type") == "license"),
        ),
        (
            "effective_severity_level=critical,high".to_owned(),
            Box::new(|it| {
                ["critical", "high"].contains(&text(it, "effective_severity_level").as_str())
            }),
        ),
        (
            "status=resolved".to_owned(),
            Box::new(|it| text(it, "status") == "resolved"),
        ),
        ("status=open,resolved".to_owned(), Box::new(|_| true)),
        (
            "ignored=true".to_owned(),
            Box::new(|it| it["attributes"]["ignored"] == true),
        ),
        (
            "ignored=false&status=open".to_owned(),
            Box::new(|it| it["attributes"]["ignored"] == false && text(it, "status") == "open"),
        ),
        (
            format!("created_before={middle}"),
            Box::new(|it| text(it, "created_at").as_str() < middle),
        ),
        (
            format!("created_after={middle}"),
            Box::new(|it| text(it, "created_at").as_str() > middle),
        ),
        (
            format!("updated_before={middle}"),
            Box::new(|it| text(it, "updated_at").as_str() < middle),
        ),
        (
            format!("updated_after={middle}&type=license"),
            Box::new(|it| {
                text(it, "updated_at").as_str() > middle && text(it, "type") == "license"
            }),
        ),
    ];
    for (query, keep) in cases {
        let found = sandbox
            .walk(&pair, &org, "issues", &format!("limit=100&{query}"))
            .await;
        let expected: Vec<&Value> = all.iter().filter(|it| keep(it)).collect();
        assert!(!expected.is_empty(), "{query} asks for something");
        assert_eq!(ids(&found), ids(expected), "{query}");
    }
}

#[tokio::test]
async fn links_are_left_out_where_there_is_one_page() {
    let (sandbox, pair, org) = start("legacy-estate-ro").await;
    let query = "effective_severity_level=critical&status=open&ignored=false";
    let page = sandbox.read(&pair, &org, "issues", query).await.json();
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert_eq!(page.get("links"), None);
    let page = sandbox.read(&pair, &org, "issues", "").await.json();
    assert!(!page["links"]["next"].is_null());
    // A project that does not exist has no issues.
    let nobody = "scan_item.id=00000000-0000-4000-8000-000000000000&scan_item.type=project";
    let page = sandbox.read(&pair, &org, "issues", nobody).await.json();
    assert_eq!(page["data"], Value::Array(vec![]));
}
