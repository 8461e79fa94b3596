//! What all pages share: headers, style, icon; and the pages that say what went wrong.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};

/// Where the style sheet is.
pub(crate) const STYLE_PATH: &str = "/sandbox.css";
/// Where the icon is.
pub(crate) const ICON_PATH: &str = "/sandbox.svg";

/// Whether a path is part of the pages' looks, which the record of requests leaves out.
pub(crate) fn is_asset(path: &str) -> bool {
    matches!(path, STYLE_PATH | ICON_PATH | "/favicon.ico")
}

/// A page that says what is wrong and what to do.
#[derive(Debug, Template)]
#[template(path = "trouble.html")]
pub(crate) struct Trouble {
    /// What is wrong.
    pub(crate) what: &'static str,
    remedy: &'static str,
    facts: Vec<(&'static str, String)>,
}

impl Trouble {
    /// What is wrong, and what to do.
    pub(crate) fn new(what: &'static str, remedy: &'static str) -> Self {
        Self {
            what,
            remedy,
            facts: Vec::new(),
        }
    }

    /// With one more line of what was sent or is known.
    pub(crate) fn fact(mut self, name: &'static str, value: &str) -> Self {
        self.facts.push((name, value.to_owned()));
        self
    }
}

/// The page for a request that cannot be answered.
#[expect(clippy::needless_pass_by_value, reason = "it is made to be shown once")]
pub(crate) fn trouble(trouble: Trouble) -> Response {
    html(StatusCode::BAD_REQUEST, &trouble, "'none'")
}

/// `GET /`: what this is.
pub(crate) async fn start() -> Response {
    let page = Trouble::new(
        "The sandbox is running",
        "Open the app and connect it: the app sends you here to decide what it may read.",
    );
    html(StatusCode::OK, &page, "'none'")
}

/// Any other address.
pub(crate) async fn not_found() -> Response {
    let page = Trouble::new(
        "There is nothing at this address",
        "The sandbox has the parts of Snyk that an app needs, and no others.",
    );
    html(StatusCode::NOT_FOUND, &page, "'none'")
}

/// An HTML answer that may do nothing but show itself and submit its form to `form_action`.
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

/// The style sheet.
pub(crate) async fn style() -> Response {
    asset(
        "text/css; charset=utf-8",
        include_str!("../assets/sandbox.css"),
    )
}

/// The icon.
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
