//! The two forms of the page.

/// The build profile of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A fast build, for development.
    Development,
    /// A small, compressed build, for release.
    Shipped,
}
