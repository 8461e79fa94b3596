//! The addresses of a configured server, as far as the variables determine them without IO (pure).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::Variables;

/// The default of `LISTEN`.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:3000";
/// The default of `PUBLIC_URL`, if no other variable implies one.
pub const DEFAULT_PUBLIC_URL: &str = "http://localhost:3000";

/// Returns `PUBLIC_URL`, or its default. Snyk redirects users to the page, and the page is on this
/// server unless `FRONTEND_ORIGIN` is set. The redirect URI therefore implies the public URL.
#[must_use]
pub fn public_url(variables: &Variables) -> String {
    variables
        .get("PUBLIC_URL")
        .or_else(|| implied_by_redirect_uri(variables))
        .unwrap_or(DEFAULT_PUBLIC_URL)
        .to_owned()
}

/// Returns the variable that [`public_url`] came from; `None` if it is the default.
#[must_use]
pub fn public_url_variable(variables: &Variables) -> Option<&'static str> {
    if variables.get("PUBLIC_URL").is_some() {
        return Some("PUBLIC_URL");
    }
    implied_by_redirect_uri(variables).map(|_| "REDIRECT_URI")
}

fn implied_by_redirect_uri(variables: &Variables) -> Option<&str> {
    let redirect_uri = variables.get("REDIRECT_URI").unwrap_or_default();
    redirect_uri
        .strip_suffix("/callback")
        .filter(|_| variables.get("FRONTEND_ORIGIN").is_none())
        .filter(|origin| {
            let authority = origin
                .strip_prefix("http://")
                .or_else(|| origin.strip_prefix("https://"));
            authority.is_some_and(|text| !text.is_empty() && !text.contains(['/', '?', '#', '@']))
        })
}

/// Returns the host and port of a plain HTTP URL on this computer.
#[must_use]
pub fn local(url: &str) -> Option<(&str, u16)> {
    let authority = url.strip_prefix("http://")?;
    let authority = authority.split(['/', '?', '#']).next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, 80),
    };
    let is_local = is_localhost(host)
        || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
        || host == "[::1]";
    is_local.then_some((host, port))
}

/// Returns the other loopback address to listen on if browsers use `localhost`. Browsers try both
/// addresses, and another program on the second one would receive the callback of a login.
#[must_use]
pub fn beside(listen: SocketAddr, host: &str, port: u16) -> Option<SocketAddr> {
    if !is_localhost(host) || port != listen.port() || port == 0 {
        return None;
    }
    let other: IpAddr = match listen.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST | Ipv4Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Ipv4Addr::LOCALHOST.into(),
        _ => return None,
    };
    Some(SocketAddr::new(other, port))
}

fn is_localhost(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public_url_of(pairs: &[(&str, &str)]) -> String {
        let mut variables = Variables::default();
        for (name, value) in pairs {
            variables.set(name, *value);
        }
        public_url(&variables)
    }

    #[test]
    fn the_public_address_is_where_snyk_sends_people_back_to() {
        for (redirect_uri, url) in [
            ("http://localhost:4000/callback", "http://localhost:4000"),
            (
                "https://app.example.com/callback",
                "https://app.example.com",
            ),
            ("https://app.example.com/x/callback", DEFAULT_PUBLIC_URL),
            ("https://user@app.example.com/callback", DEFAULT_PUBLIC_URL),
            ("https:///callback", DEFAULT_PUBLIC_URL),
            ("/callback", DEFAULT_PUBLIC_URL),
            ("", DEFAULT_PUBLIC_URL),
        ] {
            assert_eq!(
                public_url_of(&[("REDIRECT_URI", redirect_uri)]),
                url,
                "{redirect_uri}"
            );
        }
        let uri = ("REDIRECT_URI", "https://app.example.com/callback");
        let elsewhere = ("FRONTEND_ORIGIN", "https://app.example.com");
        assert_eq!(public_url_of(&[uri, elsewhere]), DEFAULT_PUBLIC_URL);
        assert_eq!(
            public_url_of(&[uri, ("PUBLIC_URL", " http://a ")]),
            "http://a"
        );
    }

    #[test]
    fn addresses_on_this_computer_are_distinguished_from_others() {
        for (url, expected) in [
            ("http://localhost:3000", Some(("localhost", 3000))),
            ("http://localhost/x", Some(("localhost", 80))),
            ("http://app.localhost:1/", Some(("app.localhost", 1))),
            ("http://127.0.0.1:3000", Some(("127.0.0.1", 3000))),
            ("http://[::1]:3000", Some(("[::1]", 3000))),
            ("http://[::1]", Some(("[::1]", 80))),
            ("https://localhost:3000", None),
            ("http://localhost.example.com:3000", None),
            ("http://10.0.0.1:3000", None),
            ("http://localhost:port", None),
        ] {
            assert_eq!(local(url), expected, "{url}");
        }
    }

    #[test]
    fn the_other_loopback_address_is_listened_on_where_browsers_use_localhost() {
        for (listen, host, port, other) in [
            ("127.0.0.1:3000", "localhost", 3000, Some("[::1]:3000")),
            ("0.0.0.0:3000", "localhost", 3000, Some("[::1]:3000")),
            ("[::1]:3000", "localhost", 3000, Some("127.0.0.1:3000")),
            ("127.0.0.1:3000", "127.0.0.1", 3000, None),
            ("127.0.0.1:3000", "localhost", 4000, None),
            ("127.0.0.2:3000", "localhost", 3000, None),
            ("[::]:3000", "localhost", 3000, None),
            ("127.0.0.1:0", "localhost", 0, None),
        ] {
            let other = other.map(|text| text.parse().unwrap());
            assert_eq!(
                beside(listen.parse().unwrap(), host, port),
                other,
                "{listen} {host}"
            );
        }
    }
}
