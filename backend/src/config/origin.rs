//! Origins: scheme, host and port of a URL.

use std::fmt;

use url::{Host, Url};

use super::problems::Problems;

/// An origin, with the URL of its root.
#[derive(Clone, Debug)]
pub struct Origin {
    root: Url,
    text: String,
}

impl Origin {
    /// Returns the origin of a URL.
    #[must_use]
    pub fn of(url: &Url) -> Self {
        let mut root = url.clone();
        root.set_path("");
        root.set_query(None);
        root.set_fragment(None);
        // These fail only for URLs without a host, which have none.
        let _ = root.set_username("");
        let _ = root.set_password(None);
        Self {
            text: url.origin().ascii_serialization(),
            root,
        }
    }

    /// Returns the serialized origin, as in the header `Origin`: without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the URL of the root.
    #[must_use]
    pub fn root(&self) -> &Url {
        &self.root
    }

    /// Returns whether it uses https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.root.scheme() == "https"
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Origin {}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_alone() {
        for (url, text, root) in [
            (
                "https://app.example",
                "https://app.example",
                "https://app.example/",
            ),
            (
                "HTTPS://App.Example:443/x?y#z",
                "https://app.example",
                "https://app.example/",
            ),
            (
                "http://user:canary@localhost:3000/",
                "http://localhost:3000",
                "http://localhost:3000/",
            ),
        ] {
            let origin = Origin::of(&Url::parse(url).unwrap());
            assert_eq!((origin.as_str(), origin.root().as_str()), (text, root));
            assert_eq!(origin, Origin::of(origin.root()));
        }
    }
}
