//! Describes the routes of a login.

use shared::{
    api::{
        connection::{Connected, LoginFinish},
        login::{LoginAttempts, LoginStart},
    },
    problem::Code,
};

use super::{operation::Operation, problems::Variant};

const TAG: &str = "Login";

/// Describes `GET /api/login`.
#[must_use]
pub fn presented() -> Operation {
    Operation::new(
        "countLoginAttempts",
        TAG,
        "Whether this browser kept the cookie of its login attempt",
    )
    .json::<LoginAttempts>(
        200,
        "How many cookies of login attempts came with the request. None of them is opened.",
    )
}

/// Describes `POST /api/login`.
#[must_use]
pub fn start() -> Operation {
    Operation::new("startLogin", TAG, "Begin a login")
        .description(
            "Seals what the browser generated into a cookie of this attempt. Nothing is stored, and \
             the provider is not asked. With `reconnect`, the session must be authorized for that \
             connection. A client network may begin 30 logins a minute.",
        )
        .takes::<LoginStart>()
        .empty(204, "The attempt is in a cookie.")
        .sets_cookies(204)
        .may_have_session()
        .problems(&[(401, Code::NotSignedIn), (404, Code::NotFound)])
}

/// Describes `POST /api/connections`.
#[must_use]
pub fn finish() -> Operation {
    Operation::new("finishLogin", TAG, "Finish a login")
        .description(
            "Takes what the provider sent to the redirect URI: a code or an error. State, age, \
             provider, client and redirect URI are checked before anything is exchanged, and a code \
             is exchanged once only. A client network may finish 30 logins a minute.",
        )
        .takes::<LoginFinish>()
        .json::<Connected>(201, "Connected, and signed in.")
        .sets_cookies(201)
        .may_have_session()
        .asks_provider()
        .problems(&[
            (400, Code::StateMismatch),
            (400, Code::LoginRefused),
            (400, Code::CodeRejected),
            (401, Code::NotSignedIn),
            (403, Code::AccessDenied),
            (409, Code::LoginUsed),
            (410, Code::LoginExpired),
        ])
        .with_variant(Variant::RemovesCookie)
}
