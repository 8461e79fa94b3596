//! The steps of a rehearsed login.

use login::rehearsal::Rehearsal;
use shared::{route::Route, scope::Scopes};

use super::step::{ATTEMPT_LIFETIME, COUNT, Step};

/// Returns the steps of a rehearsal whose login would ask for these scopes.
#[must_use]
pub fn steps(made: &Rehearsal, scopes: &Scopes) -> [Step; COUNT] {
    let (endpoint, parameters) = made.address.split_once('?').unwrap_or((&made.address, ""));
    let mut ask = Step::new("", format!("GET {}", without_scheme(endpoint)), "");
    for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
        ask = ask.plain(name, value);
    }
    let scopes: Vec<_> = scopes.iter().collect();
    [
        Step::new("", "POST /api/login", "")
            .plain("state", &made.state)
            .sealed("code_verifier", "43 characters, wiped once sent")
            .plain("return_to", Route::Flow.to_string()),
        Step::new("", "", "Sealed, HttpOnly: this page cannot read it")
            .sealed("login-…", "state, verifier, path, time")
            .plain("Max-Age", ATTEMPT_LIFETIME.to_string()),
        ask,
        Step::new(
            "waits for you",
            "303 /callback",
            "and off the address bar at once",
        )
        .sealed("code", "one use, spent within seconds")
        .plain("state", "must equal the one in the cookie"),
        Step::new("", "POST /api/connections", "")
            .sealed("code", "handed over once")
            .plain("state", "looked up in the cookie"),
        Step::new("", "POST /oauth2/token", "")
            .plain("grant_type", "authorization_code")
            .sealed("code", "from the browser")
            .sealed("client_secret", "on the server only")
            .sealed("code_verifier", "out of the cookie"),
        Step::new("", "", "Encrypted before it is used")
            .sealed("access_token", "short-lived")
            .sealed("refresh_token", "one use")
            .plain("scope", scopes.join(" ")),
        Step::new("", "201", "and a new session cookie")
            .sealed("session", "HttpOnly: this page cannot read it"),
    ]
}

/// Returns an address without its scheme.
pub(super) fn without_scheme(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::step::Value;

    fn made() -> Rehearsal {
        Rehearsal {
            random: [1; 32],
            verifier: "the-verifier".to_owned(),
            digest: [2; 32],
            challenge: "the-challenge".to_owned(),
            state: "the-state".to_owned(),
            address: "https://app.snyk.io/oauth2/authorize?response_type=code&\
                redirect_uri=https%3A%2F%2Fa.example%2Fcallback&code_challenge=the-challenge&\
                state=the-state"
                .to_owned(),
        }
    }

    #[test]
    fn what_is_asked_for_is_read_from_the_address_itself() {
        let [.., ask, _, _, _, _, _] = steps(&made(), &Scopes::default());
        assert_eq!(ask.code, "GET app.snyk.io/oauth2/authorize");
        let details: Vec<_> = ask
            .details
            .iter()
            .map(|detail| (detail.name.as_str(), detail.value.clone()))
            .collect();
        let plain = |text: &str| Value::Plain(text.to_owned());
        assert_eq!(
            details,
            [
                ("response_type", plain("code")),
                ("redirect_uri", plain("https://a.example/callback")),
                ("code_challenge", plain("the-challenge")),
                ("state", plain("the-state")),
            ]
        );
    }

    #[test]
    fn the_verifier_is_sealed_in_every_step() {
        for step in steps(&made(), &Scopes::parse("org.read")) {
            for detail in step.details {
                let is_secret = ["code_verifier", "code", "client_secret", "session"]
                    .contains(&detail.name.as_str())
                    || detail.name.ends_with("_token");
                assert_eq!(
                    matches!(detail.value, Value::Sealed(_)),
                    is_secret || detail.name == "login-…"
                );
                assert!(!format!("{:?}", detail.value).contains("the-verifier"));
            }
        }
    }
}
