//! The base of all addresses of the API.

use http::{
    Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use url::{Position, Url};

use crate::provider::ProviderError;

/// The configured URL of the API, taken apart once. Every address begins with it.
#[derive(Clone, Debug)]
pub(super) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// The path, without a slash at the end.
    path: String,
}

/// The configured URL of the API has no host.
#[derive(Debug, thiserror::Error)]
#[error("the address of the API is no http or https address with a host")]
pub struct NotABaseUrl(#[from] http::uri::InvalidUri);

impl BaseUrl {
    pub(super) fn new(url: &Url) -> Result<Self, NotABaseUrl> {
        Ok(Self {
            scheme: Scheme::try_from(url.scheme())?,
            authority: Authority::try_from(&url[Position::BeforeHost..Position::AfterPort])?,
            path: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Returns whether the API is reached by https.
    pub(super) fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Returns the address of a read below the base. A path that a server on the way may normalize
    /// into another one, such as one with `..`, is an error.
    pub(super) fn address(&self, path_and_query: &str) -> Result<Uri, ProviderError> {
        let other = || ProviderError::Unusable("the path is not one of the API".to_owned());
        let path = path_and_query.split('?').next().unwrap_or(path_and_query);
        let is_of_api = path.starts_with("/rest/") || path.starts_with("/v1/");
        let is_plain = path_and_query.is_ascii() && !path_and_query.contains('#');
        if !is_of_api || !is_normalized(path) || !is_plain {
            return Err(other());
        }
        let path_and_query = PathAndQuery::try_from(format!("{}{path_and_query}", self.path));
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path_and_query.map_err(|_| other())?);
        Uri::from_parts(parts).map_err(|_| other())
    }
}

/// Returns whether every reader of a path takes it for the same one: it has only characters of RFC
/// 3986, section 3.3, and no segment that stands for another (section 5.2.4).
fn is_normalized(path: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@/".contains(&byte);
    path.bytes().all(is_plain) && !path.split('/').any(is_dot_segment)
}

/// Returns whether a segment is `.` or `..`, also with its dots encoded.
fn is_dot_segment(segment: &str) -> bool {
    let mut rest = segment;
    let mut dots = 0;
    while let Some(after) = rest.strip_prefix('.').or_else(|| {
        rest.get(..3)
            .filter(|dot| dot.eq_ignore_ascii_case("%2e"))
            .and_then(|_| rest.get(3..))
    }) {
        rest = after;
        dots += 1;
    }
    rest.is_empty() && (1..=2).contains(&dots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_52_the_address_is_what_was_asked_for_at_the_configured_origin() {
        for base in [
            "https://api.snyk.io",
            "http://127.0.0.1:4010/snyk",
            "http://[::1]:4010/",
        ] {
            let path = "/rest/orgs/4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11/projects?version=x";
            let url = BaseUrl::new(&Url::parse(base).unwrap()).unwrap();
            assert_eq!(url.is_https(), base.starts_with("https"));
            assert_eq!(
                url.address(path).unwrap().to_string(),
                format!("{}{path}", base.trim_end_matches('/'))
            );
            assert!(url.address("/rest/self...").is_ok());
            for path in [
                "/rest/orgs/../self",
                "/rest/orgs/%2E%2e/projects",
                "/rest/orgs/.%2e/projects",
                "/rest/orgs/..",
                "/rest/./self",
                "/rest/%2e",
                "/rest\\self",
                "@evil.example/rest/self",
                ".evil.example/rest/self",
                ":80/rest/self",
                "/rest/se\tlf",
                "/rest/se lf",
                "/rest/self#x",
                "/rest/self?a=b#x",
                "/rest/self?a= b",
                "/rest/s\u{e9}lf",
                "/rest/self?a=\u{e9}",
            ] {
                assert!(url.address(path).is_err(), "{base}{path}");
            }
        }
    }
}
