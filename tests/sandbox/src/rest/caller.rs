//! The caller of a REST request that passed the checks.

use std::sync::Arc;

use http::Uri;

use crate::form::Form;
use crate::grants::Install;
use crate::settings::Settings;

/// A request that passed the checks.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) install: Install,
    pub(crate) settings: Arc<Settings>,
    pub(crate) form: Form,
    pub(crate) version_requested: String,
    pub(crate) version_served: &'static str,
}

impl Caller {
    /// Returns the request's own URL without a host.
    #[expect(
        clippy::unused_self,
        reason = "links are made for an admitted caller only"
    )]
    pub(crate) fn own_link(&self, uri: &Uri) -> String {
        format!("/rest{}?{}", uri.path(), uri.query().unwrap_or_default())
    }
}
