//! The content security policy of the document that is served now.

use std::time::SystemTime;

use http::HeaderValue;

use crate::http::security_headers::DENY_ALL;

/// Modification time and length of a document.
pub(super) type Version = (SystemTime, u64);

/// The policy of one version of the document.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) version: Version,
    pub(super) csp: HeaderValue,
}

impl Policy {
    /// Computes the policy, which names the hashes of the inline scripts in the document.
    pub(super) fn new(version: Version, document: &str) -> Self {
        let csp = page_headers::content_security_policy(document, None);
        let csp = HeaderValue::try_from(csp).unwrap_or(DENY_ALL);
        Self { version, csp }
    }
}
