//! `POST /api/connections`: finishes a login with the parameters of the provider's callback.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    connection::view,
    ids::ConnectionId,
    session::BrowserName,
    verify::{Answer, Expected, Refusal, Rejected, Verified, verify},
};
use http::{HeaderMap, StatusCode, header};
use shared::{
    api::connection::{Connected, LoginFinish},
    problem::{Code, Problem},
    return_path::ReturnPath,
};

use super::exchange::{Browser, Exchange, Finished};
use crate::{
    activity::{self, Event},
    http::{
        RateLimits, client_ip::Client, json::JsonBody, problem::ApiError, rejection_log::quoted,
    },
    login::{Logins, cookie as login_cookie},
    request_context::{carried, child_span, set_on_span, within},
    session::extract::PresentedSessions,
    traces::Kind,
};

/// Verifies and claims the attempt, and only then exchanges the code, once. The exchange runs in a
/// task of its own: a browser that disconnects must not lose a token pair that Snyk has issued.
///
/// A failure is noted in the activity log, unless the browser cannot have begun that login: of these, a
/// stranger could cause any number.
pub async fn finish(
    exchange: State<Arc<Exchange>>,
    logins: State<Arc<Logins>>,
    limits: State<Arc<RateLimits>>,
    client: Client,
    presented: PresentedSessions,
    headers: HeaderMap,
    body: JsonBody<LoginFinish>,
) -> Result<Response, ApiError> {
    limits.exchange(client.0)?;
    let of = Arc::clone(&limits);
    let answered = try_finish(exchange, logins, presented, headers, body).await;
    let (code, error) = match &answered {
        Err(error) => (Some(error.status_and_code().1), None),
        Ok(response) => {
            let problem = response.extensions().get::<Problem>();
            let error = response.extensions().get::<NamedError>();
            (problem.map(|problem| problem.code), error)
        }
    };
    match code {
        None | Some(Code::BadRequest | Code::Unavailable | Code::Internal) => {}
        Some(Code::StateMismatch) if !of.may_note_foreign_login(client.0) => {}
        Some(code) => {
            activity::note(Event::login_failed(
                code,
                error.map(|NamedError(error)| &**error),
            ));
        }
    }
    answered
}

/// The OAuth error that a callback named, as an extension of the response, for the activity log.
#[derive(Clone, Debug)]
struct NamedError(String);

