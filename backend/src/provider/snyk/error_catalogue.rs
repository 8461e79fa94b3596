//! Snyk's error catalogue, as far as this server depends on it. The pages know the same codes
//! ([`shared::snyk::error`]).

use shared::snyk::error::{MAINTENANCE, TEST_LIMIT};

use crate::provider::WholeAnswer;

/// Returns whether a read that got that answer may succeed if it is sent again within seconds.
/// [`is_later`](crate::retry_after::is_later) is the wider class of temporary failures.
pub(crate) fn is_transient(answer: &WholeAnswer) -> bool {
    let has_transient_status = matches!(
        answer.status.as_u16(),
        408 | 425 | 429 | 500 | 502 | 503 | 504
    );
    has_transient_status
        && !matches!(
            answer.error_document().code(),
            Some(TEST_LIMIT | MAINTENANCE)
        )
}

/// Sanitizes an error code for the log and for callers.
pub(crate) fn sanitized_code(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(64)
        .collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn answer(status: u16, body: &'static str) -> WholeAnswer {
        WholeAnswer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    #[test]
    fn what_is_final_is_not_asked_again() {
        for status in [200, 400, 401, 403, 404, 410, 501] {
            assert!(!is_transient(&answer(status, "")), "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(is_transient(&answer(status, "<html>")), "{status}");
        }
        for code in [TEST_LIMIT, MAINTENANCE] {
            let body: &str = format!(r#"{{"errors":[{{"code":"{code}"}}]}}"#).leak();
            assert!(!is_transient(&answer(429, body)));
            assert!(!is_transient(&answer(503, body)));
        }
    }

    #[test]
    fn a_code_is_a_short_word() {
        assert_eq!(sanitized_code("SNYK-0001\n<b>"), "SNYK-0001b");
        assert_eq!(sanitized_code(&"x".repeat(65)).len(), 64);
    }
}
