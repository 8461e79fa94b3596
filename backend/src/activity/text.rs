//! Text of others in the activity log: cleaned and bounded (pure).

/// Maximum number of characters.
const MAX: usize = 200;

/// Returns a text that cannot forge a line, move a cursor or reverse what follows: each control character
/// is replaced by its picture, each one that changes the direction of text is left out, and what is beyond
/// 200 characters is cut.
pub(super) fn cleaned(text: &str) -> String {
    let mut cleaned: String = text.chars().filter_map(shown).take(MAX).collect();
    if text.chars().filter_map(shown).nth(MAX).is_some() {
        cleaned.push('…');
    }
    cleaned
}

fn shown(c: char) -> Option<char> {
    match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => Some('\u{fffd}'),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_73_a_text_forges_no_line_and_is_bounded() {
        assert_eq!(cleaned("a\r\nb\x1b[2J\0\x7f"), "a␍␊b␛[2J␀␡");
        assert_eq!(cleaned("\u{202e}x\u{2028}\u{9b}"), "x\u{fffd}\u{fffd}");
        assert_eq!(cleaned(&"é".repeat(300)), format!("{}…", "é".repeat(MAX)));
        assert_eq!(cleaned(&"é".repeat(MAX)), "é".repeat(MAX));
    }
}
