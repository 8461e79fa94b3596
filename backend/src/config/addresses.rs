//! The addresses of this server: where it listens, where browsers reach it, and where Snyk
//! redirects users.

use std::net::{IpAddr, SocketAddr};

use env_file::addresses::{self, DEFAULT_LISTEN};
use url::Url;

use super::{checks::check_origin, is_loopback, problems::Problems, raw::Raw};

/// The addresses. Invalid ones are `None`.
pub(super) struct Addresses {
    pub(super) listen: Option<SocketAddr>,
    pub(super) public_url: Option<Url>,
    pub(super) frontend_origin: Option<Url>,
}

impl Addresses {
    pub(super) fn read(raw: &Raw, redirect_uri: &str, p: &mut Problems) -> Self {
        let listen = p.parse_with(raw, "LISTEN", DEFAULT_LISTEN, parse_listen);
        let public_url = p.url(raw, "PUBLIC_URL", &addresses::public_url(&raw.variables));
        check_origin(p, "PUBLIC_URL", public_url.as_ref());
        let frontend_origin = match raw.get("FRONTEND_ORIGIN") {
            Some(_) => p.url(raw, "FRONTEND_ORIGIN", ""),
            None => public_url.clone(),
        };
        check_origin(p, "FRONTEND_ORIGIN", frontend_origin.as_ref());
        // A reported problem may be the reason why two values disagree.
        let are_valid = ["PUBLIC_URL", "FRONTEND_ORIGIN", "REDIRECT_URI"]
            .iter()
            .all(|name| !p.has_problem(name));
        if are_valid && let (Some(listen), Some(public_url)) = (listen, &public_url) {
            warn_if_redirect_uri_differs(p, redirect_uri, frontend_origin.as_ref());
            warn_if_port_differs(p, listen, public_url);
        }
        Self {
            listen,
            public_url,
            frontend_origin,
        }
    }
}

/// Parses an address to listen on. The error suggests a valid one.
fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
    let bare = bare.trim_end_matches('/');
    let suggestion = match bare.rsplit_once(':') {
        _ if bare.parse::<IpAddr>().is_ok() => bare
            .parse()
            .ok()
            .map(|ip: IpAddr| SocketAddr::new(ip, 3000)),
        Some(("" | "*", port)) => port.parse().ok().map(|port| ([0, 0, 0, 0], port).into()),
        Some(("localhost", port)) => port.parse().ok().map(|port| ([127, 0, 0, 1], port).into()),
        Some(_) => bare.parse().ok(),
        None => bare.parse().ok().map(|port| ([127, 0, 0, 1], port).into()),
    };
    let example = suggestion.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 3000)));
    Err(format!(
        "is not an IP address with a port: write for instance {example}"
    ))
}

fn warn_if_redirect_uri_differs(p: &mut Problems, redirect_uri: &str, page: Option<&Url>) {
    if let (Ok(redirect), Some(page)) = (Url::parse(redirect_uri), page)
        && redirect.origin() != page.origin()
    {
        p.warn(format!(
            "REDIRECT_URI sends people to {}, and the page is at {}: no sign-in can be finished \
             there, unless something in between leads from one to the other",
            redirect.origin().ascii_serialization(),
            page.origin().ascii_serialization()
        ));
    }
}

/// Warns if the ports differ. A plain HTTP public URL on this computer most likely refers to this
/// server itself.
fn warn_if_port_differs(p: &mut Problems, listen: SocketAddr, public_url: &Url) {
    let public = public_url.port_or_known_default().unwrap_or_default();
    let is_direct = public_url.scheme() == "http"
        && is_loopback(public_url)
        && listen.ip().is_loopback()
        && listen.port() != 0;
    if is_direct && public != listen.port() {
        p.warn(format!(
            "PUBLIC_URL is on port {public}, and LISTEN on port {}: browsers find nothing there, \
             unless something in between leads from one to the other",
            listen.port()
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_listen_address_is_reported_with_a_suggestion() {
        for (text, example) in [
            ("3000", "127.0.0.1:3000"),
            (":4000", "0.0.0.0:4000"),
            ("*:4000", "0.0.0.0:4000"),
            ("localhost:4000", "127.0.0.1:4000"),
            ("0.0.0.0", "0.0.0.0:3000"),
            ("::1", "[::1]:3000"),
            ("http://127.0.0.1:4000/", "127.0.0.1:4000"),
            ("127.0.0.1:99999", "127.0.0.1:3000"),
            ("app.example.com:443", "127.0.0.1:3000"),
        ] {
            let why = parse_listen(text).unwrap_err();
            assert!(why.ends_with(&format!(" {example}")), "{text}: {why}");
        }
        assert!(parse_listen("[::]:3000").is_ok());
    }
}
