//! Organizations.

use super::read_id;
use crate::json::{FromValue, Value};

/// An organization. Its `type` is not read, because it is `org` in some responses and
/// `organization` in others.
#[derive(Clone, Debug)]
pub struct Org {
    /// Snyk's id of the organization.
    pub id: String,
    /// The attributes of the organization.
    pub attributes: OrgAttributes,
}

/// The attributes of an organization.
#[derive(Clone, Debug, Default)]
pub struct OrgAttributes {
    /// The display name.
    pub name: Option<String>,
    /// The short name in URLs at Snyk.
    pub slug: Option<String>,
    /// Whether it is a personal organization.
    pub is_personal: Option<bool>,
    /// The id of the group that the organization belongs to.
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
