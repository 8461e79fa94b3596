//! The content security policy of the document, which names the hashes of its inline scripts.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

/// Returns the policy of a document: same-origin resources only, scripts also by hash, no framing,
/// no forms and nothing inline. Requests go to the document's own origin, and to the API's if it is
/// another.
#[must_use]
pub fn content_security_policy(document: &str, api_origin: Option<&str>) -> String {
    let mut scripts = "'self' 'wasm-unsafe-eval'".to_owned();
    for script in inline_scripts(document) {
        scripts.push_str(" 'sha256-");
        scripts.push_str(&STANDARD.encode(Sha256::digest(script)));
        scripts.push('\'');
    }
    let api = api_origin.map_or(String::new(), |origin| format!(" {origin}"));
    format!(
        "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'{api}; base-uri 'none'; object-src 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
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

    #[test]
    fn sec_60_only_the_configured_api_may_be_asked() {
        let policy = |api| content_security_policy("", api);
        assert!(policy(None).contains("connect-src 'self';"));
        assert!(
            policy(Some("https://api.example.com"))
                .contains("connect-src 'self' https://api.example.com;")
        );
    }
}
