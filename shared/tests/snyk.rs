//! Snyk's answers as both sides read them: what is there, what may be missing, what is to come.

use shared::snyk::{
    Document, Identity, Issue, Page, Project, Target,
    identity::IdentityKind,
    issue::{IssueKind, IssueStatus, Reachability, Severity},
    project::ProjectStatus,
};

#[test]
fn a_project_with_everything() {
    let page: Page<Project> = serde_json::from_str(
        r#"{"data": [{"type": "project", "id": "p",
            "attributes": {"name": "acme/web:package.json", "type": "npm", "origin": "github",
                "status": "active", "read_only": false, "created": "2024-01-02T03:04:05Z",
                "target_file": "package.json", "target_reference": "main", "target_runtime": "",
                "business_criticality": ["high"], "environment": ["backend"],
                "lifecycle": ["production"], "tags": [{"key": "team", "value": "web"}],
                "settings": {"recurring_tests": {"frequency": "daily"}}},
            "meta": {"latest_issue_counts": {"critical": 1, "high": 2.0, "medium": 5, "low": 9,
                    "updated_at": "2024-01-02T03:04:05Z"},
                "latest_dependency_total": {"total": 321}, "cli_monitored_at": null},
            "relationships": {"target": {"data": {"type": "target", "id": "t",
                "attributes": {"display_name": "acme/web", "url": null}}, "links": {}}}}],
          "jsonapi": {"version": "1.0"},
          "links": {"next": "/orgs/o/projects?starting_after=c"}}"#,
    )
    .unwrap();
    let project = &page.data[0];
    let counts = project.meta.latest_issue_counts.as_ref().unwrap();
    assert_eq!((counts.critical, counts.high, counts.low), (1, 2, 9));
    assert_eq!(project.attributes.status, ProjectStatus::Active);
    assert_eq!(project.attributes.tags[0].value, "web");
    let target = project.relationships.target.as_ref().unwrap();
    let name = target.data.attributes.as_ref().unwrap();
    assert_eq!(name.display_name.as_deref(), Some("acme/web"));
    assert_eq!(page.next().as_deref(), Some("c"));
}

#[test]
fn a_project_with_what_is_required_and_words_to_come() {
    let page: Page<Project> = serde_json::from_str(
        r#"{"data": [{"type": "project", "id": "p", "news": [1],
            "attributes": {"name": "n", "type": "zig", "origin": "moon", "status": "asleep",
                "read_only": true, "created": "2024-01-02T03:04:05Z", "target_file": "",
                "target_reference": "", "settings": {}, "tags": null}}],
          "jsonapi": {"version": "1.0"}}"#,
    )
    .unwrap();
    let project = &page.data[0];
    assert_eq!(project.attributes.status, ProjectStatus::from("asleep"));
    assert_eq!(project.attributes.status.as_str(), "asleep");
    assert!(project.meta.latest_issue_counts.is_none());
    assert!(project.relationships.target.is_none());
    assert_eq!(page.next(), None);
}

