//! The failures of requests to the endpoints, with Snyk's own words.

use std::fmt;

use http::StatusCode;
use serde_json::{Value as Json, json};
use shared::snyk::ErrorDocument;

use crate::http_client::TransportError;

/// Maximum number of characters of a text of Snyk's that is shown.
const MAX_TEXT: usize = 500;

/// The failure of a request.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nothing was sent: the connection, name resolution or TLS failed.
    #[error("Snyk cannot be reached at {host}")]
    Unreachable {
        /// The host of the API.
        host: String,
        /// The cause.
        #[source]
        cause: TransportError,
    },
    /// The request was sent, and no whole answer came: it is unknown whether it had an effect.
    #[error("Snyk's answer was lost: it is unknown whether the request had an effect")]
    AnswerLost(#[source] TransportError),
    /// Snyk refused the request.
    #[error("Snyk refused the request: {0}")]
    Refused(Refusal),
    /// A successful answer that is not what the document of the API describes.
    #[error(
        "Snyk accepted the request (status {status}), and its answer cannot be read{}",
        request(request_id.as_deref())
    )]
    Unreadable {
        /// The status.
        status: u16,
        /// The id by which Snyk's support finds the request.
        request_id: Option<String>,
    },
}

/// A refusal in Snyk's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// The code in Snyk's error catalogue, such as `SNYK-OPENAPI-0002`.
    pub code: Option<String>,
    /// A short summary.
    pub title: Option<String>,
    /// The explanations of all errors of the answer.
    pub details: Vec<String>,
    /// The id by which Snyk's support finds the request.
    pub request_id: Option<String>,
}

impl ApiError {
    /// Returns the refusal, if Snyk refused the request.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Returns whether Snyk refused the request with that status.
    #[must_use]
    pub fn is_status(&self, status: StatusCode) -> bool {
        self.refusal()
            .is_some_and(|refusal| refusal.status == status)
    }

    /// Returns whether the request may have had an effect although it failed.
    #[must_use]
    pub fn may_have_worked(&self) -> bool {
        match self {
            Self::Unreachable { .. } => false,
            Self::AnswerLost(_) | Self::Unreadable { .. } => true,
            Self::Refused(refusal) => refusal.status.is_server_error(),
        }
    }

    /// Returns the error for programs.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let kind = match self {
            Self::Unreachable { .. } => "unreachable",
            Self::AnswerLost(_) => "answer_lost",
            Self::Refused(_) => "refused",
            Self::Unreadable { .. } => "unreadable",
        };
        let mut told = json!({"kind": kind, "message": chain(self)});
        match self {
            Self::Refused(refusal) => {
                told["status"] = json!(refusal.status.as_u16());
                told["code"] = json!(refusal.code);
                told["title"] = json!(refusal.title);
                told["details"] = json!(refusal.details);
                told["request_id"] = json!(refusal.request_id);
            }
            Self::Unreadable { status, request_id } => {
                told["status"] = json!(status);
                told["request_id"] = json!(request_id);
            }
            _ => {}
        }
        told
    }
}

impl Refusal {
    pub(super) fn new(
        status: StatusCode,
        request_id: Option<&str>,
        document: ErrorDocument,
    ) -> Self {
        let text = |text: Option<String>| text.map(|text| shown(&text));
        let text = |found| text(found).filter(|text| !text.is_empty());
        let mut code = None;
        let mut title = None;
        let mut details = Vec::new();
        for error in document.errors {
            code = code.or_else(|| text(error.code));
            title = title.or_else(|| text(error.title));
            details.extend(text(error.detail));
        }
        Self {
            status,
            code,
            title,
            details,
            request_id: request_id.map(ToOwned::to_owned),
        }
    }

    /// Returns what to check for that status, if Snyk's words do not tell it.
    fn hint(&self) -> Option<&'static str> {
        Some(match self.status.as_u16() {
            401 => "check the API token: it may be of another region, revoked, or not copied whole",
            403 => {
                "the token's owner needs the permissions View, Create, Edit and Delete Apps in this \
                 organization, and API access needs a plan that has it"
            }
            404 => "check the ids and the region: whatever the token may not see is not found",
            408 | 425 | 429 | 500..=599 => "try again in a few minutes",
            _ => return None,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.title.as_deref().or(self.status.canonical_reason());
        write!(f, "{}", title.unwrap_or("an error without a name"))?;
        for detail in &self.details {
            write!(f, ": {detail}")?;
        }
        write!(f, " (status {}", self.status.as_u16())?;
        if let Some(code) = &self.code {
            write!(f, ", code {code}")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, ", request {id}")?;
        }
        f.write_str(")")?;
        match self.hint() {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

fn request(id: Option<&str>) -> String {
    id.map_or_else(String::new, |id| format!(" (request {id})"))
}

/// Returns a text of Snyk's as one line of limited length, without control characters, which would
/// control the terminal.
fn shown(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.chars().filter(|c| !c.is_control());
    text.take(MAX_TEXT).collect()
}

/// Formats an error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use shared::json;

    use super::*;

    fn refusal(status: u16, body: &str) -> Refusal {
        let document = json::read(body.as_bytes()).unwrap_or_default();
        let status = StatusCode::from_u16(status).unwrap();
        Refusal::new(status, Some("7ff2a7d1"), document)
    }

    #[test]
    fn a_refusal_has_the_words_the_code_and_the_request() {
        let body = r#"{"errors":[{"status":"400","code":"SNYK-OPENAPI-0001","title":"Bad request",
            "detail":"no scopes\u001b[31m"},{"status":"400","detail":"no\nname"}]}"#;
        assert_eq!(
            ApiError::Refused(refusal(409, body)).to_string(),
            "Snyk refused the request: Bad request: no scopes[31m: no name (status 409, code \
             SNYK-OPENAPI-0001, request 7ff2a7d1)"
        );
        let told = ApiError::Refused(refusal(400, body)).to_json();
        assert_eq!(told["code"], "SNYK-OPENAPI-0001");
        assert_eq!(told["details"][1], "no name");
        assert_eq!(told["request_id"], "7ff2a7d1");
    }

    #[test]
    fn a_refusal_without_words_has_those_of_its_status() {
        let told = refusal(403, "<html>").to_string();
        assert!(told.starts_with("Forbidden (status 403, request"), "{told}");
        assert!(told.contains("permissions"), "{told}");
        assert!(ApiError::Refused(refusal(502, "")).may_have_worked());
        assert!(!ApiError::Refused(refusal(400, "")).may_have_worked());
    }
}
