//! `/oauth2/authorize`: validates the request, lets a person decide on the consent page, and
//! redirects the browser to the app.
//!
//! An unknown client or redirect URI results in a page of the sandbox: a redirect to an
//! unregistered URI would make the sandbox an open redirector (RFC 6749 section 4.1.2.1). Every
//! other error is returned to the app.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use http::{HeaderValue, StatusCode, Uri};
use serde::Deserialize;

use crate::authorize_request::AuthorizeRequest;
use crate::consent;
use crate::form::Form;
use crate::grant_scope::GrantScope;
use crate::grants::Code;
use crate::oauth_error::{Kind, OAuthError};
use crate::pages::{self, Trouble};
use crate::random;
use crate::settings::{Settings, words};
use crate::state::Sandbox;

/// The reason why a request is not shown to a person.
#[derive(Debug)]
enum Rejection {
    /// The error is shown on a page of the sandbox.
    Page(Trouble),
    /// The browser is redirected to the app with the error.
    Back(String),
}

/// The person's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Decision {
    #[default]
    Allow,
    Refuse,
}

/// A deliberate fault of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wrong {
    /// The code exchange is slow.
    Late,
    /// The response contains a different state.
    State,
    /// The response is `error=server_error`.
    ServerError,
    /// The last scope is not granted.
    Less,
}

impl Wrong {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "late" => Some(Self::Late),
            "state" => Some(Self::State),
            "server_error" => Some(Self::ServerError),
            "less" => Some(Self::Less),
            _ => None,
        }
    }
}

/// Shows the consent page.
pub(crate) async fn get(State(sandbox): State<Sandbox>, uri: Uri) -> Response {
    sandbox.stats().authorize += 1;
    let query = uri.query().unwrap_or_default();
    match check(&sandbox, query) {
        Ok((settings, request)) => consent::page(&settings, &request, query),
        Err(Rejection::Page(trouble)) => pages::trouble(trouble),
        Err(Rejection::Back(location)) => go(&location),
    }
}

/// Handles the submitted decision.
pub(crate) async fn post(State(sandbox): State<Sandbox>, body: String) -> Response {
    let form = Form::parse(&body);
    let wrong = form.get("wrong").and_then(Wrong::parse);
    let decision = match (form.get("decision"), wrong) {
        (Some("allow"), _) | (None, Some(_)) => Decision::Allow,
        (Some("refuse"), _) => Decision::Refuse,
        _ => {
            return pages::trouble(Trouble::new(
                "Nothing was decided",
                "Go back and press one of the buttons.",
            ));
        }
    };
    let query = form.get("request").unwrap_or_default();
    let choice = form.get("choice").unwrap_or_default();
    let user_id = sandbox.settings().user_id();
    match decide(&sandbox, query, choice, decision, wrong, &user_id) {
        Ok(location) => go(&location),
        Err(trouble) => pages::trouble(trouble),
    }
}

/// Applies the decision of a person to the request in the query, and returns the URL for the browser.
pub(crate) fn decide(
    sandbox: &Sandbox,
    query: &str,
    choice: &str,
    decision: Decision,
    wrong: Option<Wrong>,
    user_id: &str,
) -> Result<String, Trouble> {
    let (settings, mut request) = match check(sandbox, query) {
        Ok(checked) => checked,
        Err(Rejection::Page(trouble)) => return Err(trouble),
        Err(Rejection::Back(location)) => return Ok(location),
    };
    sandbox.stats().consents += 1;
    if wrong == Some(Wrong::State) {
        request.state = Some(random::text());
    }
    if wrong == Some(Wrong::ServerError) {
        return Ok(request.error_redirect(&OAuthError::new(
            Kind::ServerError,
            "You asked the sandbox to fail here.",
        )));
    }
    if decision == Decision::Refuse {
        return Ok(
            request.error_redirect(&OAuthError::new(Kind::AccessDenied, "The person refused."))
        );
    }
    let Some(reach) = GrantScope::parse(choice, &settings) else {
        return Err(Trouble::new(
            "No such choice",
            "The group or one of the organizations on the page must be chosen.",
        ));
    };
    let mut scopes = settings.granted(&request.scopes);
    if wrong == Some(Wrong::Less) && scopes.len() > 1 {
        scopes.pop();
    }
    let code = sandbox.grants().issue(Code {
        client_id: settings.client_id.clone(),
        redirect_uri: request.named_redirect.then(|| request.redirect_uri.clone()),
        challenge: request.challenge.clone(),
        scopes,
        reach,
        context: settings.context,
        user_id: user_id.to_owned(),
        late: wrong == Some(Wrong::Late),
        issued: Instant::now(),
    });
    sandbox.stats().codes_issued += 1;
    Ok(request.back(&[("code", &code)]))
}

