//! What can come instead of an answer, in the three kinds that a person is told apart.

use std::fmt;

use serde::de::DeserializeOwned;
use shared::problem::Problem;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server said why.
    Problem(Box<Problem>),
    /// No answer at all: no connection, or it broke.
    Offline,
    /// An answer that is not of our server, or not one that this version reads.
    Unreadable,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => f.write_str(&problem.title),
            Self::Offline => f.write_str("no answer"),
            Self::Unreadable => f.write_str("an answer that cannot be read"),
        }
    }
}

impl std::error::Error for Failure {}

/// An answer of the server, whole.
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
    /// The media type: it tells our server's problems from the provider's errors.
    pub media_type: Option<String>,
    /// How long to wait before asking again: seconds, or a date.
    pub retry_after: Option<String>,
    /// What finds the request in the provider's log, where it came so far.
    pub provider_request_id: Option<String>,
}

impl Answer {
    /// The answer itself when it is a success, else the problem that it tells of.
    pub fn success(self) -> Result<Self, Failure> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        Err(serde_json::from_str(&self.body).map_or(Failure::Unreadable, Failure::Problem))
    }

    /// The body of a success, read as JSON.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, Failure> {
        serde_json::from_str(&self.success()?.body).map_err(|_| Failure::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use shared::problem::Code;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            body: body.to_owned(),
            date: None,
            revocation: None,
            media_type: None,
            retry_after: None,
            provider_request_id: None,
        }
    }

    #[test]
    fn a_success_is_read_and_one_of_another_shape_is_unreadable() {
        assert_eq!(answer(200, "[1]").json::<Vec<u8>>(), Ok(vec![1]));
        assert_eq!(
            answer(200, "<html>").json::<Vec<u8>>(),
            Err(Failure::Unreadable)
        );
    }

    #[test]
    fn a_problem_is_told_by_its_code() {
        let failure = answer(
            409,
            r#"{"title":"t","status":409,"code":"login_used","request_id":"01J"}"#,
        )
        .json::<Vec<u8>>();
        let Err(Failure::Problem(problem)) = failure else {
            panic!("no problem: {failure:?}");
        };
        assert_eq!(problem.code, Code::LoginUsed);
        assert_eq!(problem.request_id, "01J");
    }

    #[test]
    fn a_failure_of_something_between_is_unreadable() {
        assert_eq!(
            answer(502, "<h1>Bad Gateway</h1>").success().err(),
            Some(Failure::Unreadable)
        );
    }
}
