//! Failures of requests, by what a person can do about them.

use std::fmt;

use shared::problem::Problem;

/// The reason why there is no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server returned a problem document.
    Problem(Box<Problem>),
    /// The network failed: there is no connection, or it was lost.
    Offline,
    /// The request timed out. It is unknown whether the server has performed the request.
    TimedOut,
    /// Something between this page and its server answered: a gateway's sign-in page, a proxy, a
    /// firewall.
    Intercepted {
        /// The HTTP status; 0 for a redirect, which a page cannot inspect.
        status: u16,
    },
    /// This version cannot read the answer of our server.
    Unreadable,
    /// The browser did not keep the cookie that the server set.
    CookiesBlocked,
    /// The page is open at another origin than the one to which logins return.
    WrongOrigin {
        /// The origin of the page.
        here: String,
        /// The origin to which logins return.
        right: String,
    },
}

impl Failure {
    /// Returns the failure of a code that the door's script gives: a failure other than a problem.
    /// `origins` are the origin of the page, and the one to which logins return.
    #[must_use]
    pub fn from_code(code: &str, status: u16, origins: [String; 2]) -> Self {
        match code {
            "offline" => Self::Offline,
            "timed_out" => Self::TimedOut,
            "intercepted" => Self::Intercepted { status },
            "cookies_blocked" => Self::CookiesBlocked,
            "wrong_origin" => {
                let [here, right] = origins;
                Self::WrongOrigin { here, right }
            }
            _ => Self::Unreadable,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => f.write_str(&problem.title),
            Self::Offline => f.write_str("no answer"),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Intercepted { status } => write!(f, "another’s answer with status {status}"),
            Self::Unreadable => f.write_str("an answer that cannot be read"),
            Self::CookiesBlocked => f.write_str("the browser blocks cookies"),
            Self::WrongOrigin { here, right } => write!(f, "open at {here}, works at {right}"),
        }
    }
}

impl std::error::Error for Failure {}
