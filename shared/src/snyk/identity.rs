//! `GET /rest/self`: as whom an access token acts.

use super::word::open_words;
use crate::json::{FromValue, Value};

/// As whom an access token acts, as far as Snyk says. In tenant context that is the app's bot, and
/// nothing says who connected it: sign-in of people must not rest on this.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Snyk's id of the principal.
    pub id: Option<String>,
    /// What kind of principal it is.
    pub kind: Option<IdentityKind>,
    /// What is known of it.
    pub attributes: IdentityAttributes,
}

open_words! {
    /// What kind of principal acts.
    pub enum IdentityKind {
        /// A person.
        User = "user",
        /// A bot that an administrator made.
        ServiceAccount = "service_account",
        /// An app's bot.
        AppInstance = "app_instance",
    }
}

/// What is known of a principal.
#[derive(Clone, Debug, Default)]
pub struct IdentityAttributes {
    /// Its name.
    pub name: Option<String>,
    /// The organization that it looks at first.
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
