//! The configuration at the start, and the variable that each value came from. It has no secret.

use std::time::Duration;

use domain::vault::{KeyId, Vault};
use jiff::Timestamp;
use shared::{
    api::admin::{Setting, SettingKey},
    scope::Scopes,
};

use crate::config::{Config, database_url::DatabaseUrl, secret_file::ClientSecret};

/// The configuration at the start.
#[derive(Debug)]
pub struct Facts {
    pub(super) read_at: Timestamp,
    pub(super) settings: Vec<Setting>,
    pub(super) requested_scopes: Scopes,
    pub(super) client_secret: ClientSecret,
    pub(super) secret_variable: Option<&'static str>,
    /// The current key first.
    pub(super) keys: Vec<KeyId>,
}

impl Facts {
    /// Collects them.
    #[must_use]
    pub fn of(config: &Config, vault: &Vault, now: Timestamp) -> Self {
        Self {
            read_at: now,
            settings: settings(config),
            requested_scopes: config.app.scopes.clone(),
            client_secret: config.credentials.client_secret.clone(),
            secret_variable: config
                .sources
                .first(&["CLIENT_SECRET_FILE", "CLIENT_SECRET"]),
            keys: vault.key_ids().collect(),
        }
    }
}

fn settings(config: &Config) -> Vec<Setting> {
    let setting = |key, value: String, names: &[&'static str]| Setting {
        key,
        value,
        variable: config.sources.first(names).map(str::to_owned),
    };
    let database = match config.storage.database_url {
        DatabaseUrl::Sqlite(_) => "SQLite",
        DatabaseUrl::Postgres(_) => "PostgreSQL",
    };
    let addresses = ["SNYK_API_URL", "SNYK_APP_URL", "SNYK_REGION"];
    vec![
        setting(
            SettingKey::ClientId,
            config.credentials.client_id.clone(),
            &["CLIENT_ID"],
        ),
        setting(
            SettingKey::RedirectUri,
            config.redirect_uri.as_str().to_owned(),
            &["REDIRECT_URI"],
        ),
        setting(
            SettingKey::Scopes,
            config.app.scopes.to_string(),
            &["SCOPES"],
        ),
        setting(
            SettingKey::Region,
            config.provider.region.clone(),
            &addresses,
        ),
        setting(
            SettingKey::ApiUrl,
            config.provider.api_url.to_string(),
            &addresses,
        ),
        setting(
            SettingKey::PublicUrl,
            config.server.public_url.to_string(),
            &["PUBLIC_URL"],
        ),
        setting(
            SettingKey::FrontendOrigin,
            config.server.frontend_origin.to_string(),
            &["FRONTEND_ORIGIN"],
        ),
        setting(
            SettingKey::SessionIdle,
            seconds(config.session.idle),
            &["SESSION_IDLE"],
        ),
        setting(
            SettingKey::SessionLifetime,
            seconds(config.session.lifetime),
            &["SESSION_LIFETIME"],
        ),
        setting(
            SettingKey::Database,
            database.to_owned(),
            &["DATABASE_URL_FILE", "DATABASE_URL"],
        ),
        setting(
            SettingKey::RefreshUnusedConnections,
            on_off(config.session.refreshes_unused_connections),
            &["REFRESH_UNUSED_CONNECTIONS"],
        ),
        setting(
            SettingKey::RateLimits,
            on_off(config.limits.rate_limits),
            &["RATE_LIMITS"],
        ),
    ]
}

fn seconds(duration: Duration) -> String {
    duration.as_secs().to_string()
}

fn on_off(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}
