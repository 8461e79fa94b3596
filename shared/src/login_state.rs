//! The `state` value (RFC 6749 section 10.12): what ties the provider's answer to this browser.

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::token43;

/// The state of one login attempt: 256 random bits as 43 characters of base64url, opaque, with no
/// user data inside.
///
/// Equality takes the same time wherever two values differ, so there is no `==`: see
/// [`LoginState::is_same`].
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct LoginState(String);

impl LoginState {
    /// Makes the state of 32 bytes, which must come from the platform's CSPRNG.
    #[must_use]
    pub fn from_random(mut bytes: [u8; 32]) -> Self {
        let state = Self(token43::encode(&bytes));
        bytes.zeroize();
        state
    }

    /// Takes a state from outside. One of another form was not made by this product.
    pub fn parse(text: &str) -> Result<Self, MalformedState> {
        if token43::is_well_formed(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedState)
        }
    }

    /// Compares two states in constant time.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// The state as it goes to the provider and comes back.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LoginState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginState(redacted)")
    }
}

/// A state of another length or alphabet. Carries nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedState;

impl fmt::Display for MalformedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a state is 43 characters of base64url")
    }
}

impl std::error::Error for MalformedState {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sec_49_state_does_not_print() {
        let state = LoginState::from_random([9; 32]);
        assert!(!format!("{state:?}").contains(state.secret()));
    }

    proptest! {
        #[test]
        fn sec_5_state_has_one_form_and_round_trips(bytes: [u8; 32]) {
            let state = LoginState::from_random(bytes);
            prop_assert_eq!(state.secret().len(), 43);
            prop_assert!(LoginState::parse(state.secret()).unwrap().is_same(&state));
        }

        #[test]
        fn sec_9_one_changed_character_is_another_state(bytes: [u8; 32], at in 0usize..43) {
            let state = LoginState::from_random(bytes);
            let mut changed = state.secret().as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = LoginState::parse(std::str::from_utf8(&changed).unwrap()).unwrap();
            prop_assert!(!changed.is_same(&state));
        }

        #[test]
        fn anything_else_is_refused(text in "\\PC{0,60}") {
            prop_assume!(!token43::is_well_formed(&text));
            prop_assert!(LoginState::parse(&text).is_err());
        }
    }
}
