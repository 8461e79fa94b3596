//! Parts shared by all pages (headers, style sheet, icon), and the error pages.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};

/// The path of the style sheet.
pub(crate) const STYLE_PATH: &str = "/sandbox.css";
/// The path of the icon.
pub(crate) const ICON_PATH: &str = "/sandbox.svg";

/// Returns whether a path is a static asset, which the record of requests omits.
pub(crate) fn is_asset(path: &str) -> bool {
    matches!(path, STYLE_PATH | ICON_PATH | "/favicon.ico")
}

/// A page that reports an error and what to do.
#[derive(Debug, Template)]
#[template(path = "trouble.html")]
pub(crate) struct Trouble {
    /// The error.
    pub(crate) what: &'static str,
    remedy: &'static str,
    facts: Vec<(&'static str, String)>,
}

impl Trouble {
    /// Creates a page with an error and what to do.
    pub(crate) fn new(what: &'static str, remedy: &'static str) -> Self {
        Self {
            what,
            remedy,
            facts: Vec::new(),
        }
    }

    /// Adds a line with a value that was sent or is known.
    pub(crate) fn fact(mut self, name: &'static str, value: &str) -> Self {
        self.facts.push((name, value.to_owned()));
        self
    }
}

/// Returns the page for a request that cannot be answered.
#[expect(clippy::needless_pass_by_value, reason = "it is made to be shown once")]
pub(crate) fn trouble(trouble: Trouble) -> Response {
    html(StatusCode::BAD_REQUEST, &trouble, "'none'")
}

/// `GET /`: describes the sandbox.
pub(crate) async fn start() -> Response {
    let page = Trouble::new(
        "The sandbox is running",
        "Open the app and connect it: the app sends you here to decide what it may read.",
    );
    html(StatusCode::OK, &page, "'none'")
}

/// Answers any other path.
pub(crate) async fn not_found() -> Response {
    let page = Trouble::new(
        "There is nothing at this address",
        "The sandbox has the parts of Snyk that an app needs, and no others.",
    );
    html(StatusCode::NOT_FOUND, &page, "'none'")
}

/// Returns an HTML response whose policy permits only its display and the submission of its form to
/// `form_action`.
pub(crate) fn html(status: StatusCode, page: &impl Template, form_action: &str) -> Response {
    let Ok(text) = page.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action {form_action}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    let policy =
        HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    (
        status,
        [
            (
                CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (CONTENT_SECURITY_POLICY, policy),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        text,
    )
        .into_response()
}

/// Serves the style sheet.
pub(crate) async fn style() -> Response {
    asset(
        "text/css; charset=utf-8",
        include_str!("../assets/sandbox.css"),
    )
}

/// Serves the icon.
pub(crate) async fn icon() -> Response {
    asset("image/svg+xml", include_str!("../assets/sandbox.svg"))
}

fn asset(media_type: &'static str, text: &'static str) -> Response {
    (
        [
            (CONTENT_TYPE, media_type),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CACHE_CONTROL, "no-cache"),
        ],
        text,
    )
        .into_response()
}
