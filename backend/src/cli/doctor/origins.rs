//! Checks whether a browser sends the session cookie to the server, and lets the page read its
//! answers (pure).
//!
//! The cookie is `SameSite=Strict`: a page of another site never sends it. A site is a scheme and a
//! registrable domain, whatever the port.

use url::{Host, Url};

use super::finding::Finding;
use crate::config::{origin::Origin, server::Server};

const COOKIES: &str = "cookies";
const CORS: &str = "CORS";

/// Checks the origins of the server and of its page.
pub(super) fn check(server: &Server) -> Vec<Finding> {
    check_origins(&server.public_url, &server.frontend_origin)
}

fn check_origins(server: &Origin, page: &Origin) -> Vec<Finding> {
    let cookies = match sites(server.root(), page.root()) {
        Sites::Same => Finding::ok(
            COOKIES,
            if server.is_https() {
                format!("The page at {page} sends the session cookie, by https only.")
            } else {
                format!("The page at {page} sends the session cookie.")
            },
        ),
        Sites::Doubtful => Finding::warn(
            COOKIES,
            format!(
                "{server} and {page} may be different sites: if anyone can register a domain below \
                 the part that they share, browsers send no session cookie."
            ),
        )
        .fix("serve both below one domain of your own"),
        Sites::Different => Finding::fail(
            COOKIES,
            format!(
                "{server} (PUBLIC_URL) and {page} (FRONTEND_ORIGIN) are different sites: browsers \
                 send no session cookie, so nobody can sign in."
            ),
        )
        .fix(
            "serve both with one scheme and below one domain, such as https://api.example.com and \
             https://app.example.com",
        ),
    };
    let cors = if server == page {
        Finding::ok(
            CORS,
            format!("The page is at {server} as well: CORS is not needed."),
        )
    } else {
        Finding::ok(
            CORS,
            format!(
                "{page} may read answers of {server}. The page has to be built for that server, \
                 and REDIRECT_URI has to lead to the page."
            ),
        )
    };
    vec![cookies, cors]
}

/// Whether two URLs are of one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sites {
    Same,
    /// They share as many labels as a public suffix may have, such as `co.uk`.
    Doubtful,
    Different,
}

fn sites(one: &Url, other: &Url) -> Sites {
    if one.scheme() != other.scheme() {
        return Sites::Different;
    }
    let (Some(Host::Domain(one)), Some(Host::Domain(other))) = (one.host(), other.host()) else {
        return if one.host() == other.host() {
            Sites::Same
        } else {
            Sites::Different
        };
    };
    if one == other {
        return Sites::Same;
    }
    let labels = |name: &str| -> Vec<String> {
        let name = name.trim_end_matches('.');
        name.rsplit('.').map(ToOwned::to_owned).collect()
    };
    let (one, other) = (labels(one), labels(other));
    let shared: Vec<_> = one
        .iter()
        .zip(&other)
        .take_while(|(one, other)| one == other)
        .map(|(label, _)| label)
        .collect();
    match *shared {
        [] | [_] => Sites::Different,
        // A second label this short is often part of a public suffix.
        [top, second] if second.len() <= 3 && top.len() == 2 => Sites::Doubtful,
        // A host that is itself the shared part is a registered domain.
        _ => Sites::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Status;

    fn found(server: &str, page: &str) -> (Status, Status) {
        let origin = |url| Origin::of(&Url::parse(url).unwrap());
        let found = check_origins(&origin(server), &origin(page));
        (found[0].status, found[1].status)
    }

    #[test]
    fn a_page_of_another_site_sends_no_cookie() {
        for (server, page, cookies) in [
            ("https://a.example.com", "https://a.example.com", Status::Ok),
            (
                "https://api.example.com",
                "https://app.example.com",
                Status::Ok,
            ),
            ("https://example.com", "https://app.example.com", Status::Ok),
            ("http://localhost:3000", "http://localhost:8080", Status::Ok),
            (
                "http://localhost:3000",
                "http://127.0.0.1:3000",
                Status::Fail,
            ),
            (
                "http://127.0.0.1:3000",
                "http://127.0.0.2:3000",
                Status::Fail,
            ),
            (
                "https://api.example.com",
                "http://localhost:3000",
                Status::Fail,
            ),
            (
                "https://api.example.com",
                "https://api.example.org",
                Status::Fail,
            ),
            ("https://one.com", "https://other.com", Status::Fail),
            ("https://api.one.co.uk", "https://app.one.co.uk", Status::Ok),
            ("https://one.co.uk", "https://other.co.uk", Status::Warn),
        ] {
            assert_eq!(
                found(server, page),
                (cookies, Status::Ok),
                "{server} {page}"
            );
        }
    }
}
