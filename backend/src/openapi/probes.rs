//! Describes the health probes.

use shared::problem::Code;

use super::operation::{Operation, text};

const TAG: &str = "About the server";
const TEXT: &str = "text/plain; charset=utf-8";

/// Describes `GET /healthz`.
#[must_use]
pub fn alive() -> Operation {
    Operation::outside_api("isAlive", TAG, "Whether the process is alive").body(
        200,
        "It is alive.",
        TEXT,
        text(),
    )
}

/// Describes `GET /readyz`.
#[must_use]
pub fn ready() -> Operation {
    Operation::outside_api("isReady", TAG, "Whether the server can serve")
        .description(
            "The database can be read and written, the background tasks run, and no shutdown is in \
             progress.",
        )
        .body(200, "It can serve.", TEXT, text())
        .body(
            503,
            "It cannot serve: a problem, or the text `stopping` during a shutdown.",
            TEXT,
            text(),
        )
        .problems(&[(503, Code::Unavailable)])
}
