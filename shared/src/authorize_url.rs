//! Builds the authorization request URL (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
//!
//! The browser and the backend share this code, so that the URL the browser uses is the URL that
//! the backend documents and tests.

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
        let mut url = String::with_capacity(512);
        url.push_str(self.authorization_endpoint);
        if !url.contains('?') {
            url.push('?');
        }
        let mut query = Query(url);
        query.name("response_type");
        query.value("code");
        query.name("client_id");
        query.value(self.client_id);
        query.name("redirect_uri");
        query.value(self.redirect_uri);
        query.name("scope");
        for (place, scope) in self.scopes.iter().enumerate() {
            if place > 0 {
                query.value(" ");
            }
            query.value(scope);
        }
        query.name("state");
        query.value(state.secret());
        query.name("code_challenge");
        query.value(challenge.as_str());
        query.name("code_challenge_method");
        query.value(CODE_CHALLENGE_METHOD);
        query.0
    }
}

/// A URL whose query is being written, as `application/x-www-form-urlencoded` (RFC 6749 appendix B).
/// By hand, because the general serializer would be a seventh of the Wasm that a first visit loads.
struct Query(String);

impl Query {
    /// Begins a parameter. The names need no encoding.
    fn name(&mut self, name: &str) {
        if !self.0.ends_with('?') {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
    }

    /// Adds to the value of the parameter.
    fn value(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        for byte in text.bytes() {
            match byte {
                b' ' => self.0.push('+'),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                    self.0.push(char::from(byte));
                }
                _ => {
                    self.0.push('%');
                    self.0.push(char::from(HEX[usize::from(byte >> 4)]));
                    self.0.push(char::from(HEX[usize::from(byte & 15)]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pkce::CodeVerifier;

    proptest! {
        #[test]
        fn a_value_is_written_as_by_another_serializer(text in "\\PC{0,60}") {
            let mut ours = Query("?".to_owned());
            ours.name("a");
            ours.value(&text);
            ours.name("b");
            ours.value("c");
            let theirs = form_urlencoded::Serializer::new("?".to_owned())
                .append_pair("a", &text)
                .append_pair("b", "c")
                .finish();
            prop_assert_eq!(ours.0, theirs.replacen("?&", "?", 1));
        }
    }

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
