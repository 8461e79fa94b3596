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
    let setting = |key, value: String, names: &[&'static str]| {
        setting_of(key, value, config.sources.first(names))
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
        // These may be derived from another variable than their own.
        setting_of(
            SettingKey::ApiUrl,
            config.provider.api_url.to_string(),
            config.provider.api_url_variable,
        ),
        setting_of(
            SettingKey::PublicUrl,
            config.server.public_url.to_string(),
            config.server.public_url_variable,
        ),
        setting_of(
            SettingKey::FrontendOrigin,
            config.server.frontend_origin.to_string(),
            config.server.frontend_origin_variable,
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

fn setting_of(key: SettingKey, value: String, variable: Option<&str>) -> Setting {
    Setting {
        key,
        value,
        variable: variable.map(str::to_owned),
    }
}

fn seconds(duration: Duration) -> String {
    duration.as_secs().to_string()
}

fn on_off(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::raw::Raw;

    #[test]
    fn a_value_names_the_variable_that_it_was_derived_from() {
        use SettingKey::{ApiUrl, FrontendOrigin, PublicUrl};
        let eu = ("SNYK_APP_URL", "https://app.eu.snyk.io");
        let region = ("SNYK_REGION", "eu-01");
        let origin = ("FRONTEND_ORIGIN", "https://app.example.com");
        let public = ("PUBLIC_URL", "https://app.example.com");
        for (variables, key, variable) in [
            (&[][..], ApiUrl, None),
            (&[region], ApiUrl, Some("SNYK_REGION")),
            (&[eu], ApiUrl, Some("SNYK_APP_URL")),
            (&[region, eu], ApiUrl, Some("SNYK_REGION")),
            (&[("SNYK_APP_URL", "https://app.example.com")], ApiUrl, None),
            (
                &[eu, ("SNYK_API_URL", "https://api.eu.snyk.io")],
                ApiUrl,
                Some("SNYK_API_URL"),
            ),
            (&[], PublicUrl, Some("REDIRECT_URI")),
            (&[public], PublicUrl, Some("PUBLIC_URL")),
            (&[origin], PublicUrl, None),
            (&[], FrontendOrigin, Some("REDIRECT_URI")),
            (&[public], FrontendOrigin, Some("PUBLIC_URL")),
            (&[origin, public], FrontendOrigin, Some("FRONTEND_ORIGIN")),
        ] {
            let mut pairs = vec![
                ("CLIENT_ID", "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90"),
                ("CLIENT_SECRET", "snyk_cs_a"),
                ("REDIRECT_URI", "https://app.example.com/callback"),
                ("SCOPES", "org.read"),
                ("ENCRYPTION_SECRET", "0123456789abcdef0123456789abcdef"),
            ];
            pairs.extend_from_slice(variables);
            let config = Config::from_raw(&Raw::from_pairs(&pairs)).unwrap();
            let settings = settings(&config);
            let found = settings.iter().find(|setting| setting.key == key).unwrap();
            assert_eq!(
                found.variable.as_deref(),
                variable,
                "{key:?} of {variables:?}"
            );
        }
    }
}
