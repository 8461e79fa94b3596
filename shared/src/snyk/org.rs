//! Organizations.

use super::read_id;
use crate::json::{FromValue, Value};

/// An organization. Its `type` is `org` in some answers and `organization` in others, so it is not
/// looked at.
#[derive(Clone, Debug)]
pub struct Org {
    /// Snyk's id.
    pub id: String,
    /// What is known of it.
    pub attributes: OrgAttributes,
}

/// What is known of an organization.
#[derive(Clone, Debug, Default)]
pub struct OrgAttributes {
    /// Its name.
    pub name: Option<String>,
    /// Its short name in addresses at Snyk.
    pub slug: Option<String>,
    /// Whether it is a person's own.
    pub is_personal: Option<bool>,
    /// The group that it belongs to.
    pub group_id: Option<String>,
}

impl FromValue for Org {
    fn from_value(value: Value) -> Option<Self> {
        let mut org = value.into_object()?;
        Some(Self {
            id: read_id(&mut org)?,
            attributes: org.take("attributes").unwrap_or_default(),
        })
    }
}

impl FromValue for OrgAttributes {
    fn from_value(value: Value) -> Option<Self> {
        let mut attributes = value.into_object()?;
        Some(Self {
            name: attributes.take_text("name"),
            slug: attributes.take_text("slug"),
            is_personal: attributes.take("is_personal"),
            group_id: attributes.take_text("group_id"),
        })
    }
}
