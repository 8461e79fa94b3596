//! Checks of URLs beyond their syntax.

use url::{Host, Url};

use super::problems::Problems;

/// Returns whether a URL refers to this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

/// Checks that a URL is an origin, and one that a session cookie can belong to.
pub(super) fn check_origin(problems: &mut Problems, name: &'static str, url: Option<&Url>) {
    let Some(url) = url else { return };
    if url.path() != "/" {
        problems.add(name, "has a path: write scheme, host and port only");
    }
    if url.scheme() != "https" && !is_loopback(url) {
        problems.add(
            name,
            "is http on a public host: use https, since session cookies need it",
        );
    }
}

/// Checks the registered redirect URI.
pub(super) fn check_redirect_uri(problems: &mut Problems, redirect_uri: &str) {
    if redirect_uri.is_empty() {
        return; // reported already
    }
    match Url::parse(redirect_uri) {
        Ok(url) if url.fragment().is_some() => {
            problems.add(
                "REDIRECT_URI",
                "has a fragment, which RFC 6749 section 3.1.2 forbids",
            );
        }
        Ok(url) if url.host_str().is_some_and(|host| host.contains('*')) => {
            problems.add(
                "REDIRECT_URI",
                "has a wildcard: write the one address that is registered at Snyk",
            );
        }
        Ok(url) if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) => {
            if url.path() != "/callback" {
                problems.add(
                    "REDIRECT_URI",
                    "must end in /callback, where the page is that reads it",
                );
            }
        }
        Ok(_) => problems.add(
            "REDIRECT_URI",
            "is not https, and not http on this computer",
        ),
        Err(_) => problems.add(
            "REDIRECT_URI",
            "is not an address: write it as registered at Snyk",
        ),
    }
}
