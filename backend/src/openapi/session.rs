//! Describes the routes of sessions.

use shared::{
    api::{session::Session, sessions::Sessions},
    problem::Code,
};

use super::operation::{Operation, text};

const TAG: &str = "Session";

/// Describes `GET /api/session`.
#[must_use]
pub fn read() -> Operation {
    Operation::new(
        "readSession",
        TAG,
        "The app, and who is signed in in this browser",
    )
    .description(
        "The only request that the page makes at its start. Sets the session cookie again, at most \
         daily.",
    )
    .json::<Session>(
        200,
        "The app, and the connections of the session; there are none without a session.",
    )
    .may_set_cookies(200)
    .may_have_session()
}

/// Describes `DELETE /api/session`.
#[must_use]
pub fn end() -> Operation {
    Operation::new("signOut", TAG, "Sign out in this browser")
        .description("Ends every session that the request presents. Connections stay.")
        .empty(204, "Signed out, also if nobody was signed in.")
        .sets_cookies(204)
        .may_have_session()
}

/// Describes `GET /api/sessions`.
#[must_use]
pub fn list() -> Operation {
    Operation::new(
        "listSessions",
        TAG,
        "The browsers that are signed in to the same connections",
    )
    .json::<Sessions>(
        200,
        "This browser, and those that share a connection with it.",
    )
    .needs_session()
}

/// Describes `DELETE /api/sessions/{id}`.
#[must_use]
pub fn end_other() -> Operation {
    Operation::new("signOutBrowser", TAG, "Sign another browser out")
        .description(
            "Ends a session at once; its connections stay. Unknown sessions and those that share no \
             connection are answered alike. The id of the session that asks signs this browser out.",
        )
        .path_parameter("id", "The id of the session.", text())
        .empty(204, "Signed out.")
        .may_set_cookies(204)
        .needs_session()
        .problems(&[(404, Code::NotFound)])
}
