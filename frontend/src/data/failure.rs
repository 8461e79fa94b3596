//! Failures to load data, by who answered: the retry that needs no person, and the text for one.

mod words;

use shared::{
    json,
    problem::{Code, MEDIA_TYPE},
    snyk::{
        ErrorDocument,
        error::{MAINTENANCE, TEST_LIMIT},
    },
};

use crate::answer::{Answer, Failure};

/// A failure to read from Snyk through our server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadFailure {
    /// The request failed on the way to our server, or at our server.
    Request(Failure),
    /// Snyk returned an error, which our server passed on.
    Snyk(Box<Refusal>),
}

impl From<Failure> for ReadFailure {
    fn from(failure: Failure) -> Self {
        Self::Request(failure)
    }
}

/// Returns whether an answer may be Snyk's, passed on by our server. Our server passes on only
/// JSON, and adds its request id. Where a proxy has removed that header, Snyk's media type or
/// request id is the mark.
#[must_use]
pub fn is_of_snyk(answer: &Answer) -> bool {
    let is_of = |kind: &str| {
        let media_type = answer.media_type.as_deref();
        media_type.is_some_and(|media_type| media_type.starts_with(kind))
    };
    let is_marked = answer.has_our_request_id()
        || answer.provider_request_id.is_some()
        || is_of("application/vnd.api+json");
    answer.is_json() && !is_of(MEDIA_TYPE) && is_marked
}

/// An error of Snyk's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code from Snyk's error catalogue.
    pub code: Option<String>,
    /// The id that identifies the request in Snyk's log.
    pub request_id: Option<String>,
    /// The delay that the answer asked for, in seconds.
    pub wait: Option<u64>,
}

/// The automatic reaction to a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Wait as long as the answer says, or for a default delay. This applies to all readers.
    SlowDown,
    /// Retry after a short delay.
    TryAgain,
    /// Reload the session: the session or the connection has changed.
    AskWhoIsHere,
    /// No automatic reaction.
    None,
}

