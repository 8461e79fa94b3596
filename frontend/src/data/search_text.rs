//! Folds text for searching: without accents, in lower case.
//!
//! Unicode's tables would make the Wasm large, and the browser has them: it decomposes a text into
//! letters and marks, and little is left to do here.

/// Folds a text in Unicode's form NFD: removes marks and lower-cases letters.
#[must_use]
pub fn fold(apart: &str) -> String {
    apart
        .chars()
        .filter(|letter| !is_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns whether a character is a combining mark of the Latin, Greek or Cyrillic script. Without
/// those of other scripts, such as the vowels of Indic ones, it would be another word.
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
