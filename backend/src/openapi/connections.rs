//! Describes the routes of a connection.

use shared::{
    api::connection::{Connection, REVOCATION},
    problem::Code,
};

use super::{
    components::revocation,
    operation::{Operation, text},
};

const TAG: &str = "Connections";

/// Describes an operation of the connection that the path names.
pub(super) fn of_connection(id: &str, tag: &str, summary: &str) -> Operation {
    Operation::new(id, tag, summary)
        .path_parameter("id", "The app’s own id of the connection.", text())
        .needs_session()
        .problems(&[(404, Code::NotFound)])
}

/// Describes `GET /api/connections/{id}`.
#[must_use]
pub fn read() -> Operation {
    of_connection("readConnection", TAG, "A connection").json::<Connection>(200, "The connection.")
}

/// Describes `DELETE /api/connections/{id}`.
#[must_use]
pub fn disconnect() -> Operation {
    of_connection("disconnect", TAG, "Disconnect")
        .description("The tokens are erased here at once, and revoked at the provider.")
        .empty(204, "Disconnected.")
        .header(204, REVOCATION, revocation())
}

/// Describes `POST /api/connections/{id}/refresh`.
#[must_use]
pub fn refresh() -> Operation {
    of_connection("refreshConnection", TAG, "Refresh the tokens now")
        .description(
            "Refreshes the token pair, whatever its remaining lifetime, and reads the organizations \
             again. A session may do this ten times a minute.",
        )
        .takes_any_json()
        .json::<Connection>(200, "The connection with its new tokens’ times.")
        .asks_provider()
        .problems(&[(409, Code::ReconnectNeeded)])
}
