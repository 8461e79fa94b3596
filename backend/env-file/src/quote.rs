//! Quotes a value so that everything that reads `.env` files reads the same value (pure).
//!
//! The readers are this crate's, Node's `dotenv`, `python-dotenv`, docker compose's `env_file` and
//! a POSIX shell (`set -a; . ./.env`). They differ in what they expand and unescape:
//!
//! | form | not read alike |
//! | --- | --- |
//! | unquoted | anything that a shell splits, expands or treats as a pattern |
//! | single quotes | `'`; `\` (`python-dotenv` unescapes it); `${` (`python-dotenv` expands it) |
//! | double quotes | `"`, `\`, `$`, `` ` `` |

use crate::parse::parse;

/// A value as it is written after `NAME=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// The value in the chosen form.
    pub text: String,
    /// Whether all readers read the same value. Otherwise only this crate and Node's `dotenv` are
    /// certain to.
    pub is_portable: bool,
}

/// Quotes a value. Returns `None` for control characters, and for the few values that no form can
/// hold, which contain every kind of quote.
#[must_use]
pub fn quote(value: &str) -> Option<Quoted> {
    if value.chars().any(char::is_control) {
        return None;
    }
    let has_any = |characters: &[char]| value.contains(characters);
    let single = format!("'{value}'");
    let double = format!("\"{value}\"");
    let backtick = format!("`{value}`");
    let portable = if value.bytes().all(is_plain) {
        Some(value)
    } else if !has_any(&['\'', '\\']) && !value.contains("${") {
        Some(&*single)
    } else if !has_any(&['"', '\\', '$', '`']) {
        Some(&*double)
    } else {
        None
    };
    if let Some(text) = portable {
        return Some(Quoted {
            text: text.to_owned(),
            is_portable: true,
        });
    }
    // A backslash before the closing quote would escape it.
    let holds = |quote| !value.contains(quote) && !value.ends_with('\\');
    [
        holds('\'').then_some(&*single),
        (!value.starts_with(['\'', '"', '`'])).then_some(value),
        holds('`').then_some(&*backtick),
    ]
    .into_iter()
    .flatten()
    .find(|text| {
        parse(&format!("A={text}\n")).is_ok_and(|read| read == [("A".to_owned(), value.to_owned())])
    })
    .map(|text| Quoted {
        text: text.to_owned(),
        is_portable: false,
    })
}

/// Returns whether no reader treats a character in a special way.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'-' | b'.' | b'/' | b':' | b'@' | b'%' | b'+' | b',' | b'='
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_plainest_form_that_all_readers_agree_on_is_chosen() {
        for (value, text, is_portable) in [
            ("", "", true),
            (
                "http://localhost:3000/callback",
                "http://localhost:3000/callback",
                true,
            ),
            ("org.read org.edit", "'org.read org.edit'", true),
            ("snyk_cs_^`*=<]$#", "'snyk_cs_^`*=<]$#'", true),
            ("it's", "\"it's\"", true),
            ("~", "'~'", true),
            ("a\\b", "'a\\b'", false),
            ("${HOME}", "'${HOME}'", false),
            ("a'b$c", "a'b$c", false),
            ("a' #$c", "`a' #$c`", false),
            ("\\", "\\", false),
        ] {
            let quoted = quote(value).unwrap();
            assert_eq!((&*quoted.text, quoted.is_portable), (text, is_portable));
        }
        assert_eq!(quote("a\nb"), None);
        assert_eq!(quote("' #\"`\\"), None);
    }

    proptest! {
        #[test]
        fn a_value_is_read_back(value in "[ -~äё物]{0,40}") {
            if let Some(quoted) = quote(&value) {
                let read = parse(&format!("A={}\nB=1\n", quoted.text)).unwrap();
                prop_assert_eq!(&read[0].1, &value);
                prop_assert_eq!(read.len(), 2);
            }
        }
    }
}
