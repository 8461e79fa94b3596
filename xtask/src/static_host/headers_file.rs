//! The file `_headers`, which Netlify, Cloudflare Pages and others read.

use page_headers::{Caching, NO_TRANSFORM};

/// Returns the text. `hashed` are the paths of files with a hash in their name. Those of former builds
/// are not among them, because hosts permit a hundred rules.
///
/// No two rules for one path set the same header, because hosts differ in which of them wins. Every
/// file has the document's policy, which forbids nothing that it needs.
pub(super) fn text(policy: &str, hashed: &[String]) -> String {
    let headers = page_headers::OF_EVERY_FILE.into_iter();
    let headers: Vec<_> = headers
        .chain([("Content-Security-Policy", policy)])
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let documents = [("/", Caching::Revalidated), ("/callback", Caching::Never)];
    let documents = documents.map(|(path, caching)| {
        let caching = caching.value();
        rule(path, &[format!("Cache-Control: {caching}, {NO_TRANSFORM}")])
    });
    // These have an integrity hash, so nothing may change them anyway. Where transforming is forbidden,
    // Cloudflare does not compress.
    let files = hashed.iter().map(|path| {
        let caching = Caching::Immutable.value();
        rule(&format!("/{path}"), &[format!("Cache-Control: {caching}")])
    });
    let rules = documents.into_iter().chain(files);
    std::iter::once(rule("/*", &headers)).chain(rules).collect()
}

fn rule(path: &str, headers: &[String]) -> String {
    format!("{path}\n  {}\n", headers.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_63_the_headers_are_those_of_the_server() {
        let hashed = ["a-0123456789abcdef.js".to_owned()];
        let text = text("default-src 'none'", &hashed);
        let (of_all, rest) = text.split_once("/\n").unwrap();
        assert!(
            of_all.starts_with("/*\n  X-Content-Type-Options: nosniff\n"),
            "{text}"
        );
        assert!(of_all.contains("\n  Content-Security-Policy: default-src 'none'\n"));
        assert!(
            !of_all.contains("Cache-Control"),
            "set by one rule for a path"
        );
        assert_eq!(
            rest,
            "  Cache-Control: no-cache, no-transform\n\
             /callback\n  Cache-Control: no-store, no-transform\n\
             /a-0123456789abcdef.js\n  \
             Cache-Control: public, max-age=31536000, immutable\n"
        );
    }
}
