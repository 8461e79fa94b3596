//! `REDIRECT_URI`: where Snyk sends people back to.

use url::Url;

use super::{
    origin::{Origin, is_loopback},
    reader::Reader,
};

/// The registered redirect URI.
#[derive(Clone, Debug)]
pub struct RedirectUri {
    text: String,
    origin: Origin,
}

/// Reads the text. A missing one is a problem.
pub(super) fn require(reader: &mut Reader<'_>) -> Option<String> {
    reader.require(
        "REDIRECT_URI",
        "the registered redirect URI, for instance http://localhost:3000/callback",
    )
}

impl RedirectUri {
    /// Reads the section, or adds problems.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let text = require(reader)?;
        match Self::parse(text) {
            Ok(uri) => Some(uri),
            Err(why) => {
                reader.problems.add("REDIRECT_URI", why);
                None
            }
        }
    }

    /// Parses a redirect URI. The error is for the operator.
    pub(crate) fn parse(text: String) -> Result<Self, &'static str> {
        let url =
            Url::parse(&text).map_err(|_| "is not an address: write it as registered at Snyk")?;
        if url.fragment().is_some() {
            return Err("has a fragment, which RFC 6749 section 3.1.2 forbids");
        }
        if url.host_str().is_some_and(|host| host.contains('*')) {
            return Err("has a wildcard: write the one address that is registered at Snyk");
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
            return Err("is not https, and not http on this computer");
        }
        if url.path() != "/callback" {
            return Err("must end in /callback, where the page is that reads it");
        }
        let origin = Origin::of(&url);
        Ok(Self { text, origin })
    }

    /// Returns the URI byte for byte, since Snyk compares it with the registered one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the origin to which people return.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_is_https_or_on_this_computer_and_kept_byte_for_byte() {
        for (text, expected) in [
            ("https://app.example/callback", Ok("https://app.example")),
            (
                "HTTPS://App.Example:443/callback",
                Ok("https://app.example"),
            ),
            (
                "https://app.example/callback?x=1",
                Ok("https://app.example"),
            ),
            (
                "http://localhost:3000/callback",
                Ok("http://localhost:3000"),
            ),
            ("http://[::1]/callback", Ok("http://[::1]")),
            ("http://app.example/callback", Err("is not https")),
            ("ftp://localhost/callback", Err("is not https")),
            ("https://app.example/callback#", Err("has a fragment")),
            ("https://*.app.example/callback", Err("has a wildcard")),
            (
                "https://app.example/callback/",
                Err("must end in /callback"),
            ),
            ("https://app.example", Err("must end in /callback")),
            ("/callback", Err("is not an address")),
        ] {
            match (RedirectUri::parse(text.to_owned()), expected) {
                (Ok(uri), Ok(origin)) => {
                    assert_eq!((uri.as_str(), uri.origin().as_str()), (text, origin));
                }
                (Err(why), Err(words)) => assert!(why.starts_with(words), "{text}: {why}"),
                (parsed, _) => panic!("{text}: {parsed:?}"),
            }
        }
    }
}
