//! Apps, as requests create and change them and as answers describe them (pure).

use std::{fmt, str::FromStr};

use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use shared::json::{FromValue, Object, Value};

use super::id::Id;

/// The principal as which an app acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Context {
    /// A bot with access to an organization or a group.
    Tenant,
    /// The person who installs the app.
    User,
}

impl Context {
    /// Returns the context's name in requests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::User => "user",
        }
    }
}

impl FromStr for Context {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "tenant" => Ok(Self::Tenant),
            "user" => Ok(Self::User),
            _ => Err("`tenant` or `user` is expected"),
        }
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The attributes of an app to create.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// The name on the consent page.
    pub name: String,
    /// The registered redirect URIs, at least one.
    pub redirect_uris: Vec<String>,
    /// The scopes that the app may request. They cannot be changed later.
    pub scopes: Vec<String>,
    /// The principal as which the app acts. It cannot be changed later.
    pub context: Context,
    /// The lifetime of access tokens, 3600 to 86400 seconds; Snyk's default if omitted.
    pub access_token_ttl_seconds: Option<u64>,
}

impl NewApp {
    pub(super) fn attributes(&self) -> Json {
        let mut attributes = json!({
            "name": self.name,
            "redirect_uris": self.redirect_uris,
            "scopes": self.scopes,
            "context": self.context.as_str(),
        });
        if let Some(seconds) = self.access_token_ttl_seconds {
            attributes["access_token_ttl_seconds"] = json!(seconds);
        }
        attributes
    }
}

/// The attributes of an app to change. Those that are `None` stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppChanges {
    /// The name on the consent page.
    pub name: Option<String>,
    /// All redirect URIs: the former ones are replaced.
    pub redirect_uris: Option<Vec<String>>,
    /// The lifetime of access tokens that are issued from now on, 3600 to 86400 seconds.
    pub access_token_ttl_seconds: Option<u64>,
}

impl AppChanges {
    /// Returns whether nothing is to be changed. Snyk refuses such a request.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn attributes(&self) -> Json {
        let mut attributes = Map::new();
        if let Some(name) = &self.name {
            attributes.insert("name".to_owned(), json!(name));
        }
        if let Some(uris) = &self.redirect_uris {
            attributes.insert("redirect_uris".to_owned(), json!(uris));
        }
        if let Some(seconds) = self.access_token_ttl_seconds {
            attributes.insert("access_token_ttl_seconds".to_owned(), json!(seconds));
        }
        Json::Object(attributes)
    }
}

/// An app as Snyk describes it. Members that Snyk omits are empty or `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct App {
    /// The app's id, by which these endpoints name it. It differs from the client id.
    pub id: Id,
    /// The client id in OAuth requests. Apps with client credentials have none.
    pub client_id: Option<String>,
    /// The name on the consent page.
    pub name: String,
    /// The registered redirect URIs.
    pub redirect_uris: Vec<String>,
    /// The scopes that the app may request.
    pub scopes: Vec<String>,
    /// `tenant` or `user`.
    pub context: Option<String>,
    /// The lifetime of access tokens, in seconds.
    pub access_token_ttl_seconds: Option<u64>,
    /// `authorization_code` or `client_credentials`.
    pub grant_type: Option<String>,
    /// Whether the app is publicly available.
    pub is_public: Option<bool>,
    /// Whether the app can keep a secret (RFC 6749 section 2.1).
    pub is_confidential: Option<bool>,
    /// The organization that owns the app.
    pub org_public_id: Option<String>,
}

/// An app with a client secret, which Snyk shows only once.
#[derive(Clone, Debug)]
pub struct CreatedApp {
    /// The app.
    pub app: App,
    /// The new client secret. It cannot be printed by mistake.
    pub client_secret: SecretString,
}

impl FromValue for App {
    fn from_value(value: Value) -> Option<Self> {
        read(value.into_object()?).map(|(app, _)| app)
    }
}

impl FromValue for CreatedApp {
    fn from_value(value: Value) -> Option<Self> {
        let (app, secret) = read(value.into_object()?)?;
        Some(Self {
            app,
            client_secret: secret.filter(|secret| !secret.is_empty())?.into(),
        })
    }
}

/// Reads a resource, and its secret if it has one.
fn read(mut resource: Object) -> Option<(App, Option<String>)> {
    let id = resource.take_text("id")?.parse().ok()?;
    let mut attributes: Object = resource.take("attributes")?;
    let secret = attributes.take_text("client_secret");
    let app = App {
        id,
        client_id: attributes.take_text("client_id"),
        name: attributes.take_text("name").unwrap_or_default(),
        redirect_uris: attributes.take_texts("redirect_uris"),
        scopes: attributes.take_texts("scopes"),
        context: attributes.take_text("context"),
        access_token_ttl_seconds: attributes.take("access_token_ttl_seconds"),
        grant_type: attributes.take_text("grant_type"),
        is_public: attributes.take("is_public"),
        is_confidential: attributes.take("is_confidential"),
        org_public_id: attributes.take_text("org_public_id"),
    };
    Some((app, secret))
}

#[cfg(test)]
mod tests {
    use shared::json;

    use super::*;

    const ID: &str = "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11";

    #[test]
    fn the_attributes_are_those_that_are_set() {
        let app = NewApp {
            name: "Fathom".to_owned(),
            redirect_uris: vec!["http://localhost:3000/callback".to_owned()],
            scopes: vec!["org.read".to_owned()],
            context: Context::Tenant,
            access_token_ttl_seconds: None,
        };
        assert_eq!(
            app.attributes(),
            json!({"name": "Fathom", "redirect_uris": ["http://localhost:3000/callback"],
                "scopes": ["org.read"], "context": "tenant"})
        );
        let changes = AppChanges {
            access_token_ttl_seconds: Some(7_200),
            ..AppChanges::default()
        };
        assert_eq!(
            changes.attributes(),
            json!({"access_token_ttl_seconds": 7_200})
        );
        assert!(AppChanges::default().is_empty() && !changes.is_empty());
    }

    #[test]
    fn an_app_is_read_whatever_is_missing_and_its_secret_is_not_printed() {
        let text = format!(r#"{{"id":"{ID}","attributes":{{"client_secret":"canary"}}}}"#);
        let created: CreatedApp = json::read(text.as_bytes()).unwrap();
        assert_eq!(created.app.id.as_str(), ID);
        assert!(!format!("{created:?}").contains("canary"));
        let app: App = json::read(text.as_bytes()).unwrap();
        assert!(!serde_json::to_string(&app).unwrap().contains("canary"));
        let without = format!(r#"{{"id":"{ID}","attributes":{{"name":"x"}}}}"#);
        assert!(json::read::<CreatedApp>(without.as_bytes()).is_err());
        assert_eq!(json::read::<App>(without.as_bytes()).unwrap().name, "x");
    }
}
