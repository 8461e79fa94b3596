//! The apps that were created at the API, with their client secrets.

use crate::random;
use crate::settings::{Context, Settings};

/// Maximum number of client secrets of an app that are valid at once.
const MAX_SECRETS: usize = 2;
/// The lifetime of access tokens of an app that was created without one, in seconds.
const DEFAULT_TTL: u64 = 3_600;

/// An app.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    /// The organization that owns it.
    pub(crate) org_id: String,
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) context: Context,
    pub(crate) access_ttl: u64,
    /// The valid secrets, oldest first.
    secrets: Vec<String>,
}

/// The attributes of an app to create.
#[derive(Debug)]
pub(crate) struct NewApp {
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) context: Context,
    pub(crate) access_ttl: Option<u64>,
}

/// The attributes of an app to change.
#[derive(Debug)]
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    pub(crate) redirect_uris: Option<Vec<String>>,
    pub(crate) access_ttl: Option<u64>,
}

/// A change of the client secrets of an app.
#[derive(Debug)]
pub(crate) enum SecretChange {
    /// Adds a secret.
    Create,
    /// Replaces all secrets by a new one.
    Replace,
    /// Deletes this secret.
    Delete(String),
}

/// The reason why secrets are not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The maximum is reached, or the secret is the last one.
    Count,
    /// The app has no such secret.
    Unknown,
}

impl App {
    /// Creates an app with its first secret.
    pub(crate) fn new(org_id: &str, new: NewApp) -> Self {
        Self {
            id: random::uuid(),
            org_id: org_id.to_owned(),
            client_id: random::uuid(),
            name: new.name,
            redirect_uris: new.redirect_uris,
            scopes: new.scopes,
            context: new.context,
            access_ttl: new.access_ttl.unwrap_or(DEFAULT_TTL),
            secrets: vec![secret()],
        }
    }

    /// Returns the newest secret.
    pub(crate) fn newest_secret(&self) -> &str {
        self.secrets.last().map_or("", String::as_str)
    }

    /// Returns whether a secret is valid.
    pub(crate) fn has_secret(&self, secret: &str) -> bool {
        self.secrets.iter().any(|known| known == secret)
    }

    /// Changes attributes.
    pub(crate) fn change(&mut self, changes: Changes) {
        self.name = changes.name.unwrap_or_else(|| self.name.clone());
        if let Some(uris) = changes.redirect_uris {
            self.redirect_uris = uris;
        }
        self.access_ttl = changes.access_ttl.unwrap_or(self.access_ttl);
    }

    /// Changes the secrets.
    pub(crate) fn change_secrets(&mut self, change: SecretChange) -> Result<(), Denied> {
        match change {
            SecretChange::Create if self.secrets.len() >= MAX_SECRETS => return Err(Denied::Count),
            SecretChange::Create => self.secrets.push(secret()),
            SecretChange::Replace => self.secrets = vec![secret()],
            SecretChange::Delete(old) if !self.has_secret(&old) => return Err(Denied::Unknown),
            SecretChange::Delete(_) if self.secrets.len() == 1 => return Err(Denied::Count),
            SecretChange::Delete(old) => self.secrets.retain(|known| *known != old),
        }
        Ok(())
    }

    /// Returns the settings for requests of this app.
    pub(crate) fn settings(&self, of_sandbox: &Settings) -> Settings {
        Settings {
            client_id: self.client_id.clone(),
            client_secret: self.newest_secret().to_owned(),
            redirect_uris: self.redirect_uris.clone(),
            app_name: self.name.clone(),
            scopes: self.scopes.join(" "),
            context: self.context,
            access_ttl: self.access_ttl,
            ..of_sandbox.clone()
        }
    }
}

/// Returns a secret with the characters that Snyk's secrets have.
fn secret() -> String {
    format!("snyk_cs_{}^`*=<]", random::text())
}

/// All apps, in the order of their creation.
#[derive(Debug, Default)]
pub(crate) struct Apps(Vec<App>);

impl Apps {
    /// Adds an app.
    pub(crate) fn add(&mut self, app: App) {
        self.0.push(app);
    }

    /// Returns the apps of an organization.
    pub(crate) fn of_org(&self, org_id: &str) -> Vec<App> {
        let of_org = self.0.iter().filter(|app| app.org_id == org_id);
        of_org.cloned().collect()
    }

    /// Returns an app of an organization.
    pub(crate) fn get_mut(&mut self, org_id: &str, id: &str) -> Option<&mut App> {
        self.0
            .iter_mut()
            .find(|app| app.org_id == org_id && app.id == id)
    }

    /// Returns the app with that client id.
    pub(crate) fn of_client(&self, client_id: &str) -> Option<&App> {
        self.0.iter().find(|app| app.client_id == client_id)
    }

    /// Removes an app of an organization.
    pub(crate) fn remove(&mut self, org_id: &str, id: &str) -> Option<App> {
        let position = self
            .0
            .iter()
            .position(|app| app.org_id == org_id && app.id == id)?;
        Some(self.0.remove(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> App {
        let new = NewApp {
            name: "App".to_owned(),
            redirect_uris: vec!["http://localhost/callback".to_owned()],
            scopes: vec!["org.read".to_owned()],
            context: Context::Tenant,
            access_ttl: None,
        };
        App::new("org", new)
    }

    #[test]
    fn two_secrets_are_valid_at_once_and_never_none() {
        let mut app = app();
        let first = app.newest_secret().to_owned();
        let delete = || SecretChange::Delete(first.clone());
        assert_eq!(app.change_secrets(delete()), Err(Denied::Count));
        app.change_secrets(SecretChange::Create).unwrap();
        assert!(app.has_secret(&first) && app.newest_secret() != first);
        assert_eq!(app.change_secrets(SecretChange::Create), Err(Denied::Count));
        app.change_secrets(delete()).unwrap();
        assert!(!app.has_secret(&first));
        assert_eq!(app.change_secrets(delete()), Err(Denied::Unknown));
        let second = app.newest_secret().to_owned();
        app.change_secrets(SecretChange::Replace).unwrap();
        assert!(!app.has_secret(&second));
    }
}
