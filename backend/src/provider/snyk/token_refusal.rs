//! Classifies unsuccessful answers of the token endpoint by their effect on what was presented: the
//! OAuth errors (RFC 6749 section 5.2, and Snyk's own), and everything else.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use http::{HeaderMap, StatusCode, header};

use super::token_answer::OAuthError;
use crate::provider::ProviderError;

/// Returns whether a refusal with that status can be an OAuth error (Snyk documents these three).
/// Only then its body is read, and only then it can end a connection.
pub(super) fn may_be_oauth_error(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    )
}

/// Classifies a refusal with that body.
pub(super) fn classify(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ProviderError {
    let error = OAuthError::read(body).filter(|_| may_be_oauth_error(status));
    error
        .and_then(from_oauth)
        .unwrap_or_else(|| ProviderError::Intermediary {
            status: status.as_u16(),
            from: origin(headers),
        })
}

/// Classifies an OAuth error. Returns `None` if it is not one, such as a gateway's
/// `"error": "Forbidden"`.
fn from_oauth(error: OAuthError) -> Option<ProviderError> {
    let OAuthError { error, description } = error;
    Some(match error.as_str() {
        "invalid_grant" | "token_inactive" | "invalid_token" | "token_expired" => {
            ProviderError::GrantRejected { error }
        }
        "invalid_client" | "unauthorized_client" => ProviderError::ClientRejected { error },
        "invalid_request" if description.to_ascii_lowercase().contains("concurrent") => {
            ProviderError::ConcurrentUse
        }
        "server_error" | "temporarily_unavailable" => ProviderError::Later {
            status: 503,
            after: None,
        },
        "invalid_request"
        | "invalid_scope"
        | "unsupported_grant_type"
        | "access_denied"
        | "request_forbidden"
        | "unsupported_token_type" => ProviderError::Unusable(format!("the error {error}")),
        _ => return None,
    })
}

/// Describes the origin of an answer for the operator: short, and without control characters.
fn origin(headers: &HeaderMap) -> String {
    let header = |name| {
        let text = headers.get(name)?.to_str().ok()?;
        let text: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
        (!text.is_empty()).then_some(text)
    };
    let kind = header(header::CONTENT_TYPE).unwrap_or_else(|| "no content type".to_owned());
    let by = [header::SERVER, header::VIA]
        .into_iter()
        .filter_map(|name| Some(format!(", {name}: {}", header(name.clone())?)));
    std::iter::once(kind).chain(by).collect()
}

/// Logs refusals by an intermediary for the operator, at most once per interval: each connection
/// gets the same one repeatedly.
#[derive(Debug, Default)]
pub(super) struct OperatorLog(Mutex<LogState>);

#[derive(Debug, Default)]
struct LogState {
    last: Option<Instant>,
    left_out: u64,
}

/// Minimum time between two log lines.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

impl OperatorLog {
    /// Logs a refusal, if it is an intermediary's.
    pub(super) fn log(&self, error: &ProviderError) {
        if !matches!(error, ProviderError::Intermediary { .. }) {
            return;
        }
        let Some(left_out) = self.due(Instant::now()) else {
            return;
        };
        tracing::error!(
            left_out,
            %error,
            "Tokens cannot be had: Snyk was not reached. No connection is dropped"
        );
    }

    /// Returns how many lines were suppressed since the last one, if the next one is due.
    fn due(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state
            .last
            .is_some_and(|last| now.saturating_duration_since(last) < LOG_INTERVAL)
        {
            state.left_out += 1;
            return None;
        }
        state.last = Some(now);
        Some(std::mem::take(&mut state.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(status: u16, body: &str) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "text/html".parse().unwrap());
        headers.insert(header::SERVER, "gate\tway".parse().unwrap());
        format!("{:?}", classify(status, &headers, body.as_bytes()))
    }

    fn error(error: &str, description: &str) -> String {
        format!(r#"{{"error":"{error}","error_description":"{description}"}}"#)
    }

    #[test]
    fn sec_44_each_error_means_what_the_table_says() {
        for (status, body, means) in [
            (400, error("invalid_grant", ""), "GrantRejected"),
            (401, error("token_inactive", ""), "GrantRejected"),
            (401, error("invalid_token", ""), "GrantRejected"),
            (401, error("invalid_client", ""), "ClientRejected"),
            (400, error("unauthorized_client", ""), "ClientRejected"),
            (
                400,
                error("invalid_request", "failed due to Concurrent access"),
                "ConcurrentUse",
            ),
            (400, error("invalid_request", "missing"), "Unusable"),
            (403, error("access_denied", ""), "Unusable"),
            (400, error("temporarily_unavailable", ""), "Later"),
            (403, error("Forbidden", ""), "Intermediary"),
            (403, r#"{"message":"Forbidden"}"#.to_owned(), "Intermediary"),
            (400, String::new(), "Intermediary"),
            (404, error("invalid_grant", ""), "Intermediary"),
            (407, error("invalid_client", ""), "Intermediary"),
            (302, error("invalid_grant", ""), "Intermediary"),
        ] {
            let told = is(status, &body);
            assert!(told.starts_with(means), "{status} {body}: {told}");
        }
    }

    #[test]
    fn the_log_of_an_intermediary_is_one_short_line() {
        let told = is(403, "<script>");
        assert!(told.contains("text/html, server: gateway"), "{told}");
        assert!(!told.contains("script"), "{told}");
        let mut headers = HeaderMap::new();
        headers.insert(header::SERVER, "x".repeat(5_000).parse().unwrap());
        assert!(origin(&headers).len() < 200);
    }

    #[test]
    fn the_operator_log_has_one_line_a_minute() {
        let log = OperatorLog::default();
        let now = Instant::now();
        assert_eq!(log.due(now), Some(0));
        assert_eq!(log.due(now), None);
        assert_eq!(log.due(now + LOG_INTERVAL / 2), None);
        assert_eq!(log.due(now + LOG_INTERVAL), Some(2));
    }
}
