//! Text of others as text that can only be read.

/// Returns what to show in place of a character that could hide or imitate something else: a control
/// character's picture (U+2400 to U+2421), or U+FFFD for one that has no picture, breaks a line or turns the
/// direction of what follows. Any other character stays.
#[must_use]
pub const fn visible(one: char) -> char {
    match one {
        '\0'..='\u{1f}' => match char::from_u32(0x2400 + one as u32) {
            Some(picture) => picture,
            None => char::REPLACEMENT_CHARACTER,
        },
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => char::REPLACEMENT_CHARACTER,
        _ if is_direction_mark(one) => char::REPLACEMENT_CHARACTER,
        _ => one,
    }
}

/// Returns whether a character is one of Unicode's explicit directional formatting characters, which can
/// make a text read as a different one.
#[must_use]
pub const fn is_direction_mark(one: char) -> bool {
    matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_pictures_and_names_stay() {
        let shown = |text: &str| text.chars().map(visible).collect::<String>();
        assert_eq!(shown("a\u{1b}[31mb\0\r\n\u{7f}"), "a␛[31mb␀␍␊␡");
        for mark in [
            '\u{85}', '\u{9b}', '\u{61c}', '\u{200f}', '\u{2028}', '\u{202e}', '\u{2066}',
        ] {
            assert_eq!(shown(&format!("a{mark}b")), "a\u{fffd}b", "{mark:?}");
        }
        for name in [
            "Łódź <b>Cargo</b> & Co.",
            "東京港湾物流株式会社",
            "شركة الميناء",
        ] {
            assert_eq!(shown(name), name);
        }
    }
}
