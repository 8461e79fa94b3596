//! The format that verifier, challenge and state share: 32 bytes in unpadded base64url.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Length of 32 bytes in base64url without padding, in characters.
pub(crate) const LENGTH: usize = 43;

/// Encodes 32 bytes in base64url without padding (RFC 4648 section 5).
pub(crate) fn encode(bytes: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns whether `text` has the length and the alphabet of an encoded value.
///
/// The two unused bits of the last character are not checked: the value is compared and hashed as
/// text and never decoded, so different encodings of the same bytes are simply different values.
pub(crate) fn is_well_formed(text: &str) -> bool {
    text.len() == LENGTH
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