#[test]
fn an_issue_with_everything() {
    let document: Document<Issue> = serde_json::from_str(
        r#"{"data": {"type": "issue", "id": "i",
            "attributes": {"key": "k", "title": "Prototype Pollution",
                "type": "package_vulnerability", "effective_severity_level": "medium",
                "status": "open", "ignored": false,
                "created_at": "2024-01-02T03:04:05Z", "updated_at": "2024-01-02T03:04:05Z",
                "problems": [{"id": "CVE-2020-1", "source": "NVD", "type": "vulnerability",
                    "url": "https://example.test/"}],
                "classes": [{"id": "CWE-79", "source": "CWE", "type": "weakness"}],
                "coordinates": [{"is_fixable_snyk": true, "is_upgradeable": false,
                    "reachability": "no-info",
                    "representations": [
                        {"dependency": {"package_name": "hoek", "package_version": "2.16.3"}},
                        {"resourcePath": "a/b"},
                        {"sourceLocation": {"file": "a.rs", "region": {
                            "start": {"line": 3, "column": 1}, "end": {"line": 4, "column": 2}}}},
                        {"cloud_resource": {"environment": {"id": "e", "name": "n", "type": "aws"}}},
                        {"something_new": {}}]}],
                "risk": {"score": {"value": 400, "model": "v1"}, "factors": []},
                "resolution": {"type": "fixed", "resolved_at": "2024-01-02T03:04:05Z"}},
            "relationships": {"organization": {"data": {"type": "organization", "id": "o"}},
                "scan_item": {"data": {"type": "project", "id": "p"}}}},
          "jsonapi": {"version": "1.0"}, "links": {}}"#,
    )
    .unwrap();
    let issue = document.data;
    let attributes = &issue.attributes;
    assert_eq!(attributes.kind, IssueKind::PackageVulnerability);
    assert_eq!(attributes.effective_severity_level, Severity::Medium);
    let coordinate = &attributes.coordinates[0];
    assert_eq!(coordinate.is_upgradeable, Some(false));
    assert_eq!(coordinate.is_pinnable, None);
    assert_eq!(coordinate.reachability, Some(Reachability::NoInfo));
    let package = coordinate.representations[0].dependency.as_ref().unwrap();
    assert_eq!(package.package_name, "hoek");
    let place = coordinate.representations[2].source_location.as_ref();
    assert_eq!(place.unwrap().region.as_ref().unwrap().start.line, 3);
    assert_eq!(coordinate.representations.len(), 5);
    let score = attributes
        .risk
        .as_ref()
        .and_then(|risk| risk.score.as_ref());
    assert_eq!(score.unwrap().value, 400);
    let item = issue.relationships.scan_item.unwrap();
    assert_eq!(item.data.id, "p");
}

#[test]
fn an_issue_with_what_is_required_and_words_to_come() {
    let document: Document<Issue> = serde_json::from_str(
        r#"{"data": {"type": "issue", "id": "i",
            "attributes": {"key": "k", "title": "t", "type": "dream",
                "effective_severity_level": "dire", "status": "asleep", "ignored": true,
                "created_at": "c", "updated_at": "u", "risk": null, "problems": null}}}"#,
    )
    .unwrap();
    let attributes = document.data.attributes;
    assert_eq!(attributes.kind.as_str(), "dream");
    assert_eq!(
        attributes.effective_severity_level,
        Severity::Other("dire".to_owned())
    );
    assert_eq!(attributes.status, IssueStatus::from("asleep"));
    assert!(attributes.problems.is_empty() && attributes.coordinates.is_empty());
}

#[test]
fn a_target_without_address_and_integration_id() {
    let page: Page<Target> = serde_json::from_str(
        r#"{"data": [{"type": "target", "id": "t",
            "attributes": {"display_name": "acme/web", "url": null, "is_private": false},
            "relationships": {"integration": {"data": {"type": "integration", "id": null,
                "attributes": {"integration_type": "cli"}}}}}],
          "jsonapi": {"version": "1.0"}, "links": {}, "meta": {"count": 1}}"#,
    )
    .unwrap();
    let target = &page.data[0];
    assert_eq!(target.attributes.url, None);
    let integration = target.relationships.integration.as_ref().unwrap();
    assert_eq!(integration.data.attributes.integration_type, "cli");
    assert_eq!(page.meta.count, Some(1));
}

#[test]
fn a_token_acts_as_a_bot_or_a_person() {
    for (word, kind) in [
        ("app_instance", IdentityKind::AppInstance),
        ("user", IdentityKind::User),
        ("service_account", IdentityKind::ServiceAccount),
    ] {
        let text = format!(
            r#"{{"data": {{"type": "{word}", "id": "i", "attributes": {{"name": "n"}}}},
                "jsonapi": {{"version": "1.0"}}, "links": {{"self": "/rest/self"}}}}"#
        );
        let document: Document<Identity> = serde_json::from_str(&text).unwrap();
        assert_eq!(document.data.kind, kind);
    }
}
