//! `GET /api/admin/settings`: what this server uses, and where each value came from. No secret is among
//! it.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use domain::vault::{KeyId, Vault};
use jiff::Timestamp;
use shared::{
    api::admin::{EncryptionState, SecretState, Setting, SettingKey, Settings},
    scope::Scopes,
};

use super::{Administration, Administrator};
use crate::{
    config::{Config, database_url::DatabaseUrl, secret_file::ClientSecret},
    http::problem::ApiError,
};

/// What the configuration said at the start.
#[derive(Debug)]
pub struct Facts {
    read_at: Timestamp,
    settings: Vec<Setting>,
    requested_scopes: Scopes,
    client_secret: ClientSecret,
    secret_variable: Option<&'static str>,
    /// The current key first.
    keys: Vec<KeyId>,
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

/// Returns the settings of this server, and what the installs say about them.
pub async fn read(
    State(administration): State<Arc<Administration>>,
    _: Administrator,
) -> Result<Json<Settings>, ApiError> {
    let facts = &administration.facts;
    let groups = administration.records.install_groups().await?;
    let current = facts.keys.first();
    let (mut active, mut installs) = (0, 0);
    let mut granted = String::new();
    for group in &groups {
        active += group.count;
        if group.key.as_ref() == current {
            installs += group.count;
        }
        granted.push_str(&group.scopes.to_string());
        granted.push(' ');
    }
    let scopes_never_granted = if active == 0 {
        Scopes::default()
    } else {
        facts
            .requested_scopes
            .missing_from(&Scopes::parse(&granted))
    };
    let usage = facts.client_secret.usage();
    Ok(Json(Settings {
        read_at: facts.read_at.to_string(),
        settings: facts.settings.clone(),
        client_secret: SecretState {
            variable: facts.secret_variable.map(str::to_owned),
            read_at: usage.reread_at().unwrap_or(facts.read_at).to_string(),
            accepted_at: usage.accepted_at().map(|at| at.to_string()),
        },
        encryption: EncryptionState {
            key: current.map(ToString::to_string).unwrap_or_default(),
            installs,
            installs_of_previous: active - installs,
            previous: facts.keys.len().saturating_sub(1) as u64,
        },
        scopes_never_granted,
        active,
    }))
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
