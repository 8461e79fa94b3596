//! Where our server is: at the page's own origin, or at the one that the document names.

use std::{borrow::Cow, cell::RefCell};

use gloo_net::http::RequestBuilder;
use web_sys::{AbortSignal, RequestCache, RequestCredentials, RequestMode};

use crate::{answer::Failure, platform};

/// The paths of the API. Every other one is the page's own, such as the document's.
const API: &str = "/api/";

thread_local! {
    static ORIGIN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Sets the API's origin. An empty one is the page's own.
pub fn set(origin: String) {
    ORIGIN.set((!origin.is_empty()).then_some(origin));
}

/// Returns the host of our server, with its port; empty if it is not known.
#[must_use]
pub fn host() -> String {
    match ORIGIN.with_borrow(Clone::clone) {
        Some(origin) => origin.split("://").last().unwrap_or_default().to_owned(),
        None => platform::host(),
    }
}

/// Returns the address of a path of the API, for a link.
#[must_use]
pub fn address(path: &str) -> String {
    resolve(path).0.into_owned()
}

/// Returns the address of a path at our server, and where the session's cookies are sent: to another
/// origin only if it is the API's.
pub(super) fn resolve(path: &str) -> (Cow<'_, str>, RequestCredentials) {
    match ORIGIN.with_borrow(Clone::clone) {
        Some(origin) if path.starts_with(API) => (
            Cow::Owned(format!("{origin}{path}")),
            RequestCredentials::Include,
        ),
        _ => (Cow::Borrowed(path), RequestCredentials::SameOrigin),
    }
}

/// Returns why a request got no answer that this page may read. What a proxy answers in the place of
/// a server of another origin has no CORS headers.
pub(super) async fn no_answer(path: &str, signal: Option<&AbortSignal>) -> Failure {
    if let Some(origin) = ORIGIN.with_borrow(Clone::clone)
        && path.starts_with(API)
    {
        let probe = RequestBuilder::new(&format!("{origin}/healthz"))
            .mode(RequestMode::NoCors)
            .credentials(RequestCredentials::Omit)
            .cache(RequestCache::NoStore)
            .abort_signal(signal);
        if probe.send().await.is_ok() {
            return Failure::Intercepted { status: 0 };
        }
    }
    Failure::Offline
}
