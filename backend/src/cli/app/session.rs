//! The access of a command to the apps of an organization.

use std::path::{Path, PathBuf};

use http::StatusCode;

use super::{access::Access, failure::Failure};
use crate::{
    apps_api::{App, AppsApi, Id},
    cli::region::Chosen,
    config::{provider::Provider, raw::Raw},
    telemetry,
};

/// The variable with the client id of the default app.
const CLIENT_ID: &str = "CLIENT_ID";

/// The access to the apps of an organization.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) api: AppsApi,
    pub(super) org: Id,
    pub(super) provider: Provider,
    pub(super) raw: Raw,
    /// The path of `.env`.
    pub(super) env_file: PathBuf,
}

impl Session {
    /// Finds the token and the region.
    pub(super) fn open(access: &Access, env_file: &Path) -> Result<Self, Failure> {
        let raw = Raw::read(env_file, std::collections::BTreeMap::new())?;
        if let Some(warning) = access.token.warning() {
            warn(warning);
        }
        let token = access.token.read(&raw)?;
        let Chosen {
            provider, warnings, ..
        } = access.region.choose(env_file, &token)?;
        for warning in &warnings {
            warn(warning);
        }
        Ok(Self {
            api: AppsApi::new(&provider.api_url, &token)?,
            org: access.org_id.clone(),
            provider,
            raw,
            env_file: env_file.to_owned(),
        })
    }

    /// Returns the app with that id or client id; without one, the app of the configuration.
    pub(super) async fn find(&self, app: Option<&Id>) -> Result<App, Failure> {
        let Some(id) = app else {
            let client_id = self.raw.get(CLIENT_ID).ok_or(Failure::NoApp)?;
            let client_id = client_id.parse().map_err(|_| Failure::NoApp)?;
            return self.of_client(&client_id).await?.ok_or(Failure::NotOwned {
                client_id,
                org: self.org.clone(),
            });
        };
        match self.api.app(&self.org, id).await {
            Ok(app) => Ok(app),
            // It may be a client id. If it is not, Snyk's refusal says what is wrong.
            Err(error) if error.is_status(StatusCode::NOT_FOUND) => {
                match self.of_client(id).await {
                    Ok(Some(app)) => Ok(app),
                    _ => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn of_client(&self, client_id: &Id) -> Result<Option<App>, Failure> {
        let apps = self.api.apps(&self.org).await?;
        Ok(apps.into_iter().find(|app| {
            app.client_id
                .as_deref()
                .is_some_and(|id| id.eq_ignore_ascii_case(client_id.as_str()))
        }))
    }
}

fn warn(warning: &str) {
    telemetry::print(&format!("snyk-app: warning: {warning}"));
}
