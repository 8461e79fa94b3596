//! Text of others in the activity log: cleaned and bounded (pure).

use shared::visible::visible;

/// Maximum number of characters.
const MAX: usize = 200;

/// Returns a text that cannot forge a line, move a cursor or reverse what follows. What is beyond 200
/// characters is cut.
pub(super) fn cleaned(text: &str) -> String {
    let mut cleaned: String = text.chars().map(visible).take(MAX).collect();
    if text.chars().nth(MAX).is_some() {
        cleaned.push('…');
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_73_a_text_forges_no_line_and_is_bounded() {
        assert_eq!(cleaned("a\r\nb\x1b[2J\0\x7f"), "a␍␊b␛[2J␀␡");
        assert_eq!(cleaned("\u{202e}x\u{2028}"), "\u{fffd}x\u{fffd}");
        assert_eq!(cleaned(&"é".repeat(300)), format!("{}…", "é".repeat(MAX)));
        assert_eq!(cleaned(&"é".repeat(MAX)), "é".repeat(MAX));
    }
}
