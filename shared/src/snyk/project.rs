//! Projects: what Snyk tests.

use serde::Deserialize;

use super::{lenient, word::open_words};

/// A project.
#[derive(Clone, Debug, Deserialize)]
pub struct Project {
    /// Snyk's id.
    pub id: String,
    /// What is known of it.
    pub attributes: ProjectAttributes,
    /// Figures, where they were asked for.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub meta: ProjectMeta,
    /// What it is tied to.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub relationships: ProjectRelationships,
}

/// What is known of a project.
#[derive(Clone, Debug, Deserialize)]
pub struct ProjectAttributes {
    /// Its name, mostly `target:file`.
    pub name: String,
    /// Its package manager or kind, an open set: `npm`, `sast`, `terraformconfig`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it was added from, an open set: `github`, `cli`, …
    pub origin: String,
    /// Whether Snyk tests it.
    pub status: ProjectStatus,
    /// When it was added, RFC 3339.
    pub created: String,
    /// The file within the target; empty for none.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub target_file: String,
    /// The branch or the like; empty for none.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub target_reference: String,
    /// .NET's target framework, where there is one.
    #[serde(default)]
    pub target_runtime: Option<String>,
    /// Whether it can be changed.
    #[serde(default)]
    pub read_only: bool,
    /// How much business depends on it, an open set.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub business_criticality: Vec<String>,
    /// Where it runs, an open set.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub environment: Vec<String>,
    /// How far it is, an open set.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub lifecycle: Vec<String>,
    /// What people tagged it with.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// Its key.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub key: String,
    /// Its value.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub value: String,
}

/// Figures of a project.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ProjectMeta {
    /// Its open issues.
    #[serde(default)]
    pub latest_issue_counts: Option<IssueCounts>,
    /// Its dependencies.
    #[serde(default)]
    pub latest_dependency_total: Option<DependencyTotal>,
    /// When the CLI last uploaded it, RFC 3339.
    #[serde(default)]
    pub cli_monitored_at: Option<String>,
}

/// How many open issues of each severity a project has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct IssueCounts {
    /// Critical ones.
    #[serde(default, deserialize_with = "lenient::count")]
    pub critical: u64,
    /// High ones.
    #[serde(default, deserialize_with = "lenient::count")]
    pub high: u64,
    /// Medium ones.
    #[serde(default, deserialize_with = "lenient::count")]
    pub medium: u64,
    /// Low ones.
    #[serde(default, deserialize_with = "lenient::count")]
    pub low: u64,
    /// When they were counted, RFC 3339.
    #[serde(default)]
    pub updated_at: Option<String>,
}

/// How many dependencies a project has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct DependencyTotal {
    /// The number.
    #[serde(default, deserialize_with = "lenient::maybe_count")]
    pub total: Option<u64>,
    /// When it was counted, RFC 3339.
    #[serde(default)]
    pub updated_at: Option<String>,
}

/// What a project is tied to.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ProjectRelationships {
    /// What it was imported from.
    #[serde(default)]
    pub target: Option<TargetRelationship>,
}

/// What a project was imported from.
#[derive(Clone, Debug, Deserialize)]
pub struct TargetRelationship {
    /// The linkage.
    pub data: TargetLinkage,
}

/// The target, with its attributes where `expand=target` asked for them.
#[derive(Clone, Debug, Deserialize)]
pub struct TargetLinkage {
    /// Snyk's id.
    pub id: String,
    /// What is known of it.
    #[serde(default)]
    pub attributes: Option<LinkedTarget>,
}

/// What a project's relationship tells of its target.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct LinkedTarget {
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Where it is.
    #[serde(default)]
    pub url: Option<String>,
}
