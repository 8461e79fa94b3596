//! The steps of a real login, as far as this browser can know them. The page that began it is gone,
//! and kept nothing.

use shared::api::{connection::Connection, session::App};

use super::{
    rehearsed::without_scheme,
    step::{COUNT, Step},
};

/// When the end of a login happened, in milliseconds since the callback was opened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timings {
    /// The answer of Snyk was taken from the address bar.
    pub taken: f64,
    /// The code was sent to the server.
    pub sent: f64,
    /// The server had answered.
    pub answered: f64,
}

/// Returns the steps of a connection's login. `timings` are those of this document, if the login
/// ended in it; `exact` formats an RFC 3339 time.
#[must_use]
pub fn steps(
    app: &App,
    connection: &Connection,
    timings: Option<Timings>,
    exact: impl Fn(&str) -> String,
) -> [Step; COUNT] {
    let measured =
        |time: fn(Timings) -> f64| timings.map_or_else(String::new, |it| seconds(time(it)));
    let [before, server] = if timings.is_some() {
        ["before", "server"]
    } else {
        ["", ""]
    };
    let back = match timings {
        Some(Timings { taken, .. }) => {
            format!(
                "and off the address bar {} after it was opened",
                seconds(taken)
            )
        }
        None => "and off the address bar at once".to_owned(),
    };
    let scopes: Vec<_> = connection.scopes.iter().collect();
    let access = exact(&connection.access_token_expires_at);
    let refresh = connection.refresh_token_expires_at.as_deref().map_or_else(
        || "one use".to_owned(),
        |at| format!("one use, expires {}", exact(at)),
    );
    // A login stores both times at once. Its generation says nothing: a reconnect goes on counting.
    let pair = if connection.refreshed_at == connection.connected_at {
        "Encrypted before it was used"
    } else {
        "Encrypted before it was used, and replaced since"
    };
    [
        Step::new(before, "", "Before you left; this page kept nothing of it")
            .sealed("code_verifier", "wiped when it was sent"),
        Step::new(before, "", "Used, and removed when you came back").sealed("login-…", "spent"),
        Step::new(
            before,
            format!("GET {}", without_scheme(&app.authorization_endpoint)),
            "",
        )
        .plain("client_id", &app.client_id)
        .plain("redirect_uri", &app.redirect_uri)
        .plain("code_challenge_method", "S256"),
        Step::new(measured(|_| 0.0), "303 /callback", back)
            .sealed("code", "spent")
            .plain("state", "equal, checked by the server"),
        Step::new(measured(|it| it.sent), "POST /api/connections", "")
            .sealed("code", "handed over once"),
        Step::new(server, "POST /oauth2/token", "")
            .plain("grant_type", "authorization_code")
            .sealed("client_secret", "on the server only")
            .sealed("code_verifier", "out of the cookie"),
        Step::new(server, "", pair)
            .sealed("access_token", format!("expires {access}"))
            .sealed("refresh_token", refresh)
            .plain("scope", scopes.join(" ")),
        Step::new(
            measured(|it| it.answered),
            "201",
            "and a new session cookie",
        )
        .sealed("session", "HttpOnly: this page cannot read it")
        .plain("organizations", connection.orgs.len().to_string())
        .plain("generation", connection.generation.to_string()),
    ]
}

/// Formats milliseconds as seconds: `0.642 s`. The formatting of floating-point numbers would be the
/// largest part of the page.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` is bounded here: below zero and not a number become 0"
)]
pub fn seconds(millis: f64) -> String {
    let millis = (millis + 0.5) as u64;
    format!("{}.{:03} s", millis / 1_000, millis % 1_000)
}

#[cfg(test)]
mod tests {
    use shared::{api::connection::Status, scope::Scopes};

    use super::*;
    use crate::flow::step::Value;

    const TIMINGS: Timings = Timings {
        taken: 152.0,
        sent: 163.25,
        answered: 794.0,
    };

    fn app() -> App {
        App {
            name: "Fathom".to_owned(),
            client_id: "c".to_owned(),
            authorization_endpoint: "https://app.snyk.io/oauth2/authorize".to_owned(),
            origin: String::new(),
            redirect_uri: "https://a.example/callback".to_owned(),
            scopes: Scopes::parse("org.read org.project.read"),
            region: "us-01".to_owned(),
            sandbox: false,
        }
    }

    fn connection(generation: u64) -> Connection {
        Connection {
            id: "id".to_owned(),
            status: Status::Active,
            context: None,
            orgs: Vec::new(),
            orgs_complete: true,
            scopes: Scopes::parse("org.read"),
            missing_scopes: Scopes::default(),
            connected_at: "1".to_owned(),
            access_token_expires_at: "2".to_owned(),
            refresh_token_expires_at: None,
            refreshed_at: "1".to_owned(),
            generation,
        }
    }

    fn times(timings: Option<Timings>) -> [String; COUNT] {
        steps(&app(), &connection(0), timings, str::to_owned).map(|step| step.time)
    }

    #[test]
    fn durations_count_from_the_return_and_only_where_they_were_measured() {
        assert_eq!(
            times(Some(TIMINGS)),
            [
                "before", "before", "before", "0.000 s", "0.163 s", "server", "server", "0.794 s"
            ]
        );
        assert_eq!(times(None), [""; COUNT]);
    }

    #[test]
    fn a_duration_is_rounded_to_milliseconds() {
        assert_eq!(seconds(641.5), "0.642 s");
        assert_eq!(seconds(12_003.2), "12.003 s");
        assert_eq!(seconds(-0.4), "0.000 s");
        assert_eq!(seconds(f64::NAN), "0.000 s");
    }

    #[test]
    fn the_scopes_are_those_that_were_granted() {
        let steps = steps(&app(), &connection(0), None, str::to_owned);
        let scope = steps[6].details.last().unwrap();
        assert_eq!(scope.value, Value::Plain("org.read".to_owned()));
        assert_eq!(steps[6].words, "Encrypted before it was used");
    }

    #[test]
    fn a_reconnect_counts_on_without_replacing_anything() {
        let steps = steps(&app(), &connection(5), None, str::to_owned);
        assert_eq!(steps[6].words, "Encrypted before it was used");
    }

    #[test]
    fn a_pair_that_was_replaced_is_not_that_of_the_login() {
        let refreshed = Connection {
            refreshed_at: "2".to_owned(),
            ..connection(3)
        };
        let [.., pair, end] = steps(&app(), &refreshed, None, str::to_owned);
        assert!(pair.words.ends_with("replaced since"), "{}", pair.words);
        assert_eq!(
            end.details.last().unwrap().value,
            Value::Plain("3".to_owned())
        );
    }
}
