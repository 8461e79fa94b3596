//! Decodes text as editors and shells write it: with or without a byte order mark, in UTF-8 or
//! UTF-16, with invisible characters at its ends (pure).

use std::{char, fmt};

/// The reason why bytes cannot be read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotText {
    /// The bytes are neither UTF-8 nor marked as UTF-16. Holds the line number, counted from 1.
    NotUtf8(usize),
    /// The bytes are marked as UTF-16 and contain half a character.
    BrokenUtf16,
    /// The bytes are marked as UTF-32.
    Utf32,
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8(line) => write!(f, "line {line} is not UTF-8 text")?,
            Self::BrokenUtf16 => f.write_str("it is UTF-16 with half a character in it")?,
            Self::Utf32 => f.write_str("it is UTF-32")?,
        }
        f.write_str("; save it as UTF-8")
    }
}

impl std::error::Error for NotText {}

/// Decodes a file as UTF-8, or as UTF-16 with a byte order mark, which the `>` operator of Windows
/// PowerShell writes. The mark is not part of the text.
///
/// UTF-16 without a mark is not detected. As UTF-8 it is text with NUL characters, which the caller
/// may reject.
///
/// # Errors
///
/// Returns an error if the bytes are in another encoding.
pub fn decode(bytes: &[u8]) -> Result<String, NotText> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Err(NotText::Utf32),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, NotText> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            Err(NotText::NotUtf8(1 + before.matches('\n').count()))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NotText::BrokenUtf16);
    }
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units)
        .collect::<Result<_, _>>()
        .map_err(|_| NotText::BrokenUtf16)
}

/// Trims white space and invisible characters at the ends of a value.
#[must_use]
pub fn trim(value: &str) -> &str {
    value.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// Returns the first character that users cannot see or recognize: a control character, a
/// zero-width character, or white space other than a plain space.
#[must_use]
pub fn first_unseen(value: &str) -> Option<char> {
    value
        .chars()
        .find(|&c| is_invisible(c) || (c.is_whitespace() && c != ' '))
}

/// Describes a character for a user who cannot see it: its code point, and a name for common ones.
#[must_use]
pub fn name_of(c: char) -> String {
    let words = match c {
        '\0' => ", a NUL, as in UTF-16 without a byte order mark",
        '\n' | '\r' => ", a line break",
        '\t' => ", a tab",
        '\u{a0}' | '\u{202f}' => ", a space that does not break",
        '\u{200b}'..='\u{200d}' | '\u{2060}' => ", a character of no width",
        '\u{feff}' => ", a byte order mark",
        '\u{2018}'..='\u{201f}' => ", a typographic quotation mark",
        _ => "",
    };
    format!("U+{:04X}{words}", u32::from(c))
}

/// Returns whether a character is invisible and not white space.
fn is_invisible(c: char) -> bool {
    let is_white_space = c.is_whitespace();
    !is_white_space
        && (c.is_control()
            || matches!(
                c,
                '\u{ad}'
                    | '\u{61c}'
                    | '\u{180e}'
                    | '\u{200b}'..='\u{200f}'
                    | '\u{202a}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{fe00}'..='\u{fe0f}'
                    | '\u{feff}'
                    | '\u{fff9}'..='\u{fffb}'
                    | '\u{e0000}'..='\u{e007f}'
            ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn text_is_read_in_the_encodings_that_editors_and_shells_write() {
        let text = "A=物流 😀\r\n";
        let marked = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            marked.as_bytes().to_vec(),
            utf16(&marked, u16::to_le_bytes),
            utf16(&marked, u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{bytes:x?}");
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
        // A second mark is an ordinary character, which trimming removes.
        assert_eq!(
            decode("\u{feff}\u{feff}a".as_bytes()).as_deref(),
            Ok("\u{feff}a")
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_reported_with_their_line() {
        for (bytes, why) in [
            (&b"A=b\nB=\xe9\n"[..], NotText::NotUtf8(2)),
            (b"\xef\xbb\xbfA\n\n\xff", NotText::NotUtf8(3)),
            (b"\xff\xfea", NotText::BrokenUtf16),
            (b"\xff\xfe\x00\xd8", NotText::BrokenUtf16),
            (b"\xff\xfe\x00\x00a\x00\x00\x00", NotText::Utf32),
            (b"\x00\x00\xfe\xff", NotText::Utf32),
        ] {
            assert_eq!(decode(bytes), Err(why), "{bytes:x?}");
        }
        assert_eq!(
            NotText::NotUtf8(2).to_string(),
            "line 2 is not UTF-8 text; save it as UTF-8"
        );
    }

    #[test]
    fn what_nobody_sees_is_trimmed_at_the_ends_and_found_within() {
        for (value, trimmed) in [
            (" a b\t\r\n", "a b"),
            ("\u{feff}a\u{200b}", "a"),
            ("\u{a0}a\0\0", "a"),
            ("\u{2060}\u{3000}\u{200e}", ""),
        ] {
            assert_eq!(trim(value), trimmed, "{value:?}");
        }
        assert_eq!(first_unseen("snyk_cs_ ^`ä物"), None);
        for c in ['\0', '\n', '\t', '\u{a0}', '\u{200b}', '\u{feff}', '\u{ad}'] {
            assert_eq!(first_unseen(&format!("a{c}b")), Some(c), "{c:?}");
        }
        assert_eq!(name_of('\u{200b}'), "U+200B, a character of no width");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let _ = decode(&bytes);
        }
    }
}
