//! Random values. Each is long enough that a search in logs and databases finds nothing by chance.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Returns `N` random bytes.
#[expect(
    clippy::expect_used,
    reason = "without the system's randomness there is nothing to serve"
)]
fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Returns 32 random bytes as 43 characters.
pub(crate) fn text() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// Returns an opaque token of two parts separated by a dot, as fosite generates them.
pub(crate) fn opaque(prefix: &str) -> String {
    format!("{prefix}_{}.{}", text(), text())
}

/// Returns a random UUID.
pub(crate) fn uuid() -> String {
    let mut bytes = bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    uuid_text(bytes)
}

/// Formats the 16 bytes of a UUID.
pub(crate) fn uuid_text(bytes: [u8; 16]) -> String {
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// Returns whether a text has the format of a UUID.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, character)| match at {
            8 | 13 | 18 | 23 => character == '-',
            _ => character.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_have_their_form() {
        let id = uuid();
        assert!(is_uuid(&id), "{id}");
        assert_eq!(&id[14..15], "4");
        assert!(!is_uuid("8c7f2f0e6b1d4d0e9d550f3a2c1b7e90"));
    }

    #[test]
    fn tokens_differ_and_are_long() {
        assert_ne!(opaque("code"), opaque("code"));
        assert!(text().len() >= 32);
    }
}
