//! The path that a person returns to after signing in: always a path of this app.
//!
//! This module prevents an open redirector (RFC 9700 section 4.11.1). It therefore uses an
//! allow-list: only characters that every URL parser interprets alike, no empty or dot segments,
//! and no percent-encoded byte that could decode to a separator.

use std::fmt;

/// Maximum length of a return path, in bytes. The path is stored in the attempt's cookie.
pub const MAX_LENGTH: usize = 512;

/// A path of this app with an optional query. It starts with exactly one `/` and contains no
/// scheme, host, fragment, dot segment, backslash or control character, encoded or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(String);

impl ReturnPath {
    /// Parses an untrusted path; returns `None` if it is not usable.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (text, None),
        };
        let is_usable = text.len() <= MAX_LENGTH
            && is_path(path)
            && query.is_none_or(is_query)
            && !is_not_a_page(path);
        is_usable.then(|| Self(text.to_owned()))
    }

    /// Returns the path of the start page.
    #[must_use]
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Returns the path in the form used for navigation.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    if rest.is_empty() {
        return true;
    }
    let segments = rest.strip_suffix('/').unwrap_or(rest);
    segments.split('/').all(|segment| {
        !matches!(segment, "" | "." | "..")
            && is_allowed(segment, |byte| !matches!(byte, b'/' | b'\\' | b'.' | b'%'))
    })
}

fn is_query(query: &str) -> bool {
    is_allowed(query, |byte| byte != b'\\')
}

/// Returns whether every character is one that all URL parsers leave unchanged, and every
/// percent-encoded byte is not a control character and satisfies `may_be_encoded`.
fn is_allowed(text: &str, may_be_encoded: impl Fn(u8) -> bool) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_fine = match byte {
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(bytes.next()), digit(bytes.next())) {
                    (Some(high), Some(low)) => u8::try_from(high * 16 + low)
                        .is_ok_and(|byte| !byte.is_ascii_control() && may_be_encoded(byte)),
                    _ => false,
                }
            }
            b'?' => false,
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@/".contains(&byte),
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// Returns whether a path is an endpoint of the app that is not a page. The API answers JSON, and
/// the callback is where the person comes from.
fn is_not_a_page(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    ["api", "callback"]
        .iter()
        .any(|word| first.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_of_ours_are_taken_as_they_are() {
        for path in [
            "/",
            "/flow",
            "/connections/01JD9Z7K3M8QW4",
            "/orgs/8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90/projects?severity=critical,high&q=a%20b",
            "/projects/",
            "/projects?q=%E6%B5%81",
        ] {
            assert_eq!(ReturnPath::parse(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn sec_20_nothing_that_could_leave_is_taken() {
        for trick in [
            "",
            "flow",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/%5cevil.example",
            "/%2fevil.example",
            "/%2Fevil.example",
            "/a//b",
            "/./a",
            "/../a",
            "/a/..",
            "/%2e%2e/a",
            "/%2e/",
            "https://evil.example",
            "https:/evil.example",
            "javascript:alert(1)",
            "/\tevil",
            "/%09/evil.example",
            "/%0d%0aLocation:x",
            "/a#b",
            "/a b",
            "/\u{a0}",
            "/é",
            "/%",
            "/%2",
            "/%zz",
            "/%00",
            "/%25%32%66",
            "/@evil;x",
            "/a?b?c",
            "/a?b\\c",
            "/a?%5c",
            "/a?%0a",
            "/api/session",
            "/API/x",
            "/callback?code=a",
            "/a/\u{202e}b",
            "@evil.example",
            "http:evil.example",
            "/<script>",
            "/a;jsessionid=1",
        ] {
            assert_eq!(ReturnPath::parse(trick), None, "{trick:?}");
        }
        assert_eq!(
            ReturnPath::parse(&format!("/{}", "a".repeat(MAX_LENGTH))),
            None
        );
    }

    proptest! {
        #[test]
        fn sec_76_whatever_is_taken_starts_with_one_slash(text in "\\PC{0,80}") {
            if let Some(path) = ReturnPath::parse(&text) {
                prop_assert!(path.as_str().starts_with('/'));
                prop_assert!(!path.as_str().starts_with("//"));
                prop_assert!(!path.as_str().contains('\\'));
            }
        }
    }
}
