//! A login for show: the values of an attempt that is never sent, so that a person can look at
//! them.
//!
//! An attempt of [`begin`](crate::begin) cannot be looked at, and one from here cannot be used: its
//! values are plain text, and the backend never gets them. Both are made by the same code.

use crate::{attempt::Attempt, begin::Provider, browser::random};

/// The values of an attempt that signs nobody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// The random bytes of the verifier.
    pub random: [u8; 32],
    /// The code verifier (RFC 7636 section 4.1).
    pub verifier: String,
    /// The SHA-256 of the verifier's ASCII (RFC 7636 section 4.2).
    pub digest: [u8; 32],
    /// The S256 code challenge.
    pub challenge: String,
    /// The state (RFC 6749 section 4.1.1).
    pub state: String,
    /// The address of the authorization request.
    pub address: String,
}

/// Makes an attempt for show. Returns `None` if the platform has no random bytes.
#[must_use]
pub fn rehearse(provider: Provider<'_>) -> Option<Rehearsal> {
    Some(from_random(provider, random::bytes()?, random::bytes()?))
}

fn from_random(provider: Provider<'_>, random: [u8; 32], state: [u8; 32]) -> Rehearsal {
    let attempt = Attempt::from_random(random, state);
    Rehearsal {
        random,
        verifier: attempt.verifier.secret().to_owned(),
        digest: attempt.verifier.digest(),
        challenge: attempt.challenge.as_str().to_owned(),
        state: attempt.state.secret().to_owned(),
        address: provider.address(&attempt),
    }
}

#[cfg(test)]
mod tests {
    use shared::pkce::CodeVerifier;

    use super::*;

    const PROVIDER: Provider<'_> = Provider {
        authorization_endpoint: "https://app.snyk.io/oauth2/authorize",
        client_id: "c",
        redirect_uri: "https://app.example/callback",
        scopes: "org.read",
    };

    #[test]
    fn a_rehearsal_has_the_values_of_a_login() {
        let made = from_random(PROVIDER, [1; 32], [2; 32]);
        let attempt = Attempt::from_random([1; 32], [2; 32]);
        assert_eq!(made.verifier, attempt.verifier.secret());
        assert_eq!(made.challenge, attempt.challenge.as_str());
        assert_eq!(made.state, attempt.state.secret());
        let verifier = CodeVerifier::parse(made.verifier).unwrap();
        assert_eq!(made.digest, verifier.digest());
        assert!(made.address.contains(&made.challenge));
        assert!(!made.address.contains(verifier.secret()));
    }

    #[test]
    fn no_two_rehearsals_are_alike() {
        let (one, other) = (rehearse(PROVIDER).unwrap(), rehearse(PROVIDER).unwrap());
        assert_ne!(one.random, other.random);
        assert_ne!(one.state, other.state);
    }
}
