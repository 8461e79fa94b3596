//! `Host` is not trusted (SEC-37): a request for a foreign name is refused, which also stops DNS
//! rebinding on loopback. Addresses that we give out come from configuration.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{header, uri::Authority};
use url::Url;

use super::{
    problem::ApiError,
    rejection_log::{Rejection, quoted},
};
use crate::config::is_loopback;

/// The names that this server answers to.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    names: Arc<[String]>,
    public_url: Arc<str>,
}

impl Hosts {
    /// The public address's host and port; on loopback, every name of this computer, which no
    /// foreign page can point elsewhere.
    pub(super) fn of(public_url: &Url) -> Self {
        let host = public_url.host_str().unwrap_or_default();
        let mut names = vec![host];
        if is_loopback(public_url) {
            names.extend(["localhost", "127.0.0.1", "[::1]"]);
        }
        let default_port = if public_url.scheme() == "https" {
            443
        } else {
            80
        };
        let port = public_url.port_or_known_default().unwrap_or(default_port);
        let mut hosts: Vec<String> = names.iter().map(|name| format!("{name}:{port}")).collect();
        if port == default_port {
            hosts.extend(names.iter().map(|name| (*name).to_owned()));
        }
        Self {
            names: hosts.into(),
            public_url: public_url.origin().ascii_serialization().into(),
        }
    }

    fn contains(&self, authority: &str) -> bool {
        self.names
            .iter()
            .any(|host| host.eq_ignore_ascii_case(authority))
    }

    /// What an operator must know of a refusal: most often a proxy in front names this server by the
    /// address at which it connects.
    fn about(&self, request: &Request) -> String {
        let hosts: Vec<String> = request
            .headers()
            .get_all(header::HOST)
            .into_iter()
            .take(2)
            .map(|host| quoted(host.as_bytes()))
            .collect();
        let hosts = match (request.uri().authority(), hosts.is_empty()) {
            (Some(authority), _) => quoted(authority.as_str().as_bytes()),
            (None, true) => "none".to_owned(),
            (None, false) => hosts.join(" and "),
        };
        format!(
            "Host was {hosts}, and PUBLIC_URL is {}. A proxy in front must pass on the Host that the \
             browser sent (nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On); or \
             PUBLIC_URL is not what browsers open",
            self.public_url
        )
    }
}

/// Whether a path is one of those by which the server is watched.
pub(super) fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

/// Refuses requests for a name that is not ours; probes ask by address and are excepted.
pub(super) async fn layer(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if is_probe(request.uri().path()) || named(&request).is_some_and(|host| hosts.contains(host)) {
        return next.run(request).await;
    }
    let about = hosts.about(&request);
    let mut response = ApiError::Forbidden(FOREIGN).into_response();
    response.extensions_mut().insert(Rejection {
        why: FOREIGN,
        about: Some(about),
    });
    response
}

const FOREIGN: &str = "This server does not answer to that name. Open the app at its own address.";

/// The one name that a request asks for: that of its address, or of `Host`; both only when they
/// agree.
pub(super) fn named(request: &Request) -> Option<&str> {
    let mut hosts = request.headers().get_all(header::HOST).into_iter();
    let host = hosts.next().map(|host| host.to_str().unwrap_or_default());
    if hosts.next().is_some() {
        return None;
    }
    match (request.uri().authority().map(Authority::as_str), host) {
        (Some(authority), Some(host)) if !authority.eq_ignore_ascii_case(host) => None,
        (authority, host) => authority.or(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_37_only_configured_names_are_ours() {
        let hosts = Hosts::of(&Url::parse("https://app.example").unwrap());
        assert!(hosts.contains("app.example") && hosts.contains("APP.example:443"));
        for foreign in [
            "evil.example",
            "app.example:8443",
            "app.example.",
            "localhost",
            "",
        ] {
            assert!(!hosts.contains(foreign), "{foreign}");
        }
        let hosts = Hosts::of(&Url::parse("http://localhost:3000").unwrap());
        assert!(hosts.contains("127.0.0.1:3000") && hosts.contains("localhost:3000"));
        assert!(!hosts.contains("evil.example:3000") && !hosts.contains("localhost:80"));
    }
}
