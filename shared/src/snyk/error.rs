//! Snyk's errors: JSON:API error documents, and the other formats observed in practice.

use crate::json::{FromValue, Value};

/// An error response of Snyk. Every known format can be read as this type; any other object is read
/// as a document without errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorDocument {
    /// The errors. The first one is reported.
    pub errors: Vec<Error>,
}

/// A single error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Error {
    /// The code in Snyk's error catalogue: `SNYK-0001`, `SNYK-OPENAPI-0002`.
    pub code: Option<String>,
    /// A short summary.
    pub title: Option<String>,
    /// An explanation of this occurrence. Some services name the member `details`.
    pub detail: Option<String>,
}

/// The plan's limit of tests is used up. Unlike with a rate limit, waiting does not help.
pub const TEST_LIMIT: &str = "SNYK-0006";
/// Snyk is under maintenance. An immediate retry does not help.
pub const MAINTENANCE: &str = "SNYK-0099";

impl ErrorDocument {
    /// Returns the error code in Snyk's catalogue, if the response has one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.errors.iter().find_map(|error| error.code.as_deref())
    }

    /// Returns Snyk's explanation. The caller truncates it for display.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.errors
            .iter()
            .find_map(|error| error.detail.as_deref().or(error.title.as_deref()))
    }
}

impl FromValue for ErrorDocument {
    /// Reads the format of JSON:API, that of a gateway (without the envelope), and that of v1.
    fn from_value(value: Value) -> Option<Self> {
        let mut document = value.into_object()?;
        let errors: Vec<Error> = document.take("errors").unwrap_or_default();
        if !errors.is_empty() {
            return Some(Self { errors });
        }
        let error = Error {
            // In v1 this member is a number, the HTTP status.
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
