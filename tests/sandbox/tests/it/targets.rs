//! Targets: the empty ones, the count, the filters.

use serde_json::Value;

use crate::bed::{Sandbox, encoded};

/// A predicate for the resources that a filter should keep.
type Keep<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

#[tokio::test]
async fn empty_targets_are_left_out_unless_asked_for() {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    let org = sandbox.org(&pair, "meridian-platform").await;
    let used = sandbox.walk(&pair, &org, "targets", "limit=7").await;
    let all = sandbox
        .walk(&pair, &org, "targets", "limit=100&exclude_empty=false")
        .await;
    assert!(used.len() < all.len(), "{} of {}", used.len(), all.len());
    let page = sandbox
        .read(&pair, &org, "targets", "limit=1&count=true")
        .await
        .json();
    assert_eq!(page["meta"]["count"].as_u64(), Some(used.len() as u64));
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    let path = format!("targets/{}", used[9]["id"].as_str().unwrap());
    let one = sandbox.read(&pair, &org, &path, "").await.json();
    assert_eq!(one["data"], used[9]);
}

#[tokio::test]
async fn filters_hold_and_miss_nothing() {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    let org = sandbox.org(&pair, "meridian-payments").await;
    let all = sandbox.walk(&pair, &org, "targets", "limit=100").await;
    let attribute = |it: &Value, name: &str| it["attributes"][name].clone();
    let origin = |it: &Value| {
        it["relationships"]["integration"]["data"]["attributes"]["integration_type"].clone()
    };
    let url = all
        .iter()
        .find_map(|it| it["attributes"]["url"].as_str())
        .unwrap();
    let day = "2024-06-01T00:00:00Z";
    let cases: Vec<([(&str, &str); 1], Keep<'_>)> = vec![
        (
            [("is_private", "false")],
            Box::new(|it| attribute(it, "is_private") == false),
        ),
        (
            [("source_types", "gitlab,ecr")],
            Box::new(|it| origin(it) == "gitlab" || origin(it) == "ecr"),
        ),
        ([("url", url)], Box::new(|it| attribute(it, "url") == url)),
        (
            [("display_name", "meridian/customs")],
            Box::new(|it| {
                let name = attribute(it, "display_name");
                name.as_str().unwrap().starts_with("meridian/customs")
            }),
        ),
        (
            [("created_gte", day)],
            Box::new(|it| attribute(it, "created_at").as_str().unwrap() >= day),
        ),
    ];
    for (query, keep) in cases {
        let text = format!("limit=100&{}", encoded(&query));
        let found = sandbox.walk(&pair, &org, "targets", &text).await;
        let expected: Vec<Value> = all.iter().filter(|it| keep(it)).cloned().collect();
        assert!(!expected.is_empty(), "{query:?} asks for something");
        assert_eq!(found, expected, "{query:?}");
    }
    let uploaded = all.iter().find(|it| origin(it) == "cli").unwrap();
    assert_eq!(uploaded["attributes"]["url"], Value::Null);
    assert_eq!(
        uploaded["relationships"]["integration"]["data"]["id"],
        Value::Null
    );
}
