//! Requirements of every REST request: a valid token, a version, known parameters, the scopes.

use std::time::Instant;

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode, Uri};

use super::caller::Caller;
use super::document::Problem;
use super::version;
use crate::data::Org;
use crate::form::Form;
use crate::grants::Install;
use crate::random;
use crate::settings::Settings;
use crate::state::Sandbox;

/// The requirements of an operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The required scopes.
    pub(crate) scopes: &'static [&'static str],
    /// The release date.
    pub(crate) released: &'static str,
    /// The permitted query parameters, besides the version.
    pub(crate) parameters: &'static [&'static [&'static str]],
}

impl Caller {
    /// Returns the organization of that id, if the install has access to it.
    pub(crate) fn org(&self, id: &str) -> Result<Org, Problem> {
        check_uuid("org_id", id)?;
        let mut orgs = self.install.reach.orgs(&self.settings).into_iter();
        orgs.find(|org| org.id == id)
            .ok_or_else(|| Problem::not_there("organization"))
    }
}

/// Returns the scheme and the token of the request.
fn credentials(headers: &HeaderMap) -> Option<(&str, &str)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    Some((scheme, token.trim()))
}

/// Returns the install of the request's bearer token, or the access of the person whose API token
/// it has.
pub(crate) fn identify(sandbox: &Sandbox, headers: &HeaderMap) -> Option<Install> {
    let (scheme, token) = credentials(headers)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return sandbox.grants().bearer(token).cloned();
    }
    let settings = sandbox.settings();
    let is_person = scheme.eq_ignore_ascii_case("token") && token == settings.api_token;
    is_person.then(|| Install::of_person(&settings))
}

/// Rejects a request that exceeds its token's rate limit.
fn check_rate(sandbox: &Sandbox, settings: &Settings, headers: &HeaderMap) -> Result<(), Problem> {
    let (Some(limit), Some((_, token))) = (settings.limit(), credentials(headers)) else {
        return Ok(());
    };
    let counted = sandbox.rate_limit().count(token, limit, Instant::now());
    counted.map_err(|wait| {
        sandbox.stats().rate_limited += 1;
        Problem::too_many_requests(wait.as_millis().div_ceil(1_000).try_into().unwrap_or(60))
    })
}

/// Checks a request, or returns the reason for its rejection.
pub(crate) fn admit(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    uri: &Uri,
    operation: &Operation,
) -> Result<Caller, Problem> {
    sandbox.stats().rest += 1;
    let Some(install) = identify(sandbox, headers) else {
        sandbox.stats().unauthorized += 1;
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "The access token is missing, unknown, expired or revoked",
        ));
    };
    let client_id = install.client_id.as_deref();
    let settings = client_id
        .and_then(|id| sandbox.client(id))
        .unwrap_or_else(|| sandbox.settings());
    check_rate(sandbox, &settings, headers)?;
    let form = Form::parse(uri.query().unwrap_or_default());
    let version_requested = form
        .get("version")
        .ok_or_else(|| Problem::parameter("version", "is required"))?
        .to_owned();
    let version_served = version::resolve(&version_requested, operation.released)?;
    for (name, _) in form.iter() {
        if name != "version"
            && !operation
                .parameters
                .iter()
                .any(|known| known.contains(&name))
        {
            return Err(Problem::unknown_parameter(name));
        }
    }
    let missing = operation
        .scopes
        .iter()
        .find(|scope| !install.scopes.iter().any(|granted| granted == *scope));
    if let Some(scope) = missing {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            format!("The scope '{scope}' is missing"),
        ));
    }
    Ok(Caller {
        install,
        settings,
        form,
        version_requested,
        version_served,
    })
}

/// Rejects a value that is not a UUID.
pub(crate) fn check_uuid(name: &str, value: &str) -> Result<(), Problem> {
    if random::is_uuid(value) {
        Ok(())
    } else {
        Err(Problem::parameter(name, "must be a UUID"))
    }
}
