//! The part of a `server` block of nginx.

use page_headers::{Caching, NO_TRANSFORM};

/// The start, with what the server block still needs.
const START: &str = "\
# A part of a server block of nginx, which needs `listen`, `server_name`, certificates and `root`:
#
#     root /srv/page;
#     include /srv/page/nginx.conf;
#
# Written by `cargo xtask build --dist`, anew for each build: the policy names hashes of scripts.

gzip_static on;
# Caches between must not give the compressed form to everybody.
gzip_vary on;
# With Debian's package libnginx-mod-http-brotli-static, better than gzip:
# brotli_static on;
";

/// A location: its condition, what it does, how long its files are kept, and whether they are the
/// document.
struct Location {
    condition: &'static str,
    directives: &'static [&'static str],
    caching: Caching,
    is_document: bool,
}

/// The locations, of which nginx takes the first that matches.
const LOCATIONS: [Location; 5] = [
    // The address holds the authorization code, which belongs in no log.
    Location {
        condition: "~ ^/callback/?$",
        directives: &["access_log off;", "try_files /index.html =404;"],
        caching: Caching::Never,
        is_document: true,
    },
    Location {
        condition: r#"~ "-[0-9a-f]{12,16}\.(css|js|wasm|woff2)$""#,
        directives: &["try_files $uri =404;"],
        caching: Caching::Immutable,
        is_document: false,
    },
    Location {
        condition: r"~ \.(css|ico|jpg|js|json|png|svg|txt|wasm|webmanifest|webp|woff2)$",
        directives: &["try_files $uri =404;"],
        caching: Caching::Revalidated,
        is_document: false,
    },
    // Not this file, and no compressed form by its own name.
    Location {
        condition: r"~ \.[^/]*$",
        directives: &["return 404;"],
        caching: Caching::Never,
        is_document: false,
    },
    Location {
        condition: "/",
        directives: &["try_files /index.html =404;"],
        caching: Caching::Revalidated,
        is_document: true,
    },
];

/// Returns the text. Each location has all headers, because nginx passes none on to a location that
/// has one of its own.
pub(super) fn text(policy: &str) -> String {
    let locations = LOCATIONS.iter().map(|location| block(location, policy));
    format!("{START}{}", locations.collect::<String>())
}

fn block(location: &Location, policy: &str) -> String {
    let policy = if location.is_document {
        policy
    } else {
        page_headers::DENY_ALL
    };
    let headers = page_headers::OF_EVERY_FILE.into_iter();
    let headers = headers
        .chain([("Content-Security-Policy", policy)])
        .map(|(name, value)| format!("add_header {name} \"{value}\" always;"));
    // Without `always`: an error must not be kept for ever.
    let caching = location.caching.value();
    let caching = format!("add_header Cache-Control \"{caching}, {NO_TRANSFORM}\";");
    let directives = location.directives.iter().map(|&one| one.to_owned());
    // Its size is always the same, and its time may be too: they cannot tell one build from another.
    let always_whole = ["etag off;", "if_modified_since off;"].map(str::to_owned);
    let always_whole = always_whole.into_iter().filter(|_| location.is_document);
    let lines: Vec<_> = directives
        .chain(always_whole)
        .chain(headers)
        .chain([caching])
        .collect();
    format!(
        "\nlocation {} {{\n    {}\n}}\n",
        location.condition,
        lines.join("\n    ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_63_every_location_has_all_headers() {
        let text = text("default-src 'none'; script-src 'sha256-x'");
        let locations: Vec<_> = text.split("\nlocation ").skip(1).collect();
        assert_eq!(locations.len(), 5);
        for location in &locations {
            for (name, value) in page_headers::OF_EVERY_FILE {
                let header = format!("    add_header {name} \"{value}\" always;\n");
                assert!(location.contains(&header), "{name}: {location}");
            }
        }
        let with_policy = locations
            .iter()
            .filter(|one| one.contains("script-src 'sha256-x'"));
        assert_eq!(with_policy.count(), 2, "the document's");
        let immutable = locations.iter().filter(|one| one.contains("immutable"));
        assert_eq!(immutable.count(), 1, "hashed files");
    }
}