impl ReadFailure {
    /// Converts an unsuccessful answer.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        if !is_of_snyk(answer) {
            return answer.failure().into();
        }
        let Ok(document) = json::read::<ErrorDocument>(answer.body.as_bytes()) else {
            return Failure::Unreadable.into();
        };
        Self::Snyk(Box::new(Refusal {
            status: answer.status,
            code: document.code().map(str::to_owned),
            request_id: answer.provider_request_id.clone(),
            wait: None,
        }))
    }

    /// Sets the delay that the answer asked for, in seconds. Only an error of Snyk's has one.
    #[must_use]
    pub fn saying(mut self, wait: Option<u64>) -> Self {
        if let Self::Snyk(refusal) = &mut self {
            refusal.wait = wait;
        }
        self
    }

    /// Returns the delay that Snyk asked for, in seconds.
    #[must_use]
    pub fn seconds(&self) -> Option<u64> {
        match self {
            Self::Snyk(refusal) => refusal.wait,
            Self::Request(_) => None,
        }
    }

    /// Returns the automatic reaction.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Request(Failure::Problem(problem)) => match problem.code {
                Code::RateLimited => Remedy::SlowDown,
                Code::ProviderUnavailable | Code::Unavailable => Remedy::TryAgain,
                Code::ReconnectNeeded | Code::NotSignedIn | Code::NotFound => Remedy::AskWhoIsHere,
                _ => Remedy::None,
            },
            Self::Snyk(refusal) => match (refusal.status, refusal.code.as_deref()) {
                (_, Some(TEST_LIMIT | MAINTENANCE)) => Remedy::None,
                (429, _) => Remedy::SlowDown,
                (401, _) => Remedy::AskWhoIsHere,
                (408 | 425 | 500 | 502 | 503 | 504, _) => Remedy::TryAgain,
                _ => Remedy::None,
            },
            Self::Request(_) if self.is_on_the_way() => Remedy::TryAgain,
            Self::Request(_) => Remedy::None,
        }
    }

    /// Returns whether a retry within seconds may help. It does not after a time-out, which has
    /// taken so long that the person should see the failure, nor where somebody has to sign in
    /// first.
    #[must_use]
    pub fn passes_soon(&self) -> bool {
        match self {
            Self::Request(Failure::TimedOut) => false,
            Self::Request(Failure::Intercepted { status }) => *status >= 500,
            _ => self.remedy() == Remedy::TryAgain,
        }
    }

    /// Returns whether the failure is on the way to our server: the next request would fail as
    /// well.
    #[must_use]
    pub fn is_on_the_way(&self) -> bool {
        use Failure::{Intercepted, Offline, TimedOut};
        matches!(self, Self::Request(Offline | TimedOut | Intercepted { .. }))
    }

    /// Returns whether our own server reported the failure, rather than Snyk.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Request(Failure::Problem(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages;

    fn answer(status: u16, media_type: &str, body: &str) -> Answer {
        Answer {
            status,
            body: body.to_owned(),
            date: None,
            revocation: None,
            media_type: Some(media_type.to_owned()),
            retry_after: None,
            request_id: Some("01JD9Z7K3M8QW4T5V6X7Y8Z9AB".to_owned()),
            provider_request_id: Some("id".to_owned()),
        }
    }

    pub(super) fn snyk(status: u16, code: &str) -> ReadFailure {
        let body = format!(
            r#"{{"jsonapi":{{"version":"1.0"}},"errors":[{{"status":"{status}","code":"{code}","detail":"d"}}]}}"#
        );
        ReadFailure::of(&answer(status, "application/vnd.api+json", &body))
    }

    pub(super) fn ours(code: Code) -> ReadFailure {
        Failure::Problem(Box::new(messages::local(code))).into()
    }

    pub(super) fn intercepted(status: u16) -> ReadFailure {
        Failure::Intercepted { status }.into()
    }

    #[test]
    fn whose_answer_it_is_is_told_by_its_marks() {
        let body = r#"{"title":"t","status":429,"code":"rate_limited","request_id":"01J"}"#;
        let media_type = "application/problem+json; charset=utf-8";
        assert!(ReadFailure::of(&answer(429, media_type, body)).is_ours());
        assert!(!snyk(429, "SNYK-0001").is_ours());
        let unreadable = answer(500, MEDIA_TYPE, "{}");
        assert_eq!(ReadFailure::of(&unreadable), Failure::Unreadable.into());
        // The same answers behind a proxy that removes headers.
        let bare = |status, media_type, body| {
            ReadFailure::of(&Answer {
                request_id: None,
                provider_request_id: None,
                ..answer(status, media_type, body)
            })
        };
        let errors = r#"{"errors":[{"code":"SNYK-0001"}]}"#;
        assert_eq!(
            bare(429, "application/vnd.api+json; charset=utf-8", errors),
            ReadFailure::Snyk(Box::new(Refusal {
                status: 429,
                code: Some("SNYK-0001".to_owned()),
                ..Refusal::default()
            }))
        );
        for (status, media_type, body) in [
            (0, "", ""),
            (401, "text/html", "<h1>Sign in</h1>"),
            (403, "application/json", r#"{"message":"Forbidden"}"#),
            (403, "application/json", r#"{"errors":[{"code":"WAF"}]}"#),
            (502, "text/html", "<h1>Bad Gateway</h1>"),
        ] {
            let intercepted = intercepted(status);
            assert_eq!(bare(status, media_type, body), intercepted, "{body}");
        }
    }

    #[test]
    fn a_portals_page_is_no_list() {
        let is_list = |media_type, request_id: Option<&str>, snyk_id: Option<&str>| {
            is_of_snyk(&Answer {
                request_id: request_id.map(str::to_owned),
                provider_request_id: snyk_id.map(str::to_owned),
                ..answer(200, media_type, "{}")
            })
        };
        let ours = Some("01JD9Z7K3M8QW4T5V6X7Y8Z9AB");
        assert!(is_list("application/json", ours, None));
        assert!(is_list("application/vnd.api+json", None, None));
        assert!(is_list("application/json", None, Some("id")));
        assert!(!is_list("application/json", None, None));
        assert!(!is_list("text/html", None, None));
    }

    #[test]
    fn who_waited_for_a_minute_is_told_before_it_is_tried_again() {
        for (failure, soon) in [
            (Failure::Offline.into(), true),
            (intercepted(502), true),
            (intercepted(403), false),
            (intercepted(0), false),
            (Failure::TimedOut.into(), false),
            (ours(Code::ProviderUnavailable), true),
            (snyk(404, ""), false),
        ] {
            assert_eq!(failure.passes_soon(), soon, "{failure:?}");
        }
    }

    #[test]
    fn what_waiting_mends_is_waited_for_and_nothing_else() {
        for (failure, remedy) in [
            (snyk(429, "SNYK-0001"), Remedy::SlowDown),
            (snyk(429, "SNYK-0006"), Remedy::None),
            (ours(Code::RateLimited), Remedy::SlowDown),
            (snyk(503, "SNYK-0009"), Remedy::TryAgain),
            (snyk(503, "SNYK-0099"), Remedy::None),
            (snyk(501, "SNYK-0002"), Remedy::None),
            (ours(Code::ProviderUnavailable), Remedy::TryAgain),
            (Failure::Offline.into(), Remedy::TryAgain),
            (snyk(401, "SNYK-0005"), Remedy::AskWhoIsHere),
            (ours(Code::ReconnectNeeded), Remedy::AskWhoIsHere),
            (snyk(403, "SNYK-OPENAPI-0002"), Remedy::None),
            (snyk(404, "SNYK-OPENAPI-0004"), Remedy::None),
            (snyk(410, ""), Remedy::None),
            (Failure::Unreadable.into(), Remedy::None),
            (Failure::TimedOut.into(), Remedy::TryAgain),
            (intercepted(0), Remedy::TryAgain),
        ] {
            assert_eq!(failure.remedy(), remedy, "{failure:?}");
        }
    }
}
