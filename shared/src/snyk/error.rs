//! Snyk's errors: JSON:API error documents, and the other forms that were seen.

use serde::Deserialize;

use super::lenient;

/// What Snyk says about a failure. Every form of it that is known reads as this, and a form that is
/// not reads as one that says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "AnyForm")]
pub struct ErrorDocument {
    /// The errors, the first of which is told.
    pub errors: Vec<Error>,
}

/// An error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Error {
    /// The catalogue's word: `SNYK-0001`, `SNYK-OPENAPI-0002`.
    #[serde(default)]
    pub code: Option<String>,
    /// What it is, in short.
    #[serde(default)]
    pub title: Option<String>,
    /// What happened. Some services write `details`.
    #[serde(default, alias = "details")]
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

/// The document in any of its forms: JSON:API's, a gateway's without the envelope, and v1's.
#[derive(Deserialize)]
struct AnyForm {
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    errors: Vec<Error>,
    #[serde(default)]
    code: Option<Word>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    error: Option<String>,
}

/// v1 writes a number, the status, where others write a word.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Number(serde::de::IgnoredAny),
}

impl From<AnyForm> for ErrorDocument {
    fn from(form: AnyForm) -> Self {
        if !form.errors.is_empty() {
            return Self {
                errors: form.errors,
            };
        }
        let code = match form.code {
            Some(Word::Text(word)) => Some(word),
            Some(Word::Number(_)) | None => None,
        };
        let detail = form.message.or(form.error);
        let says_nothing = code.is_none() && detail.is_none();
        Self {
            errors: if says_nothing {
                Vec::new()
            } else {
                vec![Error {
                    code,
                    title: None,
                    detail,
                }]
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("{}", None, None),
        ] {
            let document: ErrorDocument = serde_json::from_str(text).unwrap();
            assert_eq!(
                (document.code(), document.detail()),
                (code, detail),
                "{text}"
            );
        }
    }
}
