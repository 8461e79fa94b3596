//! The words for values that Snyk does not name.

/// Replaces a missing word of Snyk's, also in filters and addresses.
pub const WORD: &str = "unknown";
/// The label of such a value.
pub const LABEL: &str = "Unknown";

/// Returns Snyk's word, or [`WORD`] if there is none.
#[must_use]
pub fn word(word: Option<String>) -> String {
    word.unwrap_or_else(|| WORD.to_owned())
}
