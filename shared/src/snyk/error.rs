//! Snyk's errors: JSON:API error documents, and the other forms that were seen.

use crate::json::{FromValue, Value};

/// What Snyk says about a failure. Every form of it that is known reads as this, and any other object
/// as one that says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorDocument {
    /// The errors, the first of which is told.
    pub errors: Vec<Error>,
}

/// An error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Error {
    /// The catalogue's word: `SNYK-0001`, `SNYK-OPENAPI-0002`.
    pub code: Option<String>,
    /// What it is, in short.
    pub title: Option<String>,
    /// What happened. Some services write `details`.
    pub detail: Option<String>,
}

/// The plan's limit of tests is used up: waiting does not help, unlike with a rate limit.
pub const TEST_LIMIT: &str = "SNYK-0006";
/// Snyk is under maintenance: trying again at once does not help.
pub const MAINTENANCE: &str = "SNYK-0099";

impl ErrorDocument {
    /// The catalogue's word, if the answer has one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.errors.iter().find_map(|error| error.code.as_deref())
    }

    /// What happened, in Snyk's words: text to show, cut by whoever shows it.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.errors
            .iter()
            .find_map(|error| error.detail.as_deref().or(error.title.as_deref()))
    }
}

impl FromValue for ErrorDocument {
    /// Reads JSON:API's form, a gateway's without the envelope, and v1's.
    fn from_value(value: Value) -> Option<Self> {
        let mut document = value.into_object()?;
        let errors: Vec<Error> = document.take("errors").unwrap_or_default();
        if !errors.is_empty() {
            return Some(Self { errors });
        }
        let error = Error {
            // v1 writes a number, the status, where others write a word.
            code: document.take_text("code"),
            title: None,
            detail: document
                .take_text("message")
                .or_else(|| document.take_text("error")),
        };
        let says_nothing = error == Error::default();
        Some(Self {
            errors: if says_nothing {
                Vec::new()
            } else {
                vec![error]
            },
        })
    }
}

impl FromValue for Error {
    fn from_value(value: Value) -> Option<Self> {
        let mut error = value.into_object()?;
        Some(Self {
            code: error.take_text("code"),
            title: error.take_text("title"),
            detail: error
                .take_text("detail")
                .or_else(|| error.take_text("details")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read;

    #[test]
    fn every_known_form_tells_its_word_and_its_detail() {
        for (text, code, detail) in [
            (
                r#"{"jsonapi":{"version":"1.0"},"errors":[{"status":"429","code":"SNYK-0001","title":"t","detail":"d","links":{"about":{"href":"x"}}}]}"#,
                Some("SNYK-0001"),
                Some("d"),
            ),
            (
                r#"{"errors":[{"status":"404","details":"d"}]}"#,
                None,
                Some("d"),
            ),
            (r#"{"errors":[{"title":"t"}]}"#, None, Some("t")),
            (
                r#"{"status":"401","code":"Unauthorized"}"#,
                Some("Unauthorized"),
                None,
            ),
            (r#"{"code":404,"error":"e","message":"m"}"#, None, Some("m")),
            (r#"{"errors":null}"#, None, None),
            (r#"{"errors":{},"message":"m"}"#, None, Some("m")),
            (
                r#"{"errors":[null,{"code":5,"title":null,"detail":"half \ud83d"}]}"#,
                None,
                Some("half \u{fffd}"),
            ),
            ("{}", None, None),
        ] {
            let document: ErrorDocument = read(text.as_bytes()).unwrap();
            assert_eq!(
                (document.code(), document.detail()),
                (code, detail),
                "{text}"
            );
        }
    }
}
