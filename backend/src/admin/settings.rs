//! `GET /api/admin/settings`: what this server uses, and where each value came from. No secret is among
//! it.

use std::sync::Arc;

use axum::{Json, extract::State};
use shared::{
    api::admin::{EncryptionState, SecretState, Settings},
    scope::Scopes,
};

use super::{parts::Administration, session::Administrator};
use crate::http::problem::ApiError;

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
