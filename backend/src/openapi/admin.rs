//! Describes the routes of the administration.

use shared::{
    api::{
        admin::{
            Activity, AdminLogin, AdminSession, Install, InstallSort, InstallStatus, Installs,
            MAX_PAGE, Settings,
        },
        connection::REVOCATION,
    },
    problem::Code,
};
use utoipa::{
    PartialSchema as _,
    openapi::schema::{ObjectBuilder, Type},
};

use super::{
    components::revocation,
    operation::{Operation, text},
};

const TAG: &str = "Administration";

/// Describes `POST /api/admin/session`.
#[must_use]
pub fn begin() -> Operation {
    Operation::new("startAdminSession", TAG, "Use a link up")
        .description(
            "Signs this browser in as an administrator, by the secret part of a link that \
             `snyk-app admin-link` printed. A link counts once. A link that this server did not make \
             is `forbidden`.",
        )
        .takes::<AdminLogin>()
        .json::<AdminSession>(201, "Signed in as an administrator.")
        .sets_cookies(201)
        .reads_store()
        .problems(&[(409, Code::LoginUsed), (410, Code::LoginExpired)])
}

/// Describes `GET /api/admin/session`.
#[must_use]
pub fn current() -> Operation {
    of_administrator(
        "readAdminSession",
        "Until when the administrator is signed in",
    )
    .json::<AdminSession>(200, "The session.")
}

/// Describes `DELETE /api/admin/session`.
#[must_use]
pub fn end() -> Operation {
    Operation::new("endAdminSession", TAG, "Leave the administration")
        .empty(204, "Signed out, also if nobody was signed in.")
        .sets_cookies(204)
        .may_have_admin_session()
}

/// Describes `GET /api/admin/installs`.
#[must_use]
pub fn installs() -> Operation {
    of_administrator("listInstalls", "The connections of everybody")
        .description("Parameters that are not listed are answered with 400.")
        .query_parameter(
            "search",
            "Text that the name of the install or of one of its organizations contains, or that an \
             id is; upper and lower case alike.",
            text().max_length(Some(200)),
        )
        .query_parameter(
            "status",
            "Only installs of this status.",
            InstallStatus::schema(),
        )
        .query_parameter(
            "sort",
            "The order; by name if absent.",
            InstallSort::schema(),
        )
        .query_parameter(
            "cursor",
            "`next` of the page before, of the same search, status and sort.",
            text(),
        )
        .query_parameter("limit", "Maximum number of rows.", limit())
        .json::<Installs>(200, "A page of the installs that match.")
}

/// Describes `GET /api/admin/installs/{id}`.
#[must_use]
pub fn install() -> Operation {
    of_install("readInstall", "An install").json::<Install>(200, "The install.")
}

/// Describes `DELETE /api/admin/installs/{id}`.
#[must_use]
pub fn disconnect() -> Operation {
    of_install("disconnectInstall", "Disconnect an install")
        .description("The tokens are erased here at once, and revoked at the provider.")
        .empty(204, "Disconnected.")
        .header(204, REVOCATION, revocation())
}

/// Describes `GET /api/admin/activity`.
#[must_use]
pub fn activity() -> Operation {
    of_administrator("listActivity", "What happened, the latest first")
        .description("Parameters that are not listed are answered with 400.")
        .query_parameter(
            "kinds",
            "Only events of these kinds, separated by commas.",
            text(),
        )
        .query_parameter("install", "Only events about this install.", text())
        .query_parameter("cursor", "`next` of the page before.", text())
        .query_parameter("limit", "Maximum number of rows.", limit())
        .json::<Activity>(200, "A page of the events that match.")
}

/// Describes `GET /api/admin/settings`.
#[must_use]
pub fn settings() -> Operation {
    of_administrator("readSettings", "What this server uses")
        .json::<Settings>(200, "The settings, without any secret.")
}

fn of_administrator(id: &str, summary: &str) -> Operation {
    Operation::new(id, TAG, summary).needs_admin_session()
}

fn of_install(id: &str, summary: &str) -> Operation {
    of_administrator(id, summary)
        .path_parameter("id", "The app’s own id of the connection.", text())
        .problems(&[(404, Code::NotFound)])
}

/// Returns the schema of the size of a page.
fn limit() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(MAX_PAGE))
        .default(Some(MAX_PAGE.into()))
}
