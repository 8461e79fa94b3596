//! The content security policy of the document, which names the hashes of its inline scripts.

use std::time::SystemTime;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use crate::http::security_headers::content_security_policy;

/// Modification time and length of a document.
pub(super) type Version = (SystemTime, u64);

/// The policy of one version of the document.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) version: Version,
    pub(super) csp: HeaderValue,
}

impl Policy {
    /// Computes the policy from the hashes of the inline scripts in the document: Trunk writes one
    /// that starts the Wasm.
    pub(super) fn new(version: Version, document: &str) -> Self {
        let hashes: Vec<String> = inline_scripts(document)
            .map(|script| format!("sha256-{}", STANDARD.encode(Sha256::digest(script))))
            .collect();
        let csp = content_security_policy(&hashes);
        Self { version, csp }
    }
}

fn inline_scripts(document: &str) -> impl Iterator<Item = &str> {
    document.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_60_inline_scripts_are_found() {
        let document = "<script type=\"module\">one</script><script src=\"/a.js\"></script>\
                        <script>two</script>";
        assert_eq!(inline_scripts(document).collect::<Vec<_>>(), ["one", "two"]);
    }
}
