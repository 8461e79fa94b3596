//! Builds the authorization request URL (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
//!
//! The browser and the backend share this code, so that the URL the browser uses is the URL that
//! the backend documents and tests.

use form_urlencoded::Serializer;

use crate::{
    login_state::LoginState,
    pkce::{CODE_CHALLENGE_METHOD, CodeChallenge},
    scope::Scopes,
};

/// The parameters of an authorization request that do not change between attempts.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizeUrl<'a> {
    /// The provider's authorization endpoint: an absolute URL without a fragment.
    pub authorization_endpoint: &'a str,
    /// The app's client id.
    pub client_id: &'a str,
    /// The registered redirect URI, byte for byte (RFC 6749 section 3.1.2.3).
    pub redirect_uri: &'a str,
    /// The scopes to request.
    pub scopes: &'a Scopes,
}

impl AuthorizeUrl<'_> {
    /// Returns the URL for one attempt. It contains the state and the challenge, and never the
    /// verifier.
    #[must_use]
    pub fn for_attempt(&self, state: &LoginState, challenge: &CodeChallenge) -> String {
        let mut url = self.authorization_endpoint.to_owned();
        let query_starts = url.find('?').map_or_else(
            || {
                url.push('?');
                url.len()
            },
            |at| at + 1,
        );
        Serializer::for_suffix(url, query_starts)
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id)
            .append_pair("redirect_uri", self.redirect_uri)
            .append_pair("scope", &self.scopes.to_string())
            .append_pair("state", state.secret())
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", CODE_CHALLENGE_METHOD)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkce::CodeVerifier;

    fn query(url: &str) -> Vec<(String, String)> {
        let (_, query) = url.split_once('?').unwrap();
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    #[test]
    fn sec_3_url_holds_each_parameter_once_and_names_s256() {
        let verifier = CodeVerifier::from_random([1; 32]);
        let state = LoginState::from_random([2; 32]);
        let url = AuthorizeUrl {
            authorization_endpoint: "https://app.snyk.io/oauth2/authorize",
            client_id: "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90",
            redirect_uri: "http://localhost:3000/callback?a=1&b=!+%",
            scopes: &Scopes::parse("org.read,org.project.read"),
        }
        .for_attempt(&state, &verifier.challenge());

        assert!(url.starts_with("https://app.snyk.io/oauth2/authorize?response_type=code&"));
        let expected = [
            ("response_type", "code"),
            ("client_id", "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90"),
            ("redirect_uri", "http://localhost:3000/callback?a=1&b=!+%"),
            ("scope", "org.read org.project.read"),
            ("state", state.secret()),
            ("code_challenge", verifier.challenge().as_str()),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(query(&url), expected);
        assert!(!url.contains(verifier.secret()));
    }

    #[test]
    fn an_endpoint_with_a_query_keeps_it() {
        let url = AuthorizeUrl {
            authorization_endpoint: "https://id.example/authorize?tenant=a",
            client_id: "c",
            redirect_uri: "https://app.example/callback",
            scopes: &Scopes::parse("org.read"),
        }
        .for_attempt(
            &LoginState::from_random([0; 32]),
            &CodeVerifier::from_random([0; 32]).challenge(),
        );
        assert!(url.starts_with("https://id.example/authorize?tenant=a&response_type=code&"));
        assert_eq!(url.matches('?').count(), 1);
    }
}
