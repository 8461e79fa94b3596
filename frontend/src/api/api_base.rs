//! Where our server is: at the page's own origin, or at the one that the document names.

use std::borrow::Cow;

use web_sys::RequestCredentials;

/// The paths of the API. Every other one is the page's own, such as the document's.
const API: &str = "/api/";
/// The element of the document that names the API's origin. It is empty for the page's own.
const ELEMENT: &str = "meta[name=api-base-url]";

/// Returns the address of a path at our server, and where the session's cookies are sent: to another
/// origin only if it is the API's.
pub(super) fn resolve(path: &str) -> (Cow<'_, str>, RequestCredentials) {
    let base = if path.starts_with(API) {
        origin()
    } else {
        None
    };
    match base {
        Some(origin) => (
            Cow::Owned(format!("{origin}{path}")),
            RequestCredentials::Include,
        ),
        None => (Cow::Borrowed(path), RequestCredentials::SameOrigin),
    }
}

/// Returns the API's origin, if it is not the page's own.
fn origin() -> Option<String> {
    let document = web_sys::window()?.document()?;
    let element = document.query_selector(ELEMENT).ok()??;
    let origin = element.get_attribute("content")?;
    let origin = origin.trim().trim_end_matches('/');
    (!origin.is_empty()).then(|| origin.to_owned())
}