async fn try_finish(
    State(exchange): State<Arc<Exchange>>,
    State(logins): State<Arc<Logins>>,
    PresentedSessions(signed_in): PresentedSessions,
    headers: HeaderMap,
    JsonBody(body): JsonBody<LoginFinish>,
) -> Result<Response, ApiError> {
    let expected = Expected {
        binding: logins.binding,
        issuers: logins.issuers.each_ref().map(String::as_str),
        now: logins.clock.now(),
    };
    let verified = match verify(&expected, |state| logins.find(&headers, state), body) {
        Ok(verified) => verified,
        Err(Rejected::StateMismatch) => return Err(ApiError::StateMismatch),
        Err(Rejected::Malformed) => {
            return Err(ApiError::BadRequest(
                "Send either a code or an error, as the provider sent it.".to_owned(),
            ));
        }
        Err(Rejected::Expired { cookie }) => {
            let response = ApiError::LoginExpired.into_response();
            return Ok(with_cookie_removed(&logins, &cookie, response));
        }
    };
    let Verified {
        cookie,
        attempt_id,
        verifier,
        return_to,
        reconnects,
        answer,
    } = verified;
    match exchange.claim(&attempt_id).await {
        // The claim may not have been stored: keep the attempt and its cookie.
        Err(error @ ApiError::Store(_)) => return Err(error),
        Err(error) => return Ok(with_cookie_removed(&logins, &cookie, error.into_response())),
        Ok(()) => {}
    }
    let code = match answer {
        Answer::Refused(refusal) => {
            let named = match &refusal {
                Refusal::Error { error, .. } => Some(NamedError(error.clone())),
                Refusal::AccessDenied | Refusal::ForeignIssuer { .. } => None,
            };
            let mut response = error_of(refusal, &logins).into_response();
            if let Some(named) = named {
                response.extensions_mut().insert(named);
            }
            return Ok(with_cookie_removed(&logins, &cookie, response));
        }
        Answer::Code(code) => code,
    };
    let browser = Browser {
        name: browser_name(&headers),
        sessions: signed_in.iter().map(|one| one.token.hash()).collect(),
        sibling_attempts: login_cookie::sibling_attempts(
            &logins.vault,
            logins.cookies,
            &headers,
            &cookie,
        ),
        attempt_id,
        reconnects: reconnects.clone(),
    };
    let done = exchange
        .tasks
        .spawn({
            let exchange = Arc::clone(&exchange);
            let exchanging = async move {
                let done = exchange.exchange(code, &verifier, browser).await;
                set_on_span("snyk_app.exchange.outcome", outcome_word(&done));
                done
            };
            carried(within(child_span("exchange", Kind::Internal), exchanging))
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
                connection: view(&connection, &exchange.requested_scopes),
                return_to: redirect_path(return_to, reconnects.as_ref(), &connection.id)
                    .to_string(),
            };
            let set = logins.cookies.set(
                logins.cookies.session_name(),
                session.secret().to_owned(),
                exchange.lifetimes.absolute,
            );
            let mut response = (StatusCode::CREATED, Json(body)).into_response();
            response.headers_mut().append(header::SET_COOKIE, set);
            response
        }
    };
    Ok(with_cookie_removed(&logins, &cookie, response))
}

/// Maps the provider's refusal to the problem of the API contract.
fn error_of(refusal: Refusal, logins: &Logins) -> ApiError {
    match refusal {
        Refusal::AccessDenied => ApiError::AccessDenied,
        Refusal::Error { error, description } => ApiError::LoginRefused { error, description },
        Refusal::ForeignIssuer { named } => ApiError::ForeignIssuer {
            named: quoted(named.as_bytes()),
            expected: logins.issuers[0].clone(),
        },
    }
}

/// Returns the path to continue at. If a reconnect produced another connection, the path leads to
/// the same page of that one.
fn redirect_path(
    return_to: ReturnPath,
    from: Option<&ConnectionId>,
    to: &ConnectionId,
) -> ReturnPath {
    let rest = from
        .filter(|from| *from != to)
        .and_then(|from| {
            return_to
                .as_str()
                .strip_prefix("/connections/")?
                .strip_prefix(from.as_str())
        })
        .filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
    match rest.and_then(|rest| ReturnPath::parse(&format!("/connections/{to}{rest}"))) {
        Some(moved) => moved,
        None => return_to,
    }
}

/// Adds the header that removes the attempt's cookie, since the attempt is over.
fn with_cookie_removed(logins: &Logins, cookie: &str, mut response: Response) -> Response {
    response
        .headers_mut()
        .append(header::SET_COOKIE, logins.cookies.remove(cookie));
    response
}

/// Returns the name of the browser, by its header.
fn browser_name(headers: &HeaderMap) -> BrowserName {
    let header = headers.get(header::USER_AGENT);
    header.map_or_else(BrowserName::default, |header| {
        BrowserName::of_user_agent(header.as_bytes())
    })
}

/// Returns the word by which traces know the end of an exchange.
fn outcome_word(done: &Result<Finished, ApiError>) -> &'static str {
    match done {
        Ok(_) => "connected",
        Err(error) => error.status_and_code().1.as_str(),
    }
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
            let from = from.map(ConnectionId::presented);
            let to = ConnectionId::presented("b");
            let moved = redirect_path(ReturnPath::parse(path).unwrap(), from.as_ref(), &to);
            assert_eq!(moved.as_str(), expected, "{path} {from:?}");
        }
    }
}
