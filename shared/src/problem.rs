//! What is told when something goes wrong: `application/problem+json` (RFC 9457) with stable codes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The [`kind`](Problem::kind) of a [`Code::ProviderUnavailable`] where an answer came, and was of no
/// use: not one that says "later", but one of another form, perhaps of something on the way.
pub const UNUSABLE_ANSWER: &str = "/problems/unusable-answer";

/// A problem document. Its texts are fit for a stranger: no cause, no path, no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A URI that names the kind of problem; `about:blank` where the code says it all.
    #[serde(rename = "type", default = "about_blank")]
    pub kind: String,
    /// What happened, in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What it means and what to do.
    #[serde(default)]
    pub detail: String,
    /// The stable word that programs go by.
    pub code: Code,
    /// Finds the request in the server's log.
    #[serde(default)]
    pub request_id: String,
    /// By which Snyk's support finds the request that failed there, if it told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snyk_request_id: Option<String>,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $title:literal;)*) => {
        /// The stable word of a [`Problem`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[$doc])* $name,)*
            /// A code of a newer server, or of something between us and it.
            #[serde(other)]
            Unknown,
        }

        impl Code {
            /// Every code that the backend gives out.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word as it stands in the JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Unknown => "unknown",
                }
            }

            /// What happened, in a few words for a person.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                    Self::Unknown => "Something went another way than planned",
                }
            }
        }
    };
}

codes! {
    /// The attempt is known and older than ten minutes.
    LoginExpired = "login_expired", "The sign-in took longer than ten minutes";
    /// The attempt was presented before.
    LoginUsed = "login_used", "This sign-in was already finished";
    /// This browser has no attempt of that state.
    StateMismatch = "state_mismatch", "We couldn’t match this sign-in to this browser";
    /// The person, or Snyk on their behalf, said no.
    AccessDenied = "access_denied", "You did not allow access";
    /// Any other error of the provider's callback.
    LoginRefused = "login_refused", "Sign-in failed at Snyk";
    /// The provider did not take the code.
    CodeRejected = "code_rejected", "Snyk did not accept the one-time code";
    /// The connection's tokens are dead; a person must connect again.
    ReconnectNeeded = "reconnect_needed", "This connection has stopped working";
    /// The provider did not answer, or not usefully.
    ProviderUnavailable = "provider_unavailable", "Snyk is not answering";
    /// The provider does not accept the app's own credentials.
    ProviderRejectedClient = "provider_rejected_client", "This app is not set up correctly";
    /// Too many requests; `Retry-After` says when.
    RateLimited = "rate_limited", "This server asks us to slow down";
    /// There is no session.
    NotSignedIn = "not_signed_in", "You are signed out";
    /// The request does not come from us, or is not this browser's to make.
    Forbidden = "forbidden", "You don’t have access";
    /// Unknown and foreign alike.
    NotFound = "not_found", "Page not found";
    /// The request is malformed, or of a method or media type that is not taken here.
    BadRequest = "bad_request", "The app sent something wrong";
    /// The head, the address or the body is too large.
    PayloadTooLarge = "payload_too_large", "Request too large";
    /// Our own store cannot be asked.
    Unavailable = "unavailable", "The app cannot reach its own data";
    /// A fault of ours.
    Internal = "internal", "Something broke on our side";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_written_as_its_word() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{code}\""));
        }
        assert_eq!(Code::ALL.len(), 17);
    }

    #[test]
    fn a_code_of_a_newer_server_is_unknown_and_not_an_error() {
        let problem: Problem =
            serde_json::from_str(r#"{"title":"New","status":418,"code":"brand_new","more":1}"#)
                .unwrap();
        assert_eq!(problem.code, Code::Unknown);
        assert_eq!(problem.kind, "about:blank");
    }
}
