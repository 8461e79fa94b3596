//! The words of an error for the client.

use http::StatusCode;
use shared::{callback, problem::Code};

use super::ApiError;

impl ApiError {
    /// Returns what the error means and what to do, for the client.
    pub(super) fn detail(&self, code: Code) -> String {
        match (self, code) {
            (Self::LoginRefused { error, description }, _) => {
                callback::readable(description.as_deref().unwrap_or(error))
            }
            (Self::BadRequest(detail), _) => detail.clone(),
            (Self::Forbidden(why) | Self::NotReady(why), _) => (*why).to_owned(),
            (Self::Edge { .. }, Code::Forbidden) => {
                "Something in front of Snyk’s API refused the request, not Snyk itself. If it \
                 happens again, contact whoever runs this app."
                    .to_owned()
            }
            (Self::Edge { .. }, Code::RateLimited) => {
                "Snyk’s rate limit was reached. Wait for as long as Retry-After says.".to_owned()
            }
            (Self::Edge { status, .. }, _) => format!(
                "Snyk’s API, or something in front of it, can’t answer at the moment (status {}). Try \
                 again in a minute.",
                status.as_u16()
            ),
            (Self::MethodNotAllowed, _) => "This method is not allowed here.".to_owned(),
            (Self::UnsupportedMediaType, _) => "Send application/json.".to_owned(),
            (Self::TooSlow, _) => "The request took too long to arrive. Try again.".to_owned(),
            (Self::TooLarge(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE), _) => {
                "Your browser sent more than this server takes, usually because of too many cookies. \
                 Clear this site’s cookies and try again."
                    .to_owned()
            }
            (Self::TooLarge(StatusCode::URI_TOO_LONG), _) => {
                "The address is too long. Go to the start page instead.".to_owned()
            }
            (_, Code::LoginExpired) => "Start again; nothing was connected.".to_owned(),
            (_, Code::LoginUsed) => "A sign-in can be finished only once. Start again.".to_owned(),
            (_, Code::StateMismatch) => {
                "It was started in another browser, by another link or more than an hour ago, or \
                 the browser didn’t keep its cookie. Start again."
                    .to_owned()
            }
            (_, Code::AccessDenied) => "Nothing was connected.".to_owned(),
            (_, Code::CodeRejected) => {
                "The sign-in code expired or was already used. Start again.".to_owned()
            }
            (_, Code::ReconnectNeeded) => {
                "Snyk no longer accepts its permission. Connect it again.".to_owned()
            }
            (_, Code::ProviderUnavailable) => match self.status_and_code().0 {
                _ if self.is_unusable_answer() => {
                    "Snyk, or something on the way to it, gave an answer that the server can’t use."
                }
                StatusCode::GATEWAY_TIMEOUT => "Snyk did not answer in time.",
                StatusCode::SERVICE_UNAVAILABLE => "Snyk can’t be reached at the moment.",
                _ => "Snyk answered that it can’t do this at the moment.",
            }
            .to_owned(),
            (_, Code::ProviderRejectedClient) => {
                "Snyk does not accept the app’s own credentials. You can’t fix this yourself; \
                 contact whoever runs the app. None of your data is lost."
                    .to_owned()
            }
            (_, Code::RateLimited) => "Wait for as long as Retry-After says.".to_owned(),
            (_, Code::NotSignedIn) => "Connect again to continue.".to_owned(),
            (_, Code::NotFound) => {
                "It may have moved, or this browser doesn’t have access to it.".to_owned()
            }
            (_, Code::PayloadTooLarge) => "Send a smaller request.".to_owned(),
            (_, Code::Unavailable) => {
                "You are still signed in. It usually passes within a minute.".to_owned()
            }
            _ => {
                "Nothing was changed. Try again; if it happens again, report the request ID.".to_owned()
            }
        }
    }
}
