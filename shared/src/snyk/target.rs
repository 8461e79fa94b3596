//! Targets: what projects were imported from.

use super::read_id;
use crate::json::{FromValue, Object, Value};

/// A repository, image or the like that projects were imported from.
#[derive(Clone, Debug)]
pub struct Target {
    /// Snyk's id.
    pub id: String,
    /// What is known of it.
    pub attributes: TargetAttributes,
    /// The kind of integration that it came through, an open set: `github`, `cli`, …
    pub integration_type: Option<String>,
}

/// What is known of a target.
#[derive(Clone, Debug, Default)]
pub struct TargetAttributes {
    /// Its name.
    pub display_name: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Whether it is private at its source.
    pub is_private: Option<bool>,
    /// When it was first seen, RFC 3339.
    pub created_at: Option<String>,
}

impl FromValue for Target {
    fn from_value(value: Value) -> Option<Self> {
        let mut target = value.into_object()?;
        Some(Self {
            id: read_id(&mut target)?,
            attributes: target.take("attributes").unwrap_or_default(),
            integration_type: target.take("relationships").and_then(integration_type),
        })
    }
}

fn integration_type(mut relationships: Object) -> Option<String> {
    let mut integration: Object = relationships.take("integration")?;
    let mut data: Object = integration.take("data")?;
    let mut attributes: Object = data.take("attributes")?;
    attributes.take_text("integration_type")
}

impl FromValue for TargetAttributes {
    fn from_value(value: Value) -> Option<Self> {
        let mut attributes = value.into_object()?;
        Some(Self {
            display_name: attributes.take_text("display_name"),
            url: attributes.take_text("url"),
            is_private: attributes.take("is_private"),
            created_at: attributes.take_text("created_at"),
        })
    }
}