/// Returns a valid request, and the settings of its client.
fn check(sandbox: &Sandbox, query: &str) -> Result<(Arc<Settings>, AuthorizeRequest), Rejection> {
    let form = Form::parse(query);
    let settings = client(sandbox, &form).map_err(Rejection::Page)?;
    let redirect_uri = redirect_uri(&settings, &form).map_err(Rejection::Page)?;
    let mut request = AuthorizeRequest {
        redirect_uri,
        named_redirect: form.get("redirect_uri").is_some(),
        state: form.get("state").map(str::to_owned),
        challenge: String::new(),
        scopes: Vec::new(),
    };
    match parameters(&settings, &form) {
        Ok((challenge, scopes)) => {
            request.challenge = challenge;
            request.scopes = scopes;
            Ok((settings, request))
        }
        Err(error) => Err(Rejection::Back(request.error_redirect(&error))),
    }
}

fn client(sandbox: &Sandbox, form: &Form) -> Result<Arc<Settings>, Trouble> {
    let sent = form.get("client_id");
    let known = sent.filter(|_| !form.is_repeated("client_id"));
    known.and_then(|id| sandbox.client(id)).ok_or_else(|| {
        Trouble::new(
            "The sandbox does not know this app",
            "Start the sandbox and the app with the same client id.",
        )
        .fact("client_id sent", sent.unwrap_or("none"))
        .fact("client_id registered", &sandbox.settings().client_id)
    })
}

fn redirect_uri(settings: &Settings, form: &Form) -> Result<String, Trouble> {
    let sent = form.get("redirect_uri");
    let found = match sent {
        // Snyk uses the first registered URI if the request has none.
        None => settings.redirect_uris.first(),
        Some(_) if form.is_repeated("redirect_uri") => None,
        Some(sent) => settings.redirect_uris.iter().find(|known| *known == sent),
    };
    found.cloned().ok_or_else(|| {
        let mut trouble = Trouble::new(
            "This app may not send you back there",
            "The redirect URI must equal a registered one, character for character.",
        )
        .fact("redirect_uri sent", sent.unwrap_or("none"));
        for known in &settings.redirect_uris {
            trouble = trouble.fact("redirect_uri registered", known);
        }
        trouble
    })
}

/// Returns the challenge and the scopes, or the error of the request.
fn parameters(settings: &Settings, form: &Form) -> Result<(String, Vec<String>), OAuthError> {
    let invalid = |hint: &str| OAuthError::new(Kind::InvalidRequest, hint);
    if let Some(name) = form.repeated() {
        return Err(invalid(&format!(
            "The parameter '{name}' is there more than once."
        )));
    }
    match form.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(OAuthError::new(Kind::UnsupportedResponseType, "")),
        None => return Err(invalid("The parameter 'response_type' is missing.")),
    }
    let Some(challenge) = form.get("code_challenge") else {
        return Err(invalid(
            "Clients must include a code_challenge when performing the authorize code flow, but \
             it is missing.",
        ));
    };
    if form.get("code_challenge_method") != Some("S256") {
        return Err(invalid("Clients must use code_challenge_method=S256."));
    }
    let is_digest = challenge.len() == 43
        && challenge
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !is_digest {
        return Err(invalid(
            "The code_challenge must be the base64url encoding of a SHA-256 digest without \
             padding: 43 characters.",
        ));
    }
    let registered = settings.registered();
    let scopes = form.get("scope").map_or_else(|| registered.clone(), words);
    if let Some(unknown) = scopes.iter().find(|scope| !registered.contains(scope)) {
        return Err(OAuthError::new(
            Kind::InvalidScope,
            format!("The app is not allowed to request scope '{unknown}'."),
        ));
    }
    Ok((challenge.to_owned(), scopes))
}

fn go(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return pages::trouble(Trouble::new(
            "The redirect URI cannot be sent",
            "It has characters that no header may have.",
        ));
    };
    (
        StatusCode::SEE_OTHER,
        [
            (LOCATION, location),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ],
    )
        .into_response()
}
