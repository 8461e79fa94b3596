//! Projects: what Snyk tests.

use super::{read_id, word::open_words};
use crate::json::{FromValue, Object, Value};

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    /// Snyk's id.
    pub id: String,
    /// What is known of it.
    pub attributes: ProjectAttributes,
    /// Figures, where they were asked for.
    pub meta: ProjectMeta,
    /// What it was imported from.
    pub target: Option<LinkedTarget>,
}

/// What is known of a project.
#[derive(Clone, Debug, Default)]
pub struct ProjectAttributes {
    /// Its name, mostly `target:file`.
    pub name: Option<String>,
    /// Its package manager or kind, an open set: `npm`, `sast`, `terraformconfig`, …
    pub kind: Option<String>,
    /// Where it was added from, an open set: `github`, `cli`, …
    pub origin: Option<String>,
    /// Whether Snyk tests it.
    pub status: Option<ProjectStatus>,
    /// When it was added, RFC 3339.
    pub created: Option<String>,
    /// The file within the target.
    pub target_file: Option<String>,
    /// The branch or the like.
    pub target_reference: Option<String>,
    /// .NET's target framework, where there is one.
    pub target_runtime: Option<String>,
    /// Whether it cannot be changed.
    pub read_only: Option<bool>,
    /// How much business depends on it, an open set.
    pub business_criticality: Vec<String>,
    /// Where it runs, an open set.
    pub environment: Vec<String>,
    /// How far it is, an open set.
    pub lifecycle: Vec<String>,
    /// What people tagged it with.
    pub tags: Vec<Tag>,
}

open_words! {
    /// Whether Snyk tests a project.
    pub enum ProjectStatus {
        /// It does.
        Active = "active",
        /// Not any more.
        Inactive = "inactive",
    }
}

/// A tag. Neither half is required.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// Its key.
    pub key: Option<String>,
    /// Its value.
    pub value: Option<String>,
}

/// Figures of a project.
#[derive(Clone, Debug, Default)]
pub struct ProjectMeta {
    /// Its open issues.
    pub latest_issue_counts: Option<IssueCounts>,
    /// Its dependencies.
    pub latest_dependency_total: Option<DependencyTotal>,
    /// When the CLI last uploaded it, RFC 3339.
    pub cli_monitored_at: Option<String>,
}

/// How many open issues of each severity a project has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssueCounts {
    /// Critical ones.
    pub critical: Option<u64>,
    /// High ones.
    pub high: Option<u64>,
    /// Medium ones.
    pub medium: Option<u64>,
    /// Low ones.
    pub low: Option<u64>,
    /// When they were counted, RFC 3339.
    pub updated_at: Option<String>,
}

/// How many dependencies a project has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DependencyTotal {
    /// The number.
    pub total: Option<u64>,
    /// When it was counted, RFC 3339.
    pub updated_at: Option<String>,
}

/// The target of a project, with its attributes where `expand=target` asked for them.
#[derive(Clone, Debug, Default)]
pub struct LinkedTarget {
    /// Snyk's id.
    pub id: Option<String>,
    /// Its name.
    pub display_name: Option<String>,
    /// Where it is.
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
