//! What Snyk does not say.

/// Stands for a word of Snyk's that is not known, among those that are: in filters and addresses too.
pub const WORD: &str = "unknown";
/// The same on the page.
pub const LABEL: &str = "Unknown";

/// A word of Snyk's, or the one for none.
#[must_use]
pub fn word(word: Option<String>) -> String {
    word.unwrap_or_else(|| WORD.to_owned())
}
