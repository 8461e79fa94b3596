//! Organizations.

use serde::Deserialize;

/// An organization. Its `type` is `org` in some answers and `organization` in others, so it is not
/// looked at.
#[derive(Clone, Debug, Deserialize)]
pub struct Org {
    /// Snyk's id.
    pub id: String,
    /// What is known of it.
    pub attributes: OrgAttributes,
}

/// What is known of an organization.
#[derive(Clone, Debug, Deserialize)]
pub struct OrgAttributes {
    /// Its name.
    pub name: String,
    /// Its short name in addresses at Snyk.
    pub slug: String,
    /// Whether it is a person's own.
    #[serde(default)]
    pub is_personal: bool,
    /// The group that it belongs to.
    #[serde(default)]
    pub group_id: Option<String>,
}
