//! The session token: 256 random bits in the cookie, and their SHA-256 in the database, so that a
//! leak of the database allows nobody to sign in.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::random;

/// The token in the session cookie.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SessionToken(String);

impl SessionToken {
    /// Generates a token.
    pub fn generate() -> Result<Self, random::NoRandomness> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random::bytes::<32>()?)))
    }

    /// Parses a presented token by its form alone; the lookup of its hash shows whether it is
    /// valid.
    #[must_use]
    pub fn presented(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (text.len() == 43 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// Returns the token itself, for the cookie.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Returns the hash, for the database.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(redacted)")
    }
}

/// The SHA-256 of a session token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Returns the bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_23_tokens_are_256_bits_and_never_repeat_or_print() {
        let (one, other) = (
            SessionToken::generate().unwrap(),
            SessionToken::generate().unwrap(),
        );
        assert_eq!(one.secret().len(), 43);
        assert_ne!(one.secret(), other.secret());
        assert!(!format!("{one:?} {:?}", one.hash()).contains(one.secret()));
    }
}
