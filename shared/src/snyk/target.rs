//! Targets: what projects were imported from.

use serde::Deserialize;

use super::lenient;

/// A repository, image or the like that projects were imported from.
#[derive(Clone, Debug, Deserialize)]
pub struct Target {
    /// Snyk's id.
    pub id: String,
    /// What is known of it.
    pub attributes: TargetAttributes,
    /// What it is tied to.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub relationships: TargetRelationships,
}

/// What is known of a target.
#[derive(Clone, Debug, Deserialize)]
pub struct TargetAttributes {
    /// Its name.
    pub display_name: String,
    /// Where it is.
    #[serde(default)]
    pub url: Option<String>,
    /// Whether it is private at its source.
    #[serde(default)]
    pub is_private: bool,
    /// When it was first seen, RFC 3339.
    #[serde(default)]
    pub created_at: Option<String>,
}

/// What a target is tied to.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TargetRelationships {
    /// What it came through.
    #[serde(default)]
    pub integration: Option<Integration>,
}

/// What a target came through.
#[derive(Clone, Debug, Deserialize)]
pub struct Integration {
    /// The linkage.
    pub data: IntegrationData,
}

/// An integration.
#[derive(Clone, Debug, Deserialize)]
pub struct IntegrationData {
    /// Snyk's id, if it has one.
    #[serde(default)]
    pub id: Option<String>,
    /// What it is.
    pub attributes: IntegrationAttributes,
}

/// What an integration is.
#[derive(Clone, Debug, Deserialize)]
pub struct IntegrationAttributes {
    /// Its kind, an open set: `github`, `cli`, …
    pub integration_type: String,
}
