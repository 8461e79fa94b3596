//! The JSON:API resource of a project. Members that Snyk's schema makes optional are omitted in
//! some projects.

use serde_json::{Map, Value, json};

use crate::data;
use crate::form::Form;
use crate::rest::document::Problem;
use crate::rest::parameters::{flag, words};
use crate::world::names::Source;
use crate::world::project::Project;

/// Optional parts of the resource that a query requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extras {
    target: bool,
    issue_counts: bool,
    dependency_total: bool,
}

impl Extras {
    /// The parameters that request the optional parts.
    pub(crate) const PARAMETERS: [&str; 3] = [
        "expand",
        "meta.latest_issue_counts",
        "meta.latest_dependency_total",
    ];

    /// Reads the parameters of a query.
    pub(crate) fn read(form: &Form) -> Result<Self, Problem> {
        Ok(Self {
            target: words(form, "expand", &["target"])?.is_some(),
            issue_counts: flag(form, "meta.latest_issue_counts")?.unwrap_or_default(),
            dependency_total: flag(form, "meta.latest_dependency_total")?.unwrap_or_default(),
        })
    }
}

/// Returns the resource of a project.
pub(crate) fn resource(project: Project<'_>, extras: Extras) -> Value {
    let mut resource = json!({
        "type": "project",
        "id": project.id(),
        "attributes": attributes(project),
    });
    if let Some(meta) = meta(project, extras) {
        resource["meta"] = meta;
    }
    if !project.is_bare() {
        resource["relationships"] = relationships(project, extras);
    }
    resource
}

fn attributes(project: Project<'_>) -> Value {
    let mut attributes = json!({
        "name": project.name(),
        "type": project.kind(),
        "origin": project.origin(),
        "status": if project.is_active() { "active" } else { "inactive" },
        "read_only": project.is_read_only(),
        "created": project.created(),
        "target_file": project.target_file(),
        "target_reference": project.reference(),
        "settings": settings(project),
    });
    let optional = [
        ("target_runtime", project.runtime().map(Value::from)),
        (
            "business_criticality",
            project.criticality().map(Value::from),
        ),
        ("environment", project.environment().map(Value::from)),
        ("lifecycle", project.lifecycle().map(Value::from)),
        (
            "tags",
            project
                .tags()
                .map(|tags| tags.into_iter().map(tag).collect()),
        ),
        ("build_args", build_args(project)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            attributes[name] = value;
        }
    }
    attributes
}

fn tag((key, value): (&str, &str)) -> Value {
    json!({"key": key, "value": value})
}

fn settings(project: Project<'_>) -> Value {
    let dice = project.dice().on("settings");
    let frequency = dice.pick(&["daily", "daily", "daily", "weekly", "never"]);
    let mut settings = json!({
        "recurring_tests": {"frequency": frequency},
        "pull_requests": {},
    });
    if dice.on("own").chance(30) {
        settings["pull_requests"] = json!({
            "is_enabled": true,
            "policy": "only_new",
            "severity_threshold": "high",
            "fail_only_for_issues_with_fix": true,
        });
        settings["auto_dependency_upgrade"] = json!({
            "is_enabled": true,
            "is_inherited": false,
            "is_major_upgrade_enabled": false,
            "ignored_dependencies": ["typescript"],
            "limit": 5,
            "minimum_age": 21,
        });
        settings["auto_remediation_prs"] = json!({
            "is_backlog_prs_enabled": false,
            "is_fresh_prs_enabled": true,
            "is_patch_remediation_enabled": false,
        });
        settings["manual_remediation_prs"] = json!({"is_patch_remediation_enabled": true});
        settings["pull_request_assignment"] = json!({
            "is_enabled": true,
            "type": "manual",
            "assignees": ["m.sato"],
        });
    }
    settings
}

fn build_args(project: Project<'_>) -> Option<Value> {
    match (project.kind(), project.source()) {
        ("yarn", _) => Some(json!({"root_workspace": "apps/web"})),
        ("nuget", _) => Some(json!({"target_framework": "net8.0"})),
        (_, Source::Image) => Some(json!({"platform": "linux/amd64"})),
        _ => None,
    }
}

/// Returns the requested counts. A project that was never tested has no such member. Issues of the
/// severity `info` are not counted.
fn meta(project: Project<'_>, extras: Extras) -> Option<Value> {
    let tested = project.tested()?;
    let mut meta = Map::new();
    meta.insert(
        "cli_monitored_at".to_owned(),
        json!(project.cli_monitored()),
    );
    if extras.issue_counts {
        let [critical, high, medium, low, _] = project.slot.open;
        let counts = json!({
            "critical": critical,
            "high": high,
            "medium": medium,
            "low": low,
            "updated_at": tested,
        });
        meta.insert("latest_issue_counts".to_owned(), counts);
    }
    if extras.dependency_total {
        let total = json!({"total": project.dependencies(), "updated_at": tested});
        meta.insert("latest_dependency_total".to_owned(), total);
    }
    Some(Value::Object(meta))
}

fn relationships(project: Project<'_>, extras: Extras) -> Value {
    let org = &project.estate.org.id;
    let target = project.target();
    let mut target_data = json!({"type": "target", "id": target.id()});
    if extras.target {
        target_data["attributes"] = json!({
            "display_name": target.display_name(),
            "url": target.url(),
        });
    }
    let mut relationships = json!({
        "organization": {
            "data": {"type": "org", "id": org},
            "links": {"related": format!("/rest/orgs/{org}")},
        },
        "target": {
            "data": target_data,
            "links": {"related": {"href": format!("/rest/orgs/{org}/targets/{}", target.id())}},
        },
    });
    if let Some(importer) = project.importer_id() {
        relationships["importer"] = json!({
            "data": {"type": "user", "id": importer},
            "links": {"related": format!("/rest/orgs/{org}/users/{importer}")},
        });
    }
    if project.dice().on("owner").chance(10) {
        relationships["owner"] = json!({
            "data": {"type": "user", "id": data::user_id()},
            "links": {},
        });
    }
    relationships
}
