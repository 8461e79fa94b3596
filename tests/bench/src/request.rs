//! A read that is sent to a server under test.

/// A read: its path, and the headers that differ between sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) cookie: Option<String>,
    /// The value of `X-Forwarded-For`, where every session has an address of its own.
    pub(crate) client: Option<String>,
}
