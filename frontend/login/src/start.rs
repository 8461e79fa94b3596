//! The start of a login: creates an attempt, hands it over, erases it, and returns the next
//! address.

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

/// Starts a login at `app`'s provider, and returns the address to send the browser to. The login
/// replaces the connection `reconnect`, which this browser must be authorized for. Afterwards only
/// the backend knows the verifier.
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
    // The capacity suffices for the whole body: a buffer that grows would leave copies of the
    // verifier.
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

/// Returns the reason why a login that starts here cannot be finished: cookies belong to a host,
/// and the provider redirects the browser to the app's own origin.
#[must_use]
pub fn wrong_origin(app: &App) -> Option<Failure> {
    let here = address_bar::origin()?;
    let right = app.origin.clone();
    (!right.is_empty() && here != right).then_some(Failure::WrongOrigin { here, right })
}

/// Returns whether the cookie of the attempt does not come back to the server.
/// `navigator.cookieEnabled` stays true if the cookies of a site are blocked, so a request tests
/// it: a consent would otherwise be given in vain.
async fn is_cookie_lost() -> bool {
    let answer = fetch::send("GET", "/api/login", None, Within::Server).await;
    let attempts = answer.and_then(Answer::json::<LoginAttempts>);
    // If this request fails, the login continues, and its end shows the result.
    attempts.is_ok_and(|attempts| attempts.presented == 0)
}

/// Creates an attempt, or returns `None` if the platform has no random bytes.
#[must_use]
pub fn make() -> Option<Attempt> {
    Some(Attempt::from_random(random::bytes()?, random::bytes()?))
}
