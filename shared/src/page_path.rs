//! Defines which paths are pages of the app. The backend answers these paths with the HTML
//! document, and the page's router displays them. Every other path is answered with 404.

/// Path of the redirect URI.
pub const CALLBACK: &str = "/callback";

/// The paths of all pages. A segment in braces matches any one segment.
const PAGES: [&str; 7] = [
    "/",
    CALLBACK,
    "/connections/{id}",
    "/connections/{id}/overview",
    "/connections/{id}/projects",
    "/connections/{id}/orgs/{org}/projects",
    "/connections/{id}/orgs/{org}/projects/{project}",
];

/// Returns whether a path is that of a page, with or without a trailing slash.
#[must_use]
pub fn is_page(path: &str) -> bool {
    let path = match path.strip_suffix('/') {
        Some(rest) if !rest.is_empty() && rest != "/" => rest,
        _ => path,
    };
    PAGES.iter().any(|page| is_like(page, path))
}

fn is_like(page: &str, path: &str) -> bool {
    let (mut page, mut path) = (page.split('/'), path.split('/'));
    loop {
        match (page.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(segment)) if expected.starts_with('{') => {
                if segment.is_empty() {
                    return false;
                }
            }
            (Some(expected), Some(segment)) if expected == segment => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_pages_and_what_looks_like_a_probe_is_none() {
        for page in [
            "/",
            "/callback",
            "/callback/",
            "/connections/01JD",
            "/connections/01JD/",
            "/connections/01JD/overview",
            "/connections/01JD/orgs/o/projects/p",
        ] {
            assert!(is_page(page), "{page}");
        }
        for other in [
            "",
            "//",
            "/healthz/",
            "/readyz/",
            "/READYZ",
            "/livez",
            "/metrics",
            "/health",
            "/status",
            "/ping",
            "/Callback",
            "/callback//",
            "/callback/x",
            "/connections",
            "/connections/",
            "/connections//overview",
            "/connections/x/health",
            "/connections/x/orgs/o",
            "/connections/x/orgs/o/projects/p/q",
        ] {
            assert!(!is_page(other), "{other}");
        }
    }
}
