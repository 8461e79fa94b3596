//! Folds text for searching: without accents, in lower case.
//!
//! Unicode's tables would make the Wasm large, and the browser has them: it decomposes a text into
//! letters and marks and lower-cases it, and little is left to do here.

/// Folds a text in lower case and in Unicode's form NFD: removes marks.
#[must_use]
pub fn fold(apart: &str) -> String {
    apart
        .chars()
        .filter(|letter| !is_mark(*letter))
        // Whether a sigma is the last letter depends on how much of the word is there.
        .map(|letter| if letter == 'ς' { 'σ' } else { letter })
        .collect()
}

/// Folds a text in Unicode's form NFD, by the tables of the standard library.
#[cfg(test)]
pub(crate) fn folded(apart: &str) -> String {
    fold(&apart.to_lowercase())
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
        assert_eq!(folded("E\u{301}quipe DONNE\u{301}ES"), "equipe donnees");
        assert_eq!(folded("ПОРТАЛ"), "портал");
        assert_eq!(folded("倉庫管理"), "倉庫管理");
        assert_eq!(folded("ΟΔΟΣ"), "οδοσ");
    }
}
