//! A person's API token (pure).

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use zeroize::Zeroizing;

/// The prefixes of personal and service account access tokens.
const PREFIXES: [&str; 2] = ["snyk_uat.", "snyk_sat."];

/// A person's API token or personal access token. It cannot be printed.
#[derive(Clone)]
pub struct ApiToken(SecretString);

/// The error returned when a text cannot be an API token. It discloses nothing of the text.
#[derive(Debug, thiserror::Error)]
pub enum NotAToken {
    /// There is no text.
    #[error("it is empty")]
    Empty,
    /// The text holds a character that no token has.
    #[error(
        "it holds a character that no token has, such as a space or a line break: copy the token \
         alone"
    )]
    Character,
}

impl ApiToken {
    /// Returns the header `Authorization` of requests with this token.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        let text = Zeroizing::new(format!("token {}", self.0.expose_secret()));
        // This does not fail: the characters have been checked.
        let mut value = HeaderValue::try_from(text.as_str()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Returns the host of the region's API that issued the token, such as `api.eu.snyk.io`.
    /// Personal access tokens carry it; older API tokens, which are UUIDs, do not.
    #[must_use]
    pub fn api_host(&self) -> Option<String> {
        let text = self.0.expose_secret();
        let rest = PREFIXES.iter().find_map(|kind| text.strip_prefix(kind))?;
        let payload = rest.split('.').nth(1)?.trim_end_matches('=');
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let payload: Value = serde_json::from_slice(&payload).ok()?;
        let host = payload["h"].as_str()?;
        let host = host.strip_prefix("https://").unwrap_or(host);
        Some(host.trim_end_matches('/').to_owned())
    }
}

impl FromStr for ApiToken {
    type Err = NotAToken;

    /// Checks the text without the white space around it.
    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NotAToken::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NotAToken::Character);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiToken(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word_and_is_never_printed() {
        let token: ApiToken = " 8c7f2f0e-canary\n".parse().unwrap();
        assert_eq!(format!("{token:?}"), "ApiToken(redacted)");
        let header = token.authorization().unwrap();
        assert!(header.is_sensitive());
        assert_eq!(header.to_str().unwrap(), "token 8c7f2f0e-canary");
        assert!(matches!(" \n".parse::<ApiToken>(), Err(NotAToken::Empty)));
        for text in ["two words", "two\nlines", "“quoted”", "a\u{200b}b"] {
            let error = text.parse::<ApiToken>().unwrap_err();
            assert!(!error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn a_personal_access_token_names_its_region() {
        let host = |payload: &str| {
            let payload = URL_SAFE_NO_PAD.encode(payload);
            let text = format!("snyk_uat.1a2b3c4d.{payload}.signature");
            text.parse::<ApiToken>().unwrap().api_host()
        };
        assert_eq!(host(r#"{"h":"api.eu.snyk.io"}"#).unwrap(), "api.eu.snyk.io");
        assert_eq!(
            host(r#"{"h":"https://api.snyk.io/"}"#).unwrap(),
            "api.snyk.io"
        );
        assert_eq!(host("{}"), None);
        assert_eq!(host("no JSON"), None);
        let old: ApiToken = "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90".parse().unwrap();
        assert_eq!(old.api_host(), None);
    }
}
