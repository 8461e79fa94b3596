//! Tests of parsing Snyk's responses: present, missing and unknown members.

use shared::{
    json::read,
    snyk::{
        Document, Identity, Issue, Page, Project, Target,
        identity::IdentityKind,
        issue::{IssueKind, IssueStatus, Reachability, Severity},
        project::ProjectStatus,
    },
};

#[test]
fn a_project_with_everything() {
    let page: Page<Project> = read(
        br#"{"data": [{"type": "project", "id": "p",
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
    assert_eq!(
        (counts.critical, counts.high, counts.low),
        (Some(1), Some(2), Some(9))
    );
    assert_eq!(project.attributes.status, Some(ProjectStatus::Active));
    assert_eq!(project.attributes.tags[0].value.as_deref(), Some("web"));
    assert_eq!(project.attributes.target_runtime, None, "a blank text");
    let target = project.target.as_ref().unwrap();
    assert_eq!(target.id.as_deref(), Some("t"));
    assert_eq!(target.display_name.as_deref(), Some("acme/web"));
    assert_eq!(page.next().as_deref(), Some("c"));
}

#[test]
fn a_project_with_what_is_required_and_words_to_come() {
    let page: Page<Project> = read(
        br#"{"data": [{"type": "project", "id": "p", "news": [1],
            "attributes": {"name": "n", "type": "zig", "origin": "moon", "status": "asleep",
                "read_only": true, "created": "2024-01-02T03:04:05Z", "target_file": "",
                "target_reference": "", "settings": {}, "tags": null}}],
          "jsonapi": {"version": "1.0"}}"#,
    )
    .unwrap();
    let project = &page.data[0];
    let status = project.attributes.status.as_ref().unwrap();
    assert_eq!(*status, ProjectStatus::from("asleep"));
    assert_eq!(status.as_str(), "asleep");
    assert!(project.meta.latest_issue_counts.is_none());
    assert!(project.target.is_none());
    assert_eq!(page.next(), None);
}

#[test]
fn an_issue_with_everything() {
    let document: Document<Issue> = read(
        br#"{"data": {"type": "issue", "id": "i",
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
    assert_eq!(attributes.kind, Some(IssueKind::PackageVulnerability));
    assert_eq!(attributes.effective_severity_level, Some(Severity::Medium));
    let coordinate = &attributes.coordinates[0];
    assert_eq!(coordinate.is_upgradeable, Some(false));
    assert_eq!(coordinate.is_pinnable, None);
    assert_eq!(coordinate.reachability, Some(Reachability::NoInfo));
    let package = coordinate.representations[0].dependency.as_ref().unwrap();
    assert_eq!(package.package_name.as_deref(), Some("hoek"));
    let place = coordinate.representations[2].source_location.as_ref();
    assert_eq!(place.unwrap().line, Some(3));
    assert_eq!(coordinate.representations.len(), 5);
    assert_eq!(attributes.score, Some(400));
    assert_eq!(issue.scan_item.unwrap().id.as_deref(), Some("p"));
}

#[test]
fn an_issue_with_what_is_required_and_words_to_come() {
    let document: Document<Issue> = read(
        br#"{"data": {"type": "issue", "id": "i",
            "attributes": {"key": "k", "title": "t", "type": "dream",
                "effective_severity_level": "dire", "status": "asleep", "ignored": true,
                "created_at": "c", "updated_at": "u", "risk": null, "problems": null}}}"#,
    )
    .unwrap();
    let attributes = document.data.attributes;
    assert_eq!(attributes.kind.unwrap().as_str(), "dream");
    assert_eq!(
        attributes.effective_severity_level,
        Some(Severity::Other("dire".to_owned()))
    );
    assert_eq!(attributes.status, Some(IssueStatus::from("asleep")));
    assert!(attributes.problems.is_empty() && attributes.coordinates.is_empty());
}

#[test]
fn a_target_without_address_and_integration_id() {
    let page: Page<Target> = read(
        br#"{"data": [{"type": "target", "id": "t",
            "attributes": {"display_name": "acme/web", "url": null, "is_private": false},
            "relationships": {"integration": {"data": {"type": "integration", "id": null,
                "attributes": {"integration_type": "cli"}}}}}],
          "jsonapi": {"version": "1.0"}, "links": {}, "meta": {"count": 1}}"#,
    )
    .unwrap();
    let target = &page.data[0];
    assert_eq!(target.attributes.url, None);
    assert_eq!(target.integration_type.as_deref(), Some("cli"));
    assert_eq!(page.count, Some(1));
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
        let document: Document<Identity> = read(text.as_bytes()).unwrap();
        assert_eq!(document.data.kind, Some(kind));
    }
}
