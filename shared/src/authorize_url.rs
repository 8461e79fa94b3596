//! The address that a login sends the browser to (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
//!
//! Browser and backend build it with the same code, so that what the one sends is what the other
//! documents and tests.

use form_urlencoded::Serializer;

use crate::{
    login_state::LoginState,
    pkce::{CODE_CHALLENGE_METHOD, CodeChallenge},
    scope::Scopes,
};

/// The parts of an authorize URL that belong to the app and stay the same for each attempt.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizeUrl<'a> {
    /// The provider's authorization endpoint, an absolute address without a fragment.
    pub authorization_endpoint: &'a str,
    /// The app's client id.
    pub client_id: &'a str,
    /// The registered redirect URI, byte for byte (RFC 6749 section 3.1.2.3).
    pub redirect_uri: &'a str,
    /// The scopes to ask for.
    pub scopes: &'a Scopes,
}

impl AuthorizeUrl<'_> {
    /// The address for one attempt. It holds the state and the challenge, and never the verifier.
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
