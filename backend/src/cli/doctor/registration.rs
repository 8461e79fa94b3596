//! Checks the configuration against the app as it is registered at Snyk, if an API token is given.

use std::time::Duration;

use shared::scope::Scopes;
use tokio::time::timeout;

use super::finding::Finding;
use crate::{
    apps_api::{ApiError, ApiToken, App, AppsApi},
    config::{Sections, provider::Provider, raw::Raw, redirect_uri::RedirectUri},
};

const CHECK: &str = "registration";
/// The variable that holds a person's API token.
const TOKEN: &str = "SNYK_TOKEN";
/// Timeout of the whole check, which reads the apps of each organization until it finds this one.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The configured attributes of the app.
#[derive(Clone, Copy, Debug)]
struct Configured<'a> {
    client_id: &'a str,
    redirect_uri: Option<&'a str>,
    scopes: &'a [&'a str],
}

/// Checks redirect URI and scopes.
pub(super) async fn check(raw: &Raw, sections: &Sections) -> Vec<Finding> {
    let (Some(provider), Some(credentials)) = (&sections.provider, &sections.credentials) else {
        return Vec::new();
    };
    let Some(token) = raw.get(TOKEN) else {
        return vec![Finding::ok(
            CHECK,
            "Redirect URI and scopes are not compared with the app at Snyk: set SNYK_TOKEN to an API \
             token for that.",
        )];
    };
    let token: ApiToken = match token.parse() {
        Ok(token) => token,
        Err(error) => return vec![Finding::warn(CHECK, format!("{TOKEN}: {error}."))],
    };
    let scopes = sections.app.as_ref().map(|app| &app.scopes);
    let scopes: Vec<_> = scopes.into_iter().flat_map(Scopes::iter).collect();
    let configured = Configured {
        client_id: &credentials.client_id,
        redirect_uri: sections.redirect_uri.as_ref().map(RedirectUri::as_str),
        scopes: &scopes,
    };
    match timeout(TIMEOUT, find(provider, &token, configured.client_id)).await {
        Ok(Ok(Some(app))) => judge(&app, configured),
        Ok(Ok(None)) => vec![
            Finding::warn(CHECK, "The API token reaches no app with this CLIENT_ID.").fix(
                "check CLIENT_ID and SNYK_REGION, or use the token of someone who may read the app",
            ),
        ],
        Ok(Err(why)) => vec![Finding::warn(CHECK, why)],
        Err(_) => vec![Finding::warn(
            CHECK,
            format!(
                "The app was not found at Snyk within {} s.",
                TIMEOUT.as_secs()
            ),
        )],
    }
}

/// Returns the app with a client id, if it is among those that the token reaches.
async fn find(
    provider: &Provider,
    token: &ApiToken,
    client_id: &str,
) -> Result<Option<App>, String> {
    let api = AppsApi::new(&provider.api_url, token).map_err(|error| error.to_string())?;
    let orgs = api.orgs().await.map_err(|error| error.to_string())?;
    for org in orgs {
        let Ok(org) = org.id.parse() else { continue };
        let apps = match api.apps(&org).await {
            Ok(apps) => apps,
            // Not every member of an organization may read its apps.
            Err(ApiError::Refused(refusal)) if refusal.status.is_client_error() => continue,
            Err(error) => return Err(error.to_string()),
        };
        let ours = apps
            .into_iter()
            .find(|app| app.client_id.as_deref() == Some(client_id));
        if ours.is_some() {
            return Ok(ours);
        }
    }
    Ok(None)
}

/// Compares an app with the configuration (pure).
fn judge(app: &App, configured: Configured<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(uri) = configured.redirect_uri {
        // Snyk compares the whole text.
        findings.push(if app.redirect_uris.iter().any(|known| known == uri) {
            Finding::ok(
                CHECK,
                format!("REDIRECT_URI is registered for {}.", app.name),
            )
        } else {
            Finding::fail(
                CHECK,
                format!(
                    "REDIRECT_URI {uri} is not registered for {}: Snyk refuses every sign-in.",
                    app.name
                ),
            )
            .fix(format!(
                "set it to one of {}, or register it with `snyk-app app update`",
                app.redirect_uris.join(", ")
            ))
        });
    }
    let unknown: Vec<_> = configured
        .scopes
        .iter()
        .filter(|scope| !app.scopes.iter().any(|known| known == *scope))
        .copied()
        .collect();
    let unused: Vec<_> = app
        .scopes
        .iter()
        .filter(|scope| !configured.scopes.contains(&scope.as_str()))
        .map(String::as_str)
        .collect();
    if configured.scopes.is_empty() {
        return findings;
    }
    findings.push(if !unknown.is_empty() {
        Finding::fail(
            CHECK,
            format!(
                "SCOPES has {}, which the app is not registered with: Snyk refuses every sign-in.",
                unknown.join(", ")
            ),
        )
        .fix("remove them from SCOPES, or register another app with them: Snyk cannot add scopes to one")
    } else if unused.is_empty() {
        Finding::ok(CHECK, "SCOPES are those of the app.")
    } else {
        Finding::ok(
            CHECK,
            format!("SCOPES are some of those of the app, which has {} too.", unused.join(", ")),
        )
    });
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Status;

    const URI: &str = "http://localhost:3000/callback";

    #[test]
    fn redirect_uri_and_scopes_are_compared_with_the_app() {
        let app = App {
            redirect_uris: vec![URI.to_owned()],
            scopes: ["org.read", "org.project.read"].map(str::to_owned).to_vec(),
            id: "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11".parse().unwrap(),
            client_id: None,
            name: "Fathom".to_owned(),
            context: None,
            access_token_ttl_seconds: None,
            grant_type: None,
            is_public: None,
            is_confidential: None,
            org_public_id: None,
        };
        let (ok, fail) = (Status::Ok, Status::Fail);
        for (redirect_uri, scopes, expected) in [
            (URI, &["org.read", "org.project.read"][..], [ok, ok]),
            (URI, &["org.read"], [ok, ok]),
            (URI, &["org.read", "org.issue.read"], [ok, fail]),
            ("http://localhost:3000/callback/", &["org.read"], [fail, ok]),
        ] {
            let configured = Configured {
                client_id: "id",
                redirect_uri: Some(redirect_uri),
                scopes,
            };
            let found = judge(&app, configured);
            let statuses: Vec<_> = found.iter().map(|finding| finding.status).collect();
            assert_eq!(statuses, expected, "{redirect_uri} {scopes:?} {found:?}");
        }
    }
}
