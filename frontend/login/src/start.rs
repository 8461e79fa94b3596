//! The press on Connect: make the attempt, hand it over, forget it, and say where to go.

use shared::{
    api::{
        login::{LoginAttempts, LoginStart},
        session::App,
    },
    authorize_url::AuthorizeUrl,
};
use zeroize::Zeroize;

use crate::{
    attempt::Attempt,
    browser::{
        address_bar,
        fetch::{self, Within},
        random,
    },
    failure::{Answer, Failure},
};

/// Starts a login at `app`'s provider and returns the address to send the browser to. It takes the
/// place of the connection `reconnect`, which this browser must reach. Afterwards the backend alone
/// knows the verifier.
pub async fn start(
    app: &App,
    return_to: Option<String>,
    reconnect: Option<String>,
) -> Result<String, Failure> {
    if let Some(wrong) = wrong_origin(app) {
        return Err(wrong);
    }
    let attempt = make().ok_or(Failure::Unreadable)?;
    let mut handed_over = LoginStart {
        state: attempt.state.secret().to_owned(),
        code_verifier: attempt.verifier.secret().to_owned(),
        return_to,
        reconnect,
    };
    // Room for the whole: a buffer that grows would leave copies of the verifier behind.
    let mut body = Vec::with_capacity(1_024);
    let written = serde_json::to_writer(&mut body, &handed_over);
    handed_over.code_verifier.zeroize();
    handed_over.state.zeroize();
    written.map_err(|_| Failure::Unreadable)?;
    let sent = match str::from_utf8(&body) {
        Ok(body) => fetch::send("POST", "/api/login", Some(body), Within::Server).await,
        Err(_) => Err(Failure::Unreadable),
    };
    body.zeroize();
    sent?.done()?;
    if is_cookie_lost().await {
        return Err(Failure::CookiesBlocked);
    }
    let address = AuthorizeUrl {
        authorization_endpoint: &app.authorization_endpoint,
        client_id: &app.client_id,
        redirect_uri: &app.redirect_uri,
        scopes: &app.scopes,
    };
    Ok(address.for_attempt(&attempt.state, &attempt.challenge))
}

/// Why a login that begins here cannot be finished: cookies belong to a host, and the provider sends
/// the browser back to the app's own.
#[must_use]
pub fn wrong_origin(app: &App) -> Option<Failure> {
    let here = address_bar::origin()?;
    let right = app.origin.clone();
    (!right.is_empty() && here != right).then_some(Failure::WrongOrigin { here, right })
}

/// Whether the attempt's cookie does not come back to the server. `navigator.cookieEnabled` stays
/// true where a site's cookies are blocked, so it is tried: a consent would be given in vain.
async fn is_cookie_lost() -> bool {
    let answer = fetch::send("GET", "/api/login", None, Within::Server).await;
    let attempts = answer.and_then(Answer::json::<LoginAttempts>);
    // Where the question fails the login goes on, and its end tells.
    attempts.is_ok_and(|attempts| attempts.presented == 0)
}

/// A new attempt, or `None` when the platform has no randomness to give.
#[must_use]
pub fn make() -> Option<Attempt> {
    Some(Attempt::from_random(random::bytes()?, random::bytes()?))
}
