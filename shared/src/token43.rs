//! The format that verifier, challenge and state share: 32 bytes in unpadded base64url.

/// Length of 32 bytes in base64url without padding, in characters.
pub(crate) const LENGTH: usize = 43;

/// The alphabet of base64url (RFC 4648 section 5).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Encodes 32 bytes in base64url without padding. By hand, because the general encoder would be a
/// seventh of the Wasm that a first visit loads.
pub(crate) fn encode(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(LENGTH);
    for three in bytes.chunks(3) {
        let bits = three
            .iter()
            .zip([16, 8, 0])
            .fold(0, |bits, (byte, shift)| bits | u32::from(*byte) << shift);
        // Three bytes are four characters, and the last two bytes are three.
        for shift in [18, 12, 6, 0].iter().take(three.len() + 1) {
            text.push(char::from(ALPHABET[(bits >> shift & 63) as usize]));
        }
    }
    text
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

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_encoding_is_that_of_another_encoder(bytes: [u8; 32]) {
            let text = encode(&bytes);
            prop_assert_eq!(&text, &URL_SAFE_NO_PAD.encode(bytes));
            // The buffer did not grow, so it left no copy of a secret behind.
            prop_assert_eq!(text.capacity(), LENGTH);
        }
    }
}
