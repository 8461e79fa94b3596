//! Projects: pages in both directions, filters, counts that agree with the issues.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::Value;

use crate::bed::{Pair, Sandbox, encoded};

/// A predicate for the resources that a filter should keep.
type Keep<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

async fn start(slug: &str) -> (Sandbox, Pair, String) {
    let sandbox = Sandbox::start(&[]).await;
    let pair = sandbox.connect().await;
    let org = sandbox.org(&pair, slug).await;
    (sandbox, pair, org)
}

fn ids(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn all_pages_make_the_whole() {
    let (sandbox, pair, org) = start("meridian-payments").await;
    let all = sandbox.walk(&pair, &org, "projects", "limit=100").await;
    let count = sandbox
        .read(&pair, &org, "projects", "meta_count=only")
        .await
        .json();
    assert_eq!(all.len(), 4_012);
    assert_eq!(count["meta"]["count"], 4_012);
    assert_eq!(count.get("data"), None);
    let distinct: BTreeSet<_> = ids(&all).into_iter().collect();
    assert_eq!(distinct.len(), 4_012, "none comes twice");
}

#[tokio::test]
async fn the_way_back_has_the_same_pages() {
    let (sandbox, pair, org) = start("logistics-jp").await;
    for (what, query) in [
        ("projects", "limit=30"),
        ("projects", "types=npm,maven"),
        ("issues", "limit=100&status=open&ignored=false"),
        ("issues", "effective_severity_level=critical"),
        ("targets", "limit=7"),
        ("targets", "limit=1&display_name=registry"),
    ] {
        let (there, back) = sandbox.walk_both(&pair, &org, what, query).await;
        assert!(there.len() > 1, "{what}?{query}");
        assert_eq!(ids(&there), ids(&back), "{what}?{query}");
    }
}

#[tokio::test]
async fn the_same_seed_is_the_same_world() {
    let mut worlds = Vec::new();
    for arguments in [
        ["--seed", "7", "--as-of", "2026-03-25T12:00:00Z"],
        ["--seed", "7", "--as-of", "2026-03-25T12:00:00Z"],
        ["--seed", "8", "--as-of", "2026-03-25T12:00:00Z"],
    ] {
        let sandbox = Sandbox::start(&arguments).await;
        let pair = sandbox.connect().await;
        let org = sandbox.org(&pair, "logistics-jp").await;
        let query = "limit=100&expand=target&meta.latest_issue_counts=true";
        let projects = sandbox.read(&pair, &org, "projects", query).await.json();
        let issues = sandbox
            .read(&pair, &org, "issues", "limit=100")
            .await
            .json();
        worlds.push((projects["data"].clone(), issues["data"].clone()));
    }
    assert_eq!(worlds[0], worlds[1]);
    assert_ne!(worlds[0].0, worlds[2].0);
}

#[tokio::test]
async fn counts_are_those_of_the_issues() {
    let (sandbox, pair, org) = start("legacy-estate-ro").await;
    let query = "limit=100&meta.latest_issue_counts=true";
    let projects = sandbox.walk(&pair, &org, "projects", query).await;
    let mut totals = [0; 4];
    for project in &projects {
        let counts = &project["meta"]["latest_issue_counts"];
        let id = project["id"].as_str().unwrap();
        for (at, severity) in ["critical", "high", "medium", "low"].iter().enumerate() {
            let query = format!(
                "limit=100&scan_item.id={id}&scan_item.type=project&status=open&ignored=false\
                 &effective_severity_level={severity}"
            );
            let issues = sandbox.walk(&pair, &org, "issues", &query).await;
            let counted = counts[severity].as_u64().unwrap_or_default();
            assert_eq!(issues.len() as u64, counted, "{severity} of {id}");
            totals[at] += issues.len();
        }
    }
    assert_eq!(totals, [1, 24, 207, 341]);
}

#[tokio::test]
async fn filters_hold_and_miss_nothing() {
    let (sandbox, pair, org) = start("meridian-platform").await;
    let all = sandbox
        .walk(&pair, &org, "projects", "limit=100&expand=target")
        .await;
    let attribute = |name: &'static str| move |it: &Value| it["attributes"][name].clone();
    let has = |name: &'static str, word: &'static str| {
        move |it: &Value| {
            let list = it["attributes"][name]
                .as_array()
                .cloned()
                .unwrap_or_default();
            list.iter().any(|known| *known == word)
        }
    };
    let target = all
        .iter()
        .find(|it| it["attributes"]["name"] == "meridian/fleet-telemetry:pom.xml")
        .unwrap()["relationships"]["target"]["data"]
        .clone();
    let target_id = target["id"].as_str().unwrap().to_owned();
    let cases: Vec<(Vec<(&str, &str)>, Keep<'_>)> = vec![
        (
            vec![("types", "npm,cargo")],
            Box::new(|it| {
                ["npm", "cargo"]
                    .iter()
                    .any(|kind| attribute("type")(it) == *kind)
            }),
        ),
        (
            vec![("origins", "gitlab"), ("types", "maven")],
            Box::new(|it| attribute("origin")(it) == "gitlab" && attribute("type")(it) == "maven"),
        ),
        (
            vec![(
                "names",
                "meridian/fleet-telemetry:pom.xml,meridian/dispatch:Code analysis",
            )],
            Box::new(|it| {
                let name = attribute("name")(it);
                name == "meridian/fleet-telemetry:pom.xml"
                    || name == "meridian/dispatch:Code analysis"
            }),
        ),
        (
            vec![("names_start_with", "meridian/портал")],
            Box::new(|it| {
                attribute("name")(it)
                    .as_str()
                    .unwrap()
                    .starts_with("meridian/портал")
            }),
        ),
        (
            vec![("target_reference", "develop")],
            Box::new(|it| attribute("target_reference")(it) == "develop"),
        ),
        (
            vec![("target_file", "pom.xml")],
            Box::new(|it| attribute("target_file")(it) == "pom.xml"),
        ),
        (
            vec![("target_runtime", "net8.0")],
            Box::new(|it| attribute("target_runtime")(it) == "net8.0"),
        ),
        (
            vec![("business_criticality", "critical,high")],
            Box::new(|it| {
                has("business_criticality", "critical")(it)
                    && has("business_criticality", "high")(it)
            }),
        ),
        (
            vec![("environment", "mobile")],
            Box::new(has("environment", "mobile")),
        ),
        (
            vec![("lifecycle", "sandbox")],
            Box::new(has("lifecycle", "sandbox")),
        ),
        (
            vec![("tags", "compliance:pci:dss")],
            Box::new(|it| it["attributes"]["tags"].to_string().contains("pci:dss")),
        ),
        (
            vec![("target_id", &target_id)],
            Box::new(|it| it["relationships"]["target"]["data"]["id"] == target["id"]),
        ),
    ];
    for (query, keep) in cases {
        let text = format!("limit=100&expand=target&{}", encoded(&query));
        let found = sandbox.walk(&pair, &org, "projects", &text).await;
        let expected: Vec<Value> = all.iter().filter(|it| keep(it)).cloned().collect();
        assert!(!expected.is_empty(), "{query:?} asks for something");
        assert_eq!(ids(&found), ids(&expected), "{query:?}");
    }
}

#[tokio::test]
async fn who_imported_it_and_when_it_was_sent_can_be_asked() {
    let (sandbox, pair, org) = start("meridian-platform").await;
    let all = sandbox.walk(&pair, &org, "projects", "limit=100").await;
    let importer = all
        .iter()
        .find_map(|it| it["relationships"]["importer"]["data"]["id"].as_str())
        .unwrap();
    // Some resources omit the importer, and some the time of the upload.
    let query = format!("limit=100&importing_user_public_id={importer}");
    let brought = sandbox.walk(&pair, &org, "projects", &query).await;
    let told =
        |it: &&Value| it["relationships"]["importer"]["data"]["id"].as_str() == Some(importer);
    assert!(all.iter().filter(told).count() > 0);
    assert!(brought.len() >= all.iter().filter(told).count());
    let day = "cli_monitored_after=2020-01-01T00:00:00Z";
    let sent = sandbox
        .walk(&pair, &org, "projects", &format!("limit=100&{day}"))
        .await;
    assert!(sent.iter().all(|it| it["attributes"]["origin"] == "cli"));
    assert!(!sent.is_empty());
}

#[tokio::test]
async fn one_project_is_as_in_the_list() {
    let (sandbox, pair, org) = start("equipe-donnees-mtl").await;
    let query = "expand=target&meta.latest_issue_counts=true&meta.latest_dependency_total=true";
    let list = sandbox.read(&pair, &org, "projects", query).await.json();
    let listed = &list["data"][3];
    let path = format!("projects/{}", listed["id"].as_str().unwrap());
    let one = sandbox.read(&pair, &org, &path, query).await.json();
    assert_eq!(one["data"], *listed);
    let plain = sandbox.read(&pair, &org, &path, "").await.json();
    assert_eq!(plain["data"]["meta"].get("latest_issue_counts"), None);
    let target = &plain["data"]["relationships"]["target"]["data"];
    assert_eq!(target.get("attributes"), None, "not expanded");
}

#[tokio::test]
async fn what_does_not_belong_here_is_not_there() {
    let (sandbox, pair, org) = start("meridian-platform").await;
    let other = sandbox.org(&pair, "logistics-jp").await;
    let list = sandbox.read(&pair, &org, "projects", "").await.json();
    let path = format!("projects/{}", list["data"][0]["id"].as_str().unwrap());
    let code = sandbox.code_for("org:nordwind-spedition").await;
    let stranger = Pair::of(&sandbox.exchange(&code, &[]).await);
    for (who, org, what, query, status) in [
        (&pair, &org, path.as_str(), "", 200),
        (&pair, &other, path.as_str(), "", 404),
        (&stranger, &org, path.as_str(), "", 404),
        (&stranger, &org, "projects", "", 404),
        (&stranger, &org, "issues", "", 404),
        (&stranger, &org, "targets", "", 404),
        (&pair, &org, "projects/1", "", 400),
        (&pair, &org, "projects", "sort=name", 400),
        (&pair, &org, "projects", "expand=owner", 400),
        (&pair, &org, "projects", "meta_count=also", 400),
        (&pair, &org, "projects", "meta.latest_issue_counts=1", 400),
        (&pair, &org, "projects", "business_criticality=severe", 400),
        (&pair, &org, "projects", "tags=web", 400),
        (&pair, &org, "projects", "tags=team:a%20b", 400),
        (&pair, &org, "projects", "tags=te:am:web", 200),
        (&pair, &org, "projects", "target_id=web", 400),
        (&pair, &org, "projects", "limit=15", 400),
        (&pair, &org, "issues", "scan_item.type=project", 400),
        (
            &pair,
            &org,
            "issues",
            "effective_severity_level=severe",
            400,
        ),
        (&pair, &org, "issues", "meta_count=only", 400),
        (&pair, &org, "targets", "limit=101", 400),
        (&pair, &org, "targets", "source_types=sourcehut", 400),
    ] {
        let answer = sandbox.read(who, org, what, query).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{what}?{query}: {}",
            answer.body
        );
        if status == 400 {
            assert_eq!(answer.json()["errors"][0]["code"], "SNYK-OPENAPI-0001");
        }
    }
}

#[tokio::test]
async fn every_read_asks_for_its_scopes() {
    for (scopes, projects, issues) in [
        ("org.read org.project.read", 200, 403),
        ("org.read", 403, 403),
        ("org.read org.project.snapshot.read", 403, 403),
        (
            "org.read org.project.read org.project.snapshot.read",
            200,
            200,
        ),
    ] {
        let sandbox = Sandbox::start(&["--grant-scopes", scopes]).await;
        let pair = sandbox.connect().await;
        let org = sandbox.org(&pair, "research").await;
        for (what, expected) in [
            ("projects", projects),
            ("targets", projects),
            ("issues", issues),
        ] {
            let answer = sandbox.read(&pair, &org, what, "").await;
            assert_eq!(answer.status.as_u16(), expected, "{what} with {scopes}");
            if expected == 403 {
                let code = answer.json()["errors"][0]["code"].clone();
                assert_eq!(code, "SNYK-OPENAPI-0002");
            } else {
                assert_eq!(answer.status, StatusCode::OK);
                assert_eq!(
                    answer.json()["data"],
                    Value::Array(vec![]),
                    "nothing in research"
                );
            }
        }
    }
}
