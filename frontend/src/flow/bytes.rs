//! Bytes as a person reads them.

use std::fmt::Write as _;

/// Formats bytes in hexadecimal, separated by spaces: `9e 41 c0`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        if !text.is_empty() {
            text.push(' ');
        }
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_two_digits() {
        assert_eq!(hex(&[0x9e, 0x04, 0x00]), "9e 04 00");
        assert_eq!(hex(&[]), "");
    }
}
