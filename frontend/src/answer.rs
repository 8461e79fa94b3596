//! The answer of a server, and whether it is our server's. Pure.

pub use login::failure::Failure;
use shared::problem::{Code, MEDIA_TYPE, Problem};

use crate::wire::{self, Wire};

/// An answer with its whole body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub body: String,
    /// The server's clock, from its `Date` header.
    pub date: Option<String>,
    /// The `revocation` header of a disconnect.
    pub revocation: Option<String>,
    /// The media type, which distinguishes our server's problems from the provider's errors.
    pub media_type: Option<String>,
    /// The delay before another request: seconds, or a date.
    pub retry_after: Option<String>,
    /// The `x-request-id` that our server sets.
    pub request_id: Option<String>,
    /// The id that identifies the request in the provider's log, if the request got there.
    pub provider_request_id: Option<String>,
}

impl Answer {
    /// Returns whether the status is a success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns whether the answer has a request id of our server. Proxies add ids too, but not
    /// ULIDs. Some remove ids, so an answer without one may still be ours.
    #[must_use]
    pub fn has_our_request_id(&self) -> bool {
        self.request_id.as_deref().is_some_and(is_ulid)
    }

    /// Returns whether the media type is JSON or based on JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.media_type.as_deref().is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind == "application/json" || kind.ends_with("+json")
        })
    }

    /// Returns the problem, if the answer is a problem document of our server.
    #[must_use]
    pub fn problem(&self) -> Option<Box<Problem>> {
        let is_problem = self
            .media_type
            .as_deref()
            .is_some_and(|kind| kind.starts_with(MEDIA_TYPE));
        let problem: Problem = is_problem.then(|| wire::read(&self.body)).flatten()?;
        // Gateways send problem documents too, with codes of their own or without one.
        (problem.code != Code::Unknown || self.has_our_request_id()).then(|| Box::new(problem))
    }

    /// Returns the reason why the answer is of no use.
    #[must_use]
    pub fn failure(&self) -> Failure {
        if let Some(problem) = self.problem() {
            Failure::Problem(problem)
        } else if self.has_our_request_id() {
            Failure::Unreadable
        } else {
            Failure::Intercepted {
                status: self.status,
            }
        }
    }

    /// Returns the answer if our server has performed the request. A success whose body is not
    /// parsed must come from our server, because the page of a captive portal has status 200 too.
    pub fn done(self) -> Result<Self, Failure> {
        if self.is_success() && (self.has_our_request_id() || self.status == 204) {
            Ok(self)
        } else {
            Err(self.failure())
        }
    }

    /// Parses the body of a success as JSON.
    pub fn json<T: Wire>(self) -> Result<T, Failure> {
        if !self.is_success() {
            return Err(self.failure());
        }
        wire::read(&self.body).ok_or_else(|| self.failure())
    }
}

/// Returns whether a text has the form of a ULID: 26 digits of Crockford's base 32, of which the
/// first is below 8.
fn is_ulid(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() && !b"ILOUilou".contains(&byte);
    text.len() == 26
        && text.bytes().all(is_digit)
        && text.starts_with(|first: char| matches!(first, '0'..='7'))
}

#[cfg(test)]
mod tests {
    use shared::json::{FromValue as _, Value};

    use super::*;

    impl Wire for Vec<u64> {
        fn of(value: Value) -> Option<Self> {
            Self::from_value(value)
        }
    }

    const ID: &str = "01JD9Z7K3M8QW4T5V6X7Y8Z9AB";

    fn answer(status: u16, media_type: &str, body: &str) -> Answer {
        Answer {
            status,
            body: body.to_owned(),
            date: None,
            revocation: None,
            media_type: Some(media_type.to_owned()),
            retry_after: None,
            request_id: None,
            provider_request_id: None,
        }
    }

    fn ours(status: u16, media_type: &str, body: &str) -> Answer {
        Answer {
            request_id: Some(ID.to_owned()),
            ..answer(status, media_type, body)
        }
    }

    #[test]
    fn a_success_is_read_and_one_of_another_shape_is_unreadable() {
        let json = "application/json";
        assert_eq!(ours(200, json, "[1]").json::<Vec<u64>>(), Ok(vec![1]));
        // A proxy may have removed the id.
        assert_eq!(answer(200, json, "[1]").json::<Vec<u64>>(), Ok(vec![1]));
        assert_eq!(
            ours(200, json, "{}").json::<Vec<u64>>(),
            Err(Failure::Unreadable)
        );
    }

    #[test]
    fn a_problem_is_told_by_its_code_with_and_without_the_header() {
        let body = r#"{"title":"t","status":409,"code":"login_used","request_id":"01J"}"#;
        for answer in [answer(409, MEDIA_TYPE, body), ours(409, MEDIA_TYPE, body)] {
            let Err(Failure::Problem(problem)) = answer.json::<Vec<u64>>() else {
                panic!("no problem");
            };
            assert_eq!(problem.code, Code::LoginUsed);
            assert_eq!(problem.request_id, "01J");
        }
    }

    #[test]
    fn what_something_in_between_answers_is_never_taken_for_our_server() {
        for (status, media_type, body) in [
            (0, "", ""),
            (200, "text/html; charset=utf-8", "<h1>Sign in</h1>"),
            (200, "application/json", r#"{"message":"Sign in"}"#),
            (204, "text/plain", ""),
            (401, "text/html", "<h1>Sign in</h1>"),
            (403, "application/json", r#"{"message":"Forbidden"}"#),
            (403, MEDIA_TYPE, r#"{"title":"Blocked","status":403}"#),
            (
                403,
                MEDIA_TYPE,
                r#"{"title":"Blocked","status":403,"code":"waf"}"#,
            ),
            (429, "text/html", "<h1>Slow down</h1>"),
            (502, "text/html", "<h1>Bad Gateway</h1>"),
            (503, "", ""),
        ] {
            let intercepted = Err(Failure::Intercepted { status });
            let answer = answer(status, media_type, body);
            assert_eq!(answer.clone().json::<Vec<u64>>(), intercepted, "{body}");
            // An empty 204 is our server's answer if there is nothing to return.
            let done = answer.done().map(|_| Vec::<u64>::new());
            assert_eq!(done.is_ok(), status == 204, "{body}");
        }
    }

    #[test]
    fn a_code_of_a_newer_server_is_its_problem() {
        let body = r#"{"title":"New","status":418,"code":"brand_new"}"#;
        assert!(matches!(
            ours(418, MEDIA_TYPE, body).failure(),
            Failure::Problem(_)
        ));
    }

    #[test]
    fn an_id_of_a_proxy_is_not_ours() {
        assert!(is_ulid(ID));
        for other in [
            "",
            "7ff2a7d1-0f2b-4a55-9bd2-000000000001",
            "91JD9Z7K3M8QW4T5V6X7Y8Z9AB",
            "01JD9Z7K3M8QW4T5V6X7Y8Z9AU",
            "0123456789abcdef0123456789abcdef",
        ] {
            assert!(!is_ulid(other), "{other}");
        }
    }
}
