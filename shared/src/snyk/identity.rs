//! `GET /rest/self`: the principal of an access token.

use super::word::open_words;
use crate::json::{FromValue, Value};

/// The principal of an access token, as far as Snyk reports it. In tenant context the principal is
/// the app's bot, and Snyk does not report who connected it: authentication of people must not rely
/// on this type.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Snyk's id of the principal.
    pub id: Option<String>,
    /// The kind of principal.
    pub kind: Option<IdentityKind>,
    /// The attributes of the principal.
    pub attributes: IdentityAttributes,
}

open_words! {
    /// The kind of a principal.
    pub enum IdentityKind {
        /// A person.
        User = "user",
        /// A service account that an administrator created.
        ServiceAccount = "service_account",
        /// The bot of an app.
        AppInstance = "app_instance",
    }
}

/// The attributes of a principal.
#[derive(Clone, Debug, Default)]
pub struct IdentityAttributes {
    /// The display name.
    pub name: Option<String>,
    /// The id of the principal's default organization.
    pub default_org_context: Option<String>,
}

impl FromValue for Identity {
    fn from_value(value: Value) -> Option<Self> {
        let mut identity = value.into_object()?;
        Some(Self {
            id: identity.take_text("id"),
            kind: identity.take("type"),
            attributes: identity.take("attributes").unwrap_or_default(),
        })
    }
}

impl FromValue for IdentityAttributes {
    fn from_value(value: Value) -> Option<Self> {
        let mut attributes = value.into_object()?;
        Some(Self {
            name: attributes.take_text("name"),
            default_org_context: attributes.take_text("default_org_context"),
        })
    }
}
