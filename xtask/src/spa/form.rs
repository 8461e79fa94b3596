//! The two forms of the page.

/// The build profile of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A fast build, for development.
    Development,
    /// A small, compressed build, for release.
    Shipped,
}

impl Form {
    /// Returns the name of cargo's profile for the Wasm.
    pub(super) const fn profile(self) -> &'static str {
        match self {
            Self::Development => "dev",
            Self::Shipped => "wasm-release",
        }
    }
}
