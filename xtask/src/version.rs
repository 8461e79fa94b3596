//! Parses the versions that tools print.

use std::fmt;

/// The first three numbers of a version. The rest (`-rc1`, `+git`) is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// Returns the first text that looks like a version: `trunk 0.21.14`, `wasm-opt version 132
    /// (version_132)`, `ChromeDriver 156.0.8078.79 (…)`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let end = word
            .find(|c: char| c != '.' && !c.is_ascii_digit())
            .unwrap_or(word.len());
        // `3abc` is not a version, but `3-rc1` is.
        if !matches!(word.as_bytes().get(end), None | Some(b'-' | b'+' | b',')) {
            return None;
        }
        let mut numbers = word[..end].split('.').map(str::parse::<u32>);
        let first = numbers.next()?.ok()?;
        let mut next = || {
            numbers
                .next()
                .transpose()
                .ok()
                .map(Option::unwrap_or_default)
        };
        Some(Self(first, next()?, next()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_print() {
        for (text, version) in [
            ("trunk 0.21.14", Version(0, 21, 14)),
            ("wasm-bindgen 0.2.130", Version(0, 2, 130)),
            ("wasm-opt version 132 (version_132)", Version(132, 0, 0)),
            (
                "ChromeDriver 156.0.8078.79 (abc-refs/branch)",
                Version(156, 0, 8078),
            ),
            (
                "Chromium 156.0.8078.79 built on Debian",
                Version(156, 0, 8078),
            ),
            (
                "cargo-nextest 0.9.143 (60fa45f63 2026-08-04)",
                Version(0, 9, 143),
            ),
            ("v20.20.2", Version(20, 20, 2)),
            ("tool 1.2-rc1", Version(1, 2, 0)),
        ] {
            assert_eq!(Version::find(text), Some(version), "{text}");
        }
    }

    #[test]
    fn what_is_no_version_is_not_taken_for_one() {
        for text in ["", "trunk", "command not found", "60fa45f63", "1.x.2"] {
            assert_eq!(Version::find(text), None, "{text}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(Version(0, 9, 143) > Version(0, 9, 100));
        assert!(Version(0, 10, 0) > Version(0, 9, 143));
    }
}
