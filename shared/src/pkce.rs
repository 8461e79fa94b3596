//! Proof Key for Code Exchange (RFC 7636): the code verifier and its S256 challenge.
//!
//! The method `plain` is not implemented, so that no code path can request it (RFC 9700 section
//! 2.1.1).

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::token43;

/// The only supported `code_challenge_method` (RFC 7636 section 4.2).
pub const CODE_CHALLENGE_METHOD: &str = "S256";

/// A code verifier (RFC 7636 section 4.1): 32 random bytes as 43 characters of base64url.
///
/// The verifier has a redacted `Debug`, cannot be compared, and is zeroized on drop.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CodeVerifier(String);

impl CodeVerifier {
    /// Creates a verifier from 32 bytes, which must come from the platform's CSPRNG.
    #[must_use]
    pub fn from_random(mut bytes: [u8; 32]) -> Self {
        let verifier = Self(token43::encode(&bytes));
        bytes.zeroize();
        verifier
    }

    /// Parses a verifier that the browser generated. Accepts only 43 characters of base64url: RFC
    /// 7636 allows more formats, but this product generates only this one.
    pub fn parse(mut text: String) -> Result<Self, MalformedVerifier> {
        if token43::is_well_formed(&text) {
            Ok(Self(text))
        } else {
            text.zeroize();
            Err(MalformedVerifier)
        }
    }

    /// Returns the S256 challenge: the SHA-256 of the verifier's ASCII, in base64url without
    /// padding (RFC 7636 section 4.2).
    #[must_use]
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge::s256(&self.0)
    }

    /// Returns the SHA-256 of the verifier's ASCII, which the challenge encodes.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.0)
    }

    /// Returns the verifier, for the one caller that sends or seals it. Never log or store it.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier(redacted)")
    }
}

/// An S256 code challenge (RFC 7636 section 4.2): 43 characters, not secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Returns the challenge of a verifier that another program generated: 43 to 128 characters of
    /// the alphabet of RFC 7636 section 4.1. Returns `None` if it is malformed.
    #[must_use]
    pub fn of(verifier: &str) -> Option<Self> {
        let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let is_verifier =
            (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_unreserved);
        is_verifier.then(|| Self::s256(verifier))
    }

    fn s256(verifier: &str) -> Self {
        Self(token43::encode(&sha256(verifier)))
    }

    /// Returns the challenge as it occurs in the authorization request URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn sha256(verifier: &str) -> [u8; 32] {
    Sha256::digest(verifier.as_bytes()).into()
}

/// Error for a verifier of the wrong length or alphabet. Contains no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedVerifier;

impl fmt::Display for MalformedVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a code verifier is 43 characters of base64url")
    }
}

impl std::error::Error for MalformedVerifier {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Uses the octets of RFC 7636 appendix B.
    #[test]
    fn sec_2_challenge_is_that_of_rfc_7636_appendix_b() {
        let octets = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212,
            37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = CodeVerifier::from_random(octets);
        assert_eq!(
            verifier.secret(),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
        assert_eq!(
            verifier.challenge().as_str(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        let digest = [
            19, 211, 30, 150, 26, 26, 216, 236, 47, 22, 177, 12, 76, 152, 46, 8, 118, 168, 120,
            173, 109, 241, 68, 86, 110, 225, 137, 74, 203, 112, 249, 195,
        ];
        assert_eq!(verifier.digest(), digest);
    }

    #[test]
    fn a_challenge_is_computed_of_every_verifier_that_rfc_7636_allows() {
        let own = CodeVerifier::from_random([7; 32]);
        assert_eq!(CodeChallenge::of(own.secret()), Some(own.challenge()));
        for length in [43, 44, 128] {
            assert!(CodeChallenge::of(&"~".repeat(length)).is_some(), "{length}");
        }
        for length in [0, 42, 129] {
            assert!(CodeChallenge::of(&"a".repeat(length)).is_none(), "{length}");
        }
        for odd in ['=', '+', '/', ' ', 'é', '\0'] {
            let text = format!("{}{odd}", "a".repeat(43));
            assert!(CodeChallenge::of(&text).is_none(), "{odd:?}");
        }
    }

    #[test]
    fn sec_49_verifier_does_not_print() {
        let verifier = CodeVerifier::from_random([7; 32]);
        assert!(!format!("{verifier:?}").contains(verifier.secret()));
    }

    #[test]
    fn sec_3_other_lengths_and_alphabets_are_refused() {
        for text in ["", &"a".repeat(42), &"a".repeat(44), &"a".repeat(128)] {
            assert!(
                CodeVerifier::parse(text.to_owned()).is_err(),
                "{}",
                text.len()
            );
        }
        for odd in ['=', '+', '/', '.', '~', ' ', 'é', '\0'] {
            let text = format!("{}{odd}", "a".repeat(43 - odd.len_utf8()));
            assert!(CodeVerifier::parse(text).is_err(), "{odd:?}");
        }
    }

    proptest! {
        #[test]
        fn sec_1_every_verifier_is_43_characters_of_base64url(bytes: [u8; 32]) {
            let verifier = CodeVerifier::from_random(bytes);
            prop_assert!(token43::is_well_formed(verifier.secret()));
            prop_assert!(CodeVerifier::parse(verifier.secret().to_owned()).is_ok());
            prop_assert!(token43::is_well_formed(verifier.challenge().as_str()));
        }

        #[test]
        fn other_bytes_give_another_challenge(one: [u8; 32], other: [u8; 32]) {
            prop_assume!(one != other);
            let challenge = |bytes| CodeVerifier::from_random(bytes).challenge();
            prop_assert_ne!(challenge(one), challenge(other));
        }
    }
}
