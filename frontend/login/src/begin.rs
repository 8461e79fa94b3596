//! The beginning of a login: creates an attempt, and returns what to send and where to go then.

use shared::{authorize_url::AuthorizeUrl, scope::Scopes};

use crate::{
    attempt::Attempt,
    browser::random,
    json::{Object, longest},
};

/// The parameters of a login at a provider, as `GET /api/session` returns them.
#[derive(Clone, Copy, Debug)]
pub struct Provider<'a> {
    /// The provider's authorization endpoint.
    pub authorization_endpoint: &'a str,
    /// The app's client id.
    pub client_id: &'a str,
    /// The redirect URI.
    pub redirect_uri: &'a str,
    /// The scopes to request, separated by spaces.
    pub scopes: &'a str,
}

impl Provider<'_> {
    /// Returns the address of the authorization request of an attempt.
    pub(crate) fn address(&self, attempt: &Attempt) -> String {
        let address = AuthorizeUrl {
            authorization_endpoint: self.authorization_endpoint,
            client_id: self.client_id,
            redirect_uri: self.redirect_uri,
            scopes: &Scopes::parse(self.scopes),
        };
        address.for_attempt(&attempt.state, &attempt.challenge)
    }
}

/// A login that has begun. The attempt itself is erased: afterwards only the backend knows the
/// verifier.
pub struct Begun {
    /// The body of `POST /api/login`. It contains the verifier. The address and a line end fit into
    /// the same buffer.
    pub body: String,
    /// The address to send the browser to once the backend has the body.
    pub address: String,
}

impl Begun {
    /// Returns the body and the address as two lines, neither of which contains a line end. There is
    /// room for both, so that no copy of the verifier stays behind.
    #[must_use]
    pub fn into_lines(self) -> String {
        let mut lines = self.body;
        lines.push('\n');
        lines.push_str(&self.address);
        lines
    }
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Begun(redacted)")
    }
}

/// Begins a login that returns to the path `return_to`, and replaces the connection `reconnect`.
/// Returns `None` if the platform has no random bytes.
#[must_use]
pub fn begin(
    provider: Provider<'_>,
    return_to: Option<&str>,
    reconnect: Option<&str>,
) -> Option<Begun> {
    let attempt = make()?;
    let address = provider.address(&attempt);
    Some(Begun {
        body: body_of(&attempt, return_to, reconnect, address.len() + 1),
        address,
    })
}

/// Creates an attempt, or returns `None` if the platform has no random bytes.
#[must_use]
pub fn make() -> Option<Attempt> {
    Some(Attempt::from_random(random::bytes()?, random::bytes()?))
}

/// Returns the body of the request, a [`LoginStart`](shared::api::login::LoginStart), with room for
/// as many more bytes.
fn body_of(
    attempt: &Attempt,
    return_to: Option<&str>,
    reconnect: Option<&str>,
    room: usize,
) -> String {
    let given = [return_to, reconnect].into_iter().flatten();
    let capacity = 256 + given.map(longest).sum::<usize>() + room;
    let mut body = Object::with_capacity(capacity);
    body.add("state", Some(attempt.state.secret()));
    body.add("code_verifier", Some(attempt.verifier.secret()));
    body.add("return_to", return_to);
    body.add("reconnect", reconnect);
    body.finish()
}

#[cfg(test)]
mod tests {
    use shared::api::login::LoginStart;

    use super::*;

    #[test]
    fn the_body_is_what_the_backend_reads() {
        let attempt = Attempt::from_random([1; 32], [2; 32]);
        let path = "/connections/a?q=\"b\\";
        for (return_to, reconnect) in [
            (None, None),
            (Some(path), None),
            (None, Some("01JD9Z7K3M8QW4T5V6X7Y8Z9AB")),
            (Some(path), Some("01JD9Z7K3M8QW4T5V6X7Y8Z9AB")),
        ] {
            let body = body_of(&attempt, return_to, reconnect, 0);
            let read: LoginStart = serde_json::from_str(&body).unwrap();
            assert_eq!(read.state, attempt.state.secret());
            assert_eq!(read.code_verifier, attempt.verifier.secret());
            assert_eq!(read.return_to.as_deref(), return_to);
            assert_eq!(read.reconnect.as_deref(), reconnect);
            // As serde writes it, so that nothing more is sent either.
            assert_eq!(body, serde_json::to_string(&read).unwrap());
        }
    }

    #[test]
    fn sec_3_a_login_shows_the_provider_the_challenge_and_the_backend_the_verifier() {
        let provider = Provider {
            authorization_endpoint: "https://app.snyk.io/oauth2/authorize",
            client_id: "c",
            redirect_uri: "https://app.example/callback",
            scopes: "org.read org.project.read",
        };
        let begun = begin(provider, None, None).unwrap();
        let sent: LoginStart = serde_json::from_str(&begun.body).unwrap();
        let verifier = shared::pkce::CodeVerifier::parse(sent.code_verifier).unwrap();
        assert!(begun.address.contains(verifier.challenge().as_str()));
        assert!(!begun.address.contains(verifier.secret()));
        assert!(begun.address.contains(&format!("state={}", sent.state)));
        assert!(begun.address.contains("scope=org.read+org.project.read"));
        assert!(!format!("{begun:?}").contains(&sent.state));
        let (body, address) = (begun.body.clone(), begun.address.clone());
        let capacity = begun.body.capacity();
        let lines = begun.into_lines();
        assert_eq!(lines, format!("{body}\n{address}"));
        assert_eq!(lines.capacity(), capacity, "the buffer grew");
    }
}
