//! Targets, from which projects are imported.

use super::read_id;
use crate::json::{FromValue, Object, Value};

/// A repository, image or similar source that projects were imported from.
#[derive(Clone, Debug)]
pub struct Target {
    /// Snyk's id of the target.
    pub id: String,
    /// The attributes of the target.
    pub attributes: TargetAttributes,
    /// The type of integration, an open set: `github`, `cli`, …
    pub integration_type: Option<String>,
}

/// The attributes of a target.
#[derive(Clone, Debug, Default)]
pub struct TargetAttributes {
    /// The display name.
    pub display_name: Option<String>,
    /// The URL of the target.
    pub url: Option<String>,
    /// Whether the target is private at its source.
    pub is_private: Option<bool>,
    /// Time of creation, RFC 3339.
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
