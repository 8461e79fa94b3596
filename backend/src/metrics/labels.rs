//! The words of labels.

use http::StatusCode;

/// A part of the server that answers requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/api/session`, and the paths of `/api/sessions`.
    Session,
    /// `/api/login`.
    Login,
    /// `/api/connections`, which finishes a login.
    Exchange,
    /// The paths below `/api/connections`, without the proxy.
    Connections,
    /// The proxy to Snyk's API.
    Proxy,
    /// The paths below `/api/admin`.
    Admin,
    /// Another path below `/api`.
    OtherApi,
    /// The health probes.
    Probe,
    /// Documents and files of the page.
    Page,
}

impl Route {
    /// The words, in the order of the variants.
    pub(super) const WORDS: [&'static str; 9] = [
        "session",
        "login",
        "exchange",
        "connections",
        "proxy",
        "admin",
        "other_api",
        "probe",
        "page",
    ];

    /// Returns the part that answers a path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let Some(path) = path.strip_prefix("/api/") else {
            return match path {
                "/healthz" | "/readyz" => Self::Probe,
                _ => Self::Page,
            };
        };
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        match first {
            "session" | "sessions" => Self::Session,
            "login" => Self::Login,
            "admin" => Self::Admin,
            "connections" if rest.is_empty() => Self::Exchange,
            "connections" if is_proxied(rest) => Self::Proxy,
            "connections" => Self::Connections,
            _ => Self::OtherApi,
        }
    }
}

/// Returns whether the path behind `/api/connections/` is one of the proxy.
fn is_proxied(rest: &str) -> bool {
    rest.split_once('/')
        .is_some_and(|(_, rest)| rest.starts_with("snyk/"))
}

/// An interface of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The token endpoint.
    Token,
    /// The revocation endpoint.
    Revocation,
    /// The API.
    Api,
}

impl Endpoint {
    /// The words, in the order of the variants.
    pub(super) const WORDS: [&'static str; 3] = ["token", "revocation", "api"];
}

/// A circuit breaker in front of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// That of the API.
    Api,
    /// That of the token and the revocation endpoint.
    Token,
}

impl Circuit {
    /// The words, in the order of the variants.
    pub(super) const WORDS: [&'static str; 2] = ["api", "token"];

    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// A cache of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// Sessions by their token.
    Sessions,
    /// Connections by the session that is authorized for them.
    Connections,
}

impl Cache {
    /// The words, in the order of the variants.
    pub(super) const WORDS: [&'static str; 2] = ["sessions", "connections"];
}

/// The classes of statuses.
pub(super) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// The classes, and the word for a request without an answer.
pub(super) const CLASSES_OR_NONE: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "none"];

/// Returns the index of a status in [`CLASSES`].
pub(super) fn class_index(status: StatusCode) -> usize {
    match status.as_u16() {
        100..200 => 0,
        200..300 => 1,
        300..400 => 2,
        400..500 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_one_part() {
        for (path, route) in [
            ("/", Route::Page),
            ("/api", Route::Page),
            ("/connections/x/overview", Route::Page),
            ("/readyz", Route::Probe),
            ("/readyz/", Route::Page),
            ("/api/session", Route::Session),
            ("/api/sessions", Route::Session),
            ("/api/sessions/x", Route::Session),
            ("/api/login", Route::Login),
            ("/api/connections", Route::Exchange),
            ("/api/connections/x", Route::Connections),
            ("/api/connections/x/refresh", Route::Connections),
            ("/api/connections/x/snyk", Route::Connections),
            ("/api/connections/x/snyk/rest/orgs", Route::Proxy),
            ("/api/connections//snyk/", Route::Proxy),
            ("/api/admin/installs/x", Route::Admin),
            ("/api/nothing", Route::OtherApi),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }

    #[test]
    fn a_word_has_the_index_of_its_variant() {
        for (route, word) in [(Route::Session, "session"), (Route::Page, "page")] {
            assert_eq!(Route::WORDS[route as usize], word);
        }
        assert_eq!(Route::WORDS[Route::Proxy as usize], "proxy");
        assert_eq!(Endpoint::WORDS[Endpoint::Api as usize], "api");
        assert_eq!(Circuit::Token.word(), "token");
        assert_eq!(Cache::WORDS[Cache::Connections as usize], "connections");
        for (status, word) in [(200, "2xx"), (404, "4xx"), (599, "5xx"), (999, "5xx")] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(CLASSES[class_index(status)], word);
        }
        assert_eq!(CLASSES_OR_NONE[..CLASSES.len()], CLASSES);
    }
}
