//! Projects, which Snyk tests.

use super::{read_id, word::open_words};
use crate::json::{FromValue, Object, Value};

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    /// Snyk's id of the project.
    pub id: String,
    /// The attributes of the project.
    pub attributes: ProjectAttributes,
    /// The project's counts, if requested.
    pub meta: ProjectMeta,
    /// The target that the project was imported from.
    pub target: Option<LinkedTarget>,
}

/// The attributes of a project.
#[derive(Clone, Debug, Default)]
pub struct ProjectAttributes {
    /// The name, usually `target:file`.
    pub name: Option<String>,
    /// The package manager or project type, an open set: `npm`, `sast`, `terraformconfig`, …
    pub kind: Option<String>,
    /// The integration that added the project, an open set: `github`, `cli`, …
    pub origin: Option<String>,
    /// Whether Snyk tests the project.
    pub status: Option<ProjectStatus>,
    /// Time of creation, RFC 3339.
    pub created: Option<String>,
    /// The path of the file within the target.
    pub target_file: Option<String>,
    /// The branch or similar reference.
    pub target_reference: Option<String>,
    /// The .NET target framework, if there is one.
    pub target_runtime: Option<String>,
    /// Whether the project is read-only.
    pub read_only: Option<bool>,
    /// The business criticality, an open set.
    pub business_criticality: Vec<String>,
    /// The environments that the project runs in, an open set.
    pub environment: Vec<String>,
    /// The lifecycle stages, an open set.
    pub lifecycle: Vec<String>,
    /// The tags that people added.
    pub tags: Vec<Tag>,
}

open_words! {
    /// Whether Snyk tests a project.
    pub enum ProjectStatus {
        /// Snyk tests the project.
        Active = "active",
        /// Snyk does not test the project any more.
        Inactive = "inactive",
    }
}

/// A tag. Neither the key nor the value is required.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// The key of the tag.
    pub key: Option<String>,
    /// The value of the tag.
    pub value: Option<String>,
}

/// The counts of a project.
#[derive(Clone, Debug, Default)]
pub struct ProjectMeta {
    /// The number of open issues by severity.
    pub latest_issue_counts: Option<IssueCounts>,
    /// The number of dependencies.
    pub latest_dependency_total: Option<DependencyTotal>,
    /// Time of the CLI's last upload, RFC 3339.
    pub cli_monitored_at: Option<String>,
}

/// The number of open issues of a project, by severity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssueCounts {
    /// Number of critical issues.
    pub critical: Option<u64>,
    /// Number of high-severity issues.
    pub high: Option<u64>,
    /// Number of medium-severity issues.
    pub medium: Option<u64>,
    /// Number of low-severity issues.
    pub low: Option<u64>,
    /// Time of the count, RFC 3339.
    pub updated_at: Option<String>,
}

/// The number of dependencies of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DependencyTotal {
    /// The total number.
    pub total: Option<u64>,
    /// Time of the count, RFC 3339.
    pub updated_at: Option<String>,
}

/// The target of a project. Its attributes are present only if requested by `expand=target`.
#[derive(Clone, Debug, Default)]
pub struct LinkedTarget {
    /// Snyk's id of the target.
    pub id: Option<String>,
    /// The display name.
    pub display_name: Option<String>,
    /// The URL of the target.
    pub url: Option<String>,
}

impl FromValue for Project {
    fn from_value(value: Value) -> Option<Self> {
        let mut project = value.into_object()?;
        Some(Self {
            id: read_id(&mut project)?,
            attributes: project.take("attributes").unwrap_or_default(),
            meta: project.take("meta").unwrap_or_default(),
            target: project.take("relationships").and_then(linked_target),
        })
    }
}

impl FromValue for ProjectAttributes {
    fn from_value(value: Value) -> Option<Self> {
        let mut attributes = value.into_object()?;
        Some(Self {
            name: attributes.take_text("name"),
            kind: attributes.take_text("type"),
            origin: attributes.take_text("origin"),
            status: attributes.take("status"),
            created: attributes.take_text("created"),
            target_file: attributes.take_text("target_file"),
            target_reference: attributes.take_text("target_reference"),
            target_runtime: attributes.take_text("target_runtime"),
            read_only: attributes.take("read_only"),
            business_criticality: attributes.take_texts("business_criticality"),
            environment: attributes.take_texts("environment"),
            lifecycle: attributes.take_texts("lifecycle"),
            tags: attributes.take("tags").unwrap_or_default(),
        })
    }
}

impl FromValue for Tag {
    fn from_value(value: Value) -> Option<Self> {
        let mut tag = value.into_object()?;
        Some(Self {
            key: tag.take_text("key"),
            value: tag.take_text("value"),
        })
    }
}

impl FromValue for ProjectMeta {
    fn from_value(value: Value) -> Option<Self> {
        let mut meta = value.into_object()?;
        Some(Self {
            latest_issue_counts: meta.take("latest_issue_counts"),
            latest_dependency_total: meta.take("latest_dependency_total"),
            cli_monitored_at: meta.take_text("cli_monitored_at"),
        })
    }
}

impl FromValue for IssueCounts {
    fn from_value(value: Value) -> Option<Self> {
        let mut counts = value.into_object()?;
        Some(Self {
            critical: counts.take("critical"),
            high: counts.take("high"),
            medium: counts.take("medium"),
            low: counts.take("low"),
            updated_at: counts.take_text("updated_at"),
        })
    }
}

impl FromValue for DependencyTotal {
    fn from_value(value: Value) -> Option<Self> {
        let mut dependencies = value.into_object()?;
        Some(Self {
            total: dependencies.take("total"),
            updated_at: dependencies.take_text("updated_at"),
        })
    }
}

fn linked_target(mut relationships: Object) -> Option<LinkedTarget> {
    let mut target: Object = relationships.take("target")?;
    let mut data: Object = target.take("data")?;
    let mut attributes: Object = data.take("attributes").unwrap_or_default();
    Some(LinkedTarget {
        id: data.take_text("id"),
        display_name: attributes.take_text("display_name"),
        url: attributes.take_text("url"),
    })
}
