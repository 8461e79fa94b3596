//! Why something of Snyk's could not be read, told apart by whose answer it is; what to do about it
//! without a person; and what to tell one.

mod words;

use shared::{
    json,
    problem::{Code, MEDIA_TYPE, Problem},
    snyk::{
        ErrorDocument,
        error::{MAINTENANCE, TEST_LIMIT},
    },
};

use crate::outcome::Tone;

/// Why there is nothing to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Our own server said why.
    Ours(Box<Problem>),
    /// Snyk said so, through our server.
    Snyk(Box<Refusal>),
    /// No answer at all.
    Offline,
    /// An answer that is of neither, or that this version does not read.
    Unreadable,
}

/// What Snyk said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The word of Snyk's catalogue.
    pub code: Option<String>,
    /// Finds the request in Snyk's log.
    pub request_id: Option<String>,
    /// How many seconds it said to wait.
    pub wait: Option<u64>,
}

/// What can be done without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Wait as long as the answer says, or a while; every reader is meant.
    SlowDown,
    /// Try again after a moment.
    TryAgain,
    /// Ask the server who is here: the session or the connection is not what it was.
    AskWhoIsHere,
    /// Nothing.
    None,
}

/// What a person can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Read again.
    TryAgain,
    /// Connect once more, under these words.
    Connect(&'static str),
    /// Load the page again.
    Reload,
    /// Nothing here.
    Nothing,
}

/// A failure in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// How serious it is.
    pub tone: Tone,
    /// What happened.
    pub title: String,
    /// What it means.
    pub text: String,
    /// What to do.
    pub offer: Offer,
    /// What finds the request in a log.
    pub request_id: Option<String>,
}

impl Failure {
    /// Reads an answer that is no success.
    #[must_use]
    pub fn of(status: u16, media_type: &str, body: &str, request_id: Option<String>) -> Self {
        if media_type.starts_with(MEDIA_TYPE) {
            return serde_json::from_str(body).map_or(Self::Unreadable, Self::Ours);
        }
        // Snyk's own answers are JSON; anything else is of something in between.
        let Ok(document) = json::read::<ErrorDocument>(body.as_bytes()) else {
            return Self::Unreadable;
        };
        Self::Snyk(Box::new(Refusal {
            status,
            code: document.code().map(str::to_owned),
            request_id,
            wait: None,
        }))
    }

    /// The same, of an answer that said how many seconds to wait.
    #[must_use]
    pub fn saying(mut self, wait: Option<u64>) -> Self {
        if let Self::Snyk(refusal) = &mut self {
            refusal.wait = wait;
        }
        self
    }

    /// How many seconds Snyk said to wait.
    #[must_use]
    pub fn seconds(&self) -> Option<u64> {
        match self {
            Self::Snyk(refusal) => refusal.wait,
            _ => None,
        }
    }

    /// What can be done without a person.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Ours(problem) => match problem.code {
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
            Self::Offline => Remedy::TryAgain,
            Self::Unreadable => Remedy::None,
        }
    }

    /// Whether our own server said so, rather than Snyk.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Ours(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome;

    pub(super) fn snyk(status: u16, code: &str) -> Failure {
        let body = format!(
            r#"{{"jsonapi":{{"version":"1.0"}},"errors":[{{"status":"{status}","code":"{code}","detail":"d"}}]}}"#
        );
        Failure::of(
            status,
            "application/vnd.api+json",
            &body,
            Some("id".to_owned()),
        )
    }

    pub(super) fn ours(code: Code) -> Failure {
        Failure::Ours(Box::new(outcome::local(code)))
    }

    #[test]
    fn whose_answer_it_is_is_told_by_its_media_type() {
        let body = r#"{"title":"t","status":429,"code":"rate_limited","request_id":"01J"}"#;
        let problem = Failure::of(429, "application/problem+json; charset=utf-8", body, None);
        assert!(problem.is_ours());
        assert!(!snyk(429, "SNYK-0001").is_ours());
        assert_eq!(
            Failure::of(502, "text/html", "<h1>", None),
            Failure::Unreadable
        );
        assert_eq!(
            Failure::of(500, MEDIA_TYPE, "{}", None),
            Failure::Unreadable
        );
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
            (Failure::Offline, Remedy::TryAgain),
            (snyk(401, "SNYK-0005"), Remedy::AskWhoIsHere),
            (ours(Code::ReconnectNeeded), Remedy::AskWhoIsHere),
            (snyk(403, "SNYK-OPENAPI-0002"), Remedy::None),
            (snyk(404, "SNYK-OPENAPI-0004"), Remedy::None),
            (snyk(410, ""), Remedy::None),
            (Failure::Unreadable, Remedy::None),
        ] {
            assert_eq!(failure.remedy(), remedy, "{failure:?}");
        }
    }
}
