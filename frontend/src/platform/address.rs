//! Addresses of this origin.

use web_sys::Url;

/// An address of this origin, in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The whole address.
    pub href: String,
    /// The path.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// The fragment, without the number sign.
    pub fragment: String,
}

impl Address {
    /// Resolves an address as the browser does. Returns `None` for another origin.
    #[must_use]
    pub fn resolve(address: &str) -> Option<Self> {
        let location = web_sys::window()?.location();
        let url = Url::new_with_base(address, &location.href().ok()?).ok()?;
        let after = |part: String, mark| part.strip_prefix(mark).unwrap_or(&part).to_owned();
        (url.origin() == location.origin().ok()?).then(|| Self {
            href: url.href(),
            path: url.pathname(),
            query: after(url.search(), '?'),
            fragment: after(url.hash(), '#'),
        })
    }
}
