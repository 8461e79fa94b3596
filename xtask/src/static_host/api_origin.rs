//! The origin of the API, for a page that is served elsewhere.

use std::str::FromStr;

use anyhow::{Result, ensure};

/// An origin: scheme, host and port. It is safe inside an attribute and a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiOrigin(String);

impl ApiOrigin {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ApiOrigin {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (scheme, authority) = text.split_once("://").unwrap_or_default();
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if is_port(port) => host,
            _ => authority,
        };
        ensure!(
            host.split('.').all(is_label),
            "it is not an origin, such as https://api.example.com"
        );
        let is_local = host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1";
        ensure!(
            scheme == "https" || (scheme == "http" && is_local),
            "it must begin with https://, because cookies of the session are sent there"
        );
        Ok(Self(text.to_owned()))
    }
}

/// Returns whether a text is a port as it is written in an origin.
fn is_port(text: &str) -> bool {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    is_number && text.parse::<u16>().is_ok()
}

/// Returns whether a text is a part of a host name between two dots.
fn is_label(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_of_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_are_taken() {
        for (text, origin) in [
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com/", "https://api.example.com"),
            (
                "https://api.example.com:8443",
                "https://api.example.com:8443",
            ),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://api.localhost", "http://api.localhost"),
        ] {
            assert_eq!(text.parse::<ApiOrigin>().unwrap().as_str(), origin);
        }
        for wrong in [
            "",
            "api.example.com",
            "http://api.example.com",
            "https://",
            "https://api.example.com/v1",
            "https://api.example.com?x",
            "https://user@api.example.com",
            "https://api.example.com:x",
            "https://api.example.com:+443",
            "https://api.example.com:0",
            "https://api.example.com:65536",
            "https://.",
            "https://a..b",
            "https://*.example.com",
            "https://api.example.com; script-src *",
            "https://a\" onload=\"x",
            "javascript://localhost",
        ] {
            assert!(wrong.parse::<ApiOrigin>().is_err(), "{wrong}");
        }
    }
}
