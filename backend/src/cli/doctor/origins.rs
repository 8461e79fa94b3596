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
    let cookies = if is_one_site(server.root(), page.root()) {
        Finding::ok(
            COOKIES,
            if server.is_https() {
                format!("The page at {page} sends the session cookie, by https only.")
            } else {
                format!("The page at {page} sends the session cookie.")
            },
        )
    } else {
        Finding::fail(
            COOKIES,
            format!(
                "{server} (PUBLIC_URL) and {page} (FRONTEND_ORIGIN) are different sites: browsers \
                 send no session cookie, so nobody can sign in."
            ),
        )
        .fix(
            "serve both with one scheme and below one domain, such as https://api.example.com and \
             https://app.example.com",
        )
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

/// Returns whether two URLs are of one site: of one scheme, and of one host or registrable domain. The
/// public suffix list, which browsers use too, tells where domains can be registered.
fn is_one_site(one: &Url, other: &Url) -> bool {
    if one.scheme() != other.scheme() {
        return false;
    }
    let domain = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => psl::domain_str(name).map(str::to_owned),
        _ => None,
    };
    let is_one_domain =
        || domain(one).is_some_and(|domain_of_one| Some(domain_of_one) == domain(other));
    one.host() == other.host() || is_one_domain()
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
            ("https://one.co.uk", "https://other.co.uk", Status::Fail),
            // Anybody can have a name below these.
            (
                "https://api.onrender.com",
                "https://page.onrender.com",
                Status::Fail,
            ),
            (
                "https://one.duckdns.org",
                "https://two.duckdns.org",
                Status::Fail,
            ),
            (
                "https://api.one.duckdns.org",
                "https://one.duckdns.org",
                Status::Ok,
            ),
            (
                "https://api.fathom.localhost",
                "https://app.fathom.localhost",
                Status::Ok,
            ),
        ] {
            assert_eq!(
                found(server, page),
                (cookies, Status::Ok),
                "{server} {page}"
            );
        }
    }
}
