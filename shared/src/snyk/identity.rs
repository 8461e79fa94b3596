//! `GET /rest/self`: as whom an access token acts.

use serde::Deserialize;

use super::word::open_words;

/// As whom an access token acts. In tenant context that is the app's bot, and nothing says who
/// connected it: sign-in of people must not rest on this.
#[derive(Clone, Debug, Deserialize)]
pub struct Identity {
    /// Snyk's id of the principal.
    pub id: String,
    /// What kind of principal it is.
    #[serde(rename = "type")]
    pub kind: IdentityKind,
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
#[derive(Clone, Debug, Deserialize)]
pub struct IdentityAttributes {
    /// Its name.
    pub name: String,
    /// The organization that it looks at first.
    #[serde(default)]
    pub default_org_context: Option<String>,
}
