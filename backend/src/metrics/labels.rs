//! The words of labels.

use http::StatusCode;

/// A part of the server that answers requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/api/session`.
    Session,
    /// `/api/login`.
    Login,
    /// `/api/connections`, which finishes a login.
    Exchange,
    /// The paths below `/api/connections`, without the proxy.
    Connections,
    /// The proxy to Snyk's API.
    Proxy,
    /// Another path below `/api`.
    OtherApi,
    /// The health probes.
    Probe,
    /// Documents and files of the page.
    Page,
}

impl Route {
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
            "session" => Self::Session,
            "login" => Self::Login,
            "connections" if rest.is_empty() => Self::Exchange,
            "connections" if is_proxied(rest) => Self::Proxy,
            "connections" => Self::Connections,
            _ => Self::OtherApi,
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Login => "login",
            Self::Exchange => "exchange",
            Self::Connections => "connections",
            Self::Proxy => "proxy",
            Self::OtherApi => "other_api",
            Self::Probe => "probe",
            Self::Page => "page",
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
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Revocation => "revocation",
            Self::Api => "api",
        }
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
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Connections => "connections",
        }
    }
}

/// Returns the class of a status, such as `2xx`.
pub(super) fn status_class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
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
            ("/api/login", Route::Login),
            ("/api/connections", Route::Exchange),
            ("/api/connections/x", Route::Connections),
            ("/api/connections/x/refresh", Route::Connections),
            ("/api/connections/x/snyk", Route::Connections),
            ("/api/connections/x/snyk/rest/orgs", Route::Proxy),
            ("/api/connections//snyk/", Route::Proxy),
            ("/api/nothing", Route::OtherApi),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }
}
