//! Text for searching: without accents, in small letters.
//!
//! Unicode's tables would be heavy in the Wasm, and the browser has them: it takes a text apart into
//! letters and marks, and what is left to do here is small.

/// A text that was taken apart (Unicode's form NFD): marks away, letters small.
#[must_use]
pub fn fold(apart: &str) -> String {
    apart
        .chars()
        .filter(|letter| !is_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A combining mark of the Latin, Greek or Cyrillic script. Those of other scripts, such as the
/// vowels of Indic ones, make another word when they are left out.
const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_capitals_make_no_difference() {
        assert_eq!(fold("E\u{301}quipe DONNE\u{301}ES"), "equipe donnees");
        assert_eq!(fold("ПОРТАЛ"), "портал");
        assert_eq!(fold("倉庫管理"), "倉庫管理");
    }
}
