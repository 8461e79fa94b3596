//! The verifier, the challenge and the state of an attempt to log in. Pure.

use shared::{
    login_state::LoginState,
    pkce::{CodeChallenge, CodeVerifier},
};

/// An attempt to log in. The verifier is zeroized when it is dropped.
#[derive(Debug)]
pub struct Attempt {
    /// The code verifier, which only the backend may learn, so that a stolen code is worthless.
    pub verifier: CodeVerifier,
    /// The code challenge, which is all that Snyk learns of the verifier.
    pub challenge: CodeChallenge,
    /// The state, which binds Snyk's answer to this browser.
    pub state: LoginState,
}

impl Attempt {
    /// Creates an attempt from random bytes, which must come from the platform's CSPRNG and must
    /// not be used for anything else.
    #[must_use]
    pub fn from_random(verifier: [u8; 32], state: [u8; 32]) -> Self {
        let verifier = CodeVerifier::from_random(verifier);
        Self {
            challenge: verifier.challenge(),
            verifier,
            state: LoginState::from_random(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verifier_and_state_come_from_bytes_of_their_own() {
        let attempt = Attempt::from_random([1; 32], [2; 32]);
        assert_eq!(attempt.verifier.secret().len(), 43);
        assert_eq!(attempt.state.secret().len(), 43);
        assert_ne!(attempt.verifier.secret(), attempt.state.secret());
        assert_eq!(
            attempt.challenge.as_str(),
            attempt.verifier.challenge().as_str()
        );
    }

    #[test]
    fn an_attempt_does_not_print_its_secrets() {
        let attempt = Attempt::from_random([1; 32], [2; 32]);
        let printed = format!("{attempt:?}");
        assert!(!printed.contains(attempt.verifier.secret()));
    }
}
