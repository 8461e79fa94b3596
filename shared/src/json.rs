//! Lenient JSON parsing for documents from other systems.
//!
//! RFC 8259 leaves open how a parser treats repeated members (section 4) and unpaired surrogates
//! (section 8.2), and permits it to ignore a byte order mark (section 8.1). `serde_json` rejects
//! all three, so that one malformed string would make the whole document unreadable. [`read`]
//! repairs the text first ([`repair()`]). A [`Value`] then holds any JSON value, and
//! [`Object::take`] returns a member or `None`.

mod repair;
mod value;

use std::fmt;

use serde::Deserialize as _;

pub use self::{
    repair::repair,
    value::{FromValue, Object, Value},
};

/// The reason why a text could not be parsed.
#[derive(Debug)]
pub enum ReadError {
    /// The text does not begin with a complete JSON value.
    Syntax(serde_json::Error),
    /// The text is JSON, but not of the requested type.
    Form,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Reports the position of the error and never the content.
        match self {
            Self::Syntax(error) => write!(
                f,
                "it is not JSON at line {}, column {}",
                error.line(),
                error.column()
            ),
            Self::Form => f.write_str("it is not the JSON that was asked for"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Syntax(error) => Some(error),
            Self::Form => None,
        }
    }
}

/// Parses the first JSON value of a text and ignores any trailing text.
///
/// # Errors
///
/// Returns an error if the text does not begin with a complete JSON value, or if the value is not
/// of type `T`.
pub fn read<T: FromValue>(text: &[u8]) -> Result<T, ReadError> {
    T::from_value(value(text)?).ok_or(ReadError::Form)
}

/// Not generic, so that the Wasm contains one copy.
fn value(text: &[u8]) -> Result<Value, ReadError> {
    let text = repair(text);
    Value::deserialize(&mut serde_json::Deserializer::from_str(&text)).map_err(ReadError::Syntax)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_first_value_is_ignored_and_half_a_value_is_refused() {
        let name = |text: &str| {
            let mut object: Object = read(text.as_bytes()).unwrap();
            object.take_text("name")
        };
        for text in [
            r#"{"name":"x"}"#,
            "\u{feff}{\"name\":\"x\"}\n",
            r#"{"name":"x"}{"name":"y"}"#,
            r#"{"name":"x"} -- cached"#,
        ] {
            assert_eq!(name(text).as_deref(), Some("x"), "{text}");
        }
        for text in [
            "",
            " ",
            r#"{"name":"x""#,
            r#"{"name":"x"#,
            "<html>",
            "{name:1}",
        ] {
            assert!(read::<Object>(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn an_error_quotes_nothing_of_the_text() {
        let error = read::<Object>(br#"{"secret" "x"}"#).unwrap_err();
        assert_eq!(error.to_string(), "it is not JSON at line 1, column 11");
    }
}
