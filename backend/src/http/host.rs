//! Checks `Host`, which is not trusted (SEC-37). Requests for a foreign name are rejected, which
//! also stops DNS rebinding on loopback. Addresses in responses come from the configuration.

use std::sync::Arc;

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{header, uri::Authority};

use super::{
    problem::ApiError,
    rejection_log::{Noted, Rejection, quoted},
};
use crate::config::origin::{Origin, is_loopback};

/// The host names of this server.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    names: Arc<[String]>,
    public_url: Arc<str>,
}

impl Hosts {
    /// Returns the host and port of the public URL. On loopback, also returns every other name of
    /// this computer, since no foreign page can redirect those.
    pub(crate) fn new(origin: &Origin) -> Self {
        let public_url = origin.root();
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
            public_url: origin.as_str().into(),
        }
    }

    /// Returns the response to a request for a foreign name. Probes are exempt, since they use the
    /// address.
    pub(crate) fn rejection(&self, request: &Request) -> Option<Response> {
        if is_probe(request.uri().path())
            || requested_host(request).is_some_and(|host| self.contains(host))
        {
            return None;
        }
        let mut response = ApiError::Forbidden(FOREIGN_HOST).into_response();
        response.extensions_mut().insert(Rejection {
            why: FOREIGN_HOST,
            about: Some(self.describe_rejection(request)),
            noted: Some(Noted::Refused("for another host name")),
        });
        Some(response)
    }

    /// Returns whether a host and port are this server's.
    pub(crate) fn contains(&self, authority: &str) -> bool {
        self.names
            .iter()
            .any(|host| host.eq_ignore_ascii_case(authority))
    }

    /// Describes a rejection for the operator. The usual cause is a proxy in front that sends the
    /// address it connects to as `Host`.
    fn describe_rejection(&self, request: &Request) -> String {
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

/// Returns whether a path is a health probe.
pub(crate) fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

const FOREIGN_HOST: &str =
    "This server does not answer to that name. Open the app at its own address.";

/// Returns the host name of the request target or of `Host`. Returns `None` if the two disagree.
pub(crate) fn requested_host(request: &Request) -> Option<&str> {
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
    use url::Url;

    use super::*;

    fn origin(url: &str) -> Origin {
        Origin::of(&Url::parse(url).unwrap())
    }

    #[test]
    fn sec_37_only_configured_names_are_ours() {
        let hosts = Hosts::new(&origin("https://app.example"));
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
        let hosts = Hosts::new(&origin("http://localhost:3000"));
        assert!(hosts.contains("127.0.0.1:3000") && hosts.contains("localhost:3000"));
        assert!(!hosts.contains("evil.example:3000") && !hosts.contains("localhost:80"));
    }
}
