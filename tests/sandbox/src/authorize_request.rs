//! An authorization request, and the redirects that answer it.

use crate::form::with_query;
use crate::oauth_error::OAuthError;

/// An authorization request that can be shown to a person.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizeRequest {
    /// The URI to which the browser is redirected.
    pub(crate) redirect_uri: String,
    /// Whether the request contained the URI; otherwise it is the first registered one.
    pub(crate) named_redirect: bool,
    pub(crate) state: Option<String>,
    pub(crate) challenge: String,
    /// The requested scopes.
    pub(crate) scopes: Vec<String>,
}

impl AuthorizeRequest {
    pub(crate) fn back(&self, parameters: &[(&str, &str)]) -> String {
        let mut parameters = parameters.to_vec();
        if let Some(state) = &self.state {
            parameters.push(("state", state));
        }
        with_query(&self.redirect_uri, &parameters)
    }

    pub(crate) fn error_redirect(&self, error: &OAuthError) -> String {
        self.back(&[
            ("error", error.kind.word()),
            ("error_description", &error.description()),
        ])
    }
}
