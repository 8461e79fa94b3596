//! `POST /api/connections`: what the provider sent to the callback, handed over.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use shared::{
    api::connection::{Connected, LoginFinish},
    return_path::ReturnPath,
};
use tracing::Instrument as _;

use super::{
    exchange::{self, Browser, Finished},
    verify::{Answer, Expected, Rejected, Verified, verify},
};
use crate::{
    connection,
    http::{client_ip::ClientNetwork, json::JsonBody, problem::ApiError, state::AppState},
    login::{cookie as login_cookie, route::binding},
    session::extract::PresentedSessions,
};

/// Verifies, claims, and only then exchanges the code, once, in a task of its own: a browser that
/// hangs up must not lose a pair that Snyk has given out.
pub async fn finish(
    State(app): State<AppState>,
    client: ClientNetwork,
    PresentedSessions(signed_in): PresentedSessions,
    headers: HeaderMap,
    JsonBody(body): JsonBody<LoginFinish>,
) -> Result<Response, ApiError> {
    app.limits.exchange(client)?;
    let expected = Expected {
        vault: &app.vault,
        cookies: app.cookies,
        binding: binding(&app),
        now: app.clock.now(),
        provider: &app.region,
    };
    let verified = match verify(&expected, &headers, body) {
        Ok(verified) => verified,
        Err(Rejected { error, ended: None }) => return Err(error),
        Err(Rejected {
            error,
            ended: Some(cookie),
        }) => return Ok(ended(&app, cookie, error.into_response())),
    };
    let Verified {
        cookie,
        claim,
        verifier,
        return_to,
        reconnects,
        answer,
    } = verified;
    match exchange::claim(&app, &claim).await {
        // The store was not asked to the end: the attempt and its cookie stay.
        Err(error @ ApiError::Store(_)) => return Err(error),
        Err(error) => return Ok(ended(&app, cookie, error.into_response())),
        Ok(()) => {}
    }
    let code = match answer {
        Answer::Refused(why) => return Ok(ended(&app, cookie, why.into_response())),
        Answer::Code(code) => code,
    };
    let browser = Browser {
        name: name(&headers),
        sessions: signed_in.iter().map(|one| one.token.hash()).collect(),
        sibling_attempts: login_cookie::sibling_attempts(
            &app.vault,
            app.cookies,
            &headers,
            &cookie,
        ),
        claim,
        reconnects: reconnects.clone(),
    };
    let done = app
        .tasks
        .spawn({
            let app = app.clone();
            async move { exchange::exchange(&app, code, &verifier, browser).await }
                .in_current_span()
        })
        .await
        .unwrap_or_else(|_| Err(ApiError::Internal("the exchange’s task ended".to_owned())));
    let response = match done {
        Err(error) => error.into_response(),
        Ok(Finished {
            connection,
            session,
        }) => {
            let body = Connected {
                connection: connection::view(&connection, &app.app.scopes),
                return_to: moved(return_to, reconnects.as_deref(), &connection.id).to_string(),
            };
            let set = app.cookies.set(
                app.cookies.session_name(),
                session.secret().to_owned(),
                app.lifetimes.absolute,
            );
            let mut response = (StatusCode::CREATED, Json(body)).into_response();
            response.headers_mut().append(header::SET_COOKIE, set);
            response
        }
    };
    Ok(ended(&app, cookie, response))
}

/// Where to go on to: a login that was to take a connection's place and has another leads to the same
/// page of that.
fn moved(return_to: ReturnPath, from: Option<&str>, to: &str) -> ReturnPath {
    let rest = from
        .filter(|from| *from != to)
        .and_then(|from| {
            return_to
                .as_str()
                .strip_prefix("/connections/")?
                .strip_prefix(from)
        })
        .filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    match rest.and_then(|rest| ReturnPath::parse(&format!("/connections/{to}{rest}"))) {
        Some(moved) => moved,
        None => return_to,
    }
}

/// The attempt is over: its cookie goes.
fn ended(app: &AppState, cookie: String, mut response: Response) -> Response {
    response
        .headers_mut()
        .append(header::SET_COOKIE, app.cookies.remove(cookie));
    response
}

/// The browser as it names itself, bounded and without control characters.
fn name(headers: &HeaderMap) -> String {
    headers
        .get(header::USER_AGENT)
        .and_then(|name| name.to_str().ok())
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_that_has_another_connection_leads_to_the_same_page_of_that() {
        for (path, from, expected) in [
            (
                "/connections/a/projects?q=x",
                Some("a"),
                "/connections/b/projects?q=x",
            ),
            ("/connections/a", Some("a"), "/connections/b"),
            (
                "/connections/a?asked=x",
                Some("a"),
                "/connections/b?asked=x",
            ),
            ("/connections/ab", Some("a"), "/connections/ab"),
            ("/connections/a", Some("b"), "/connections/a"),
            ("/connections/a", None, "/connections/a"),
            ("/flow", Some("a"), "/flow"),
        ] {
            let moved = moved(ReturnPath::parse(path).unwrap(), from, "b");
            assert_eq!(moved.as_str(), expected, "{path} {from:?}");
        }
    }
}
