//! Error responses: `application/problem+json` (RFC 9457) with stable codes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The [`kind`](Problem::kind) of a [`Code::ProviderUnavailable`] if the provider's response was
/// unusable: not a "try later", but a response of another format, perhaps from an intermediary.
pub const UNUSABLE_ANSWER: &str = "/problems/unusable-answer";

/// A problem document. Its texts are safe to show to anyone: no cause, no path, no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI that identifies the kind of problem; `about:blank` where the code is sufficient.
    #[serde(rename = "type", default = "about_blank")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub kind: String,
    /// A short summary of the problem.
    pub title: String,
    /// The HTTP status code.
    pub status: u16,
    /// What the problem means and what to do.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub detail: String,
    /// The stable code that programs match on.
    pub code: Code,
    /// The request id, by which the server's log can be searched.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub request_id: String,
    /// Snyk's id of the failed request, for Snyk's support, if Snyk sent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub snyk_request_id: Option<String>,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $title:literal;)*) => {
        /// The stable code of a [`Problem`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)*
            /// A code from a newer server, or from an intermediary.
            #[serde(other)]
            Unknown,
        }

        impl Code {
            /// Every code that the backend sends.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the code as it is written in the JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Unknown => "unknown",
                }
            }

            /// Returns the code that is written as `word`; [`Unknown`](Self::Unknown) if there is
            /// none.
            #[must_use]
            pub fn from_word(word: &str) -> Self {
                match word {
                    $($word => Self::$name,)*
                    _ => Self::Unknown,
                }
            }

            /// Returns what the code means, for the reader of the API's description.
            #[cfg(feature = "openapi")]
            #[must_use]
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim_ascii_start(),)*
                    Self::Unknown => "A code from a newer server.",
                }
            }

            /// Returns a short summary of the problem for a person.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                    Self::Unknown => "Something unexpected happened",
                }
            }
        }
    };
}

codes! {
    /// The attempt is known but older than ten minutes.
    LoginExpired = "login_expired", "The sign-in took longer than ten minutes";
    /// The attempt was already used.
    LoginUsed = "login_used", "This sign-in was already finished";
    /// This browser has no attempt with that state.
    StateMismatch = "state_mismatch", "We couldn’t match this sign-in to this browser";
    /// The person, or Snyk on their behalf, denied access.
    AccessDenied = "access_denied", "You did not allow access";
    /// Any other error in the authorization response.
    LoginRefused = "login_refused", "Sign-in failed at Snyk";
    /// The provider rejected the authorization code.
    CodeRejected = "code_rejected", "Snyk did not accept the one-time code";
    /// The connection's tokens are dead; a person must connect again.
    ReconnectNeeded = "reconnect_needed", "This connection has stopped working";
    /// The provider did not answer, or its response was unusable.
    ProviderUnavailable = "provider_unavailable", "Snyk is not answering";
    /// The provider rejected the app's own credentials.
    ProviderRejectedClient = "provider_rejected_client", "This app is not set up correctly";
    /// Too many requests; `Retry-After` contains the delay.
    RateLimited = "rate_limited", "This server’s rate limit was reached";
    /// There is no session.
    NotSignedIn = "not_signed_in", "You are signed out";
    /// The request comes from another origin, or this browser is not authorized to make it.
    Forbidden = "forbidden", "You don’t have access";
    /// The resource does not exist, or the session is not authorized for it; the two are not
    /// distinguished.
    NotFound = "not_found", "Page not found";
    /// The request is malformed, or its method or media type is not supported here.
    BadRequest = "bad_request", "The app sent an invalid request";
    /// The request head, the URL or the body is too large.
    PayloadTooLarge = "payload_too_large", "Request too large";
    /// The app's own store is unavailable.
    Unavailable = "unavailable", "The app can’t reach its own data";
    /// An internal error.
    Internal = "internal", "Something broke on our side";
}

/// The schema of the codes that the backend sends. [`Code::Unknown`] is none of them.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Code {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The stable code of a problem."))
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Code {}

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
            assert_eq!(Code::from_word(code.as_str()), *code);
        }
        assert_eq!(Code::ALL.len(), 17);
        assert_eq!(Code::from_word("brand_new"), Code::Unknown);
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
