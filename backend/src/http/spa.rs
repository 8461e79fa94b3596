//! Serves the built single-page app.
//!
//! Files with a hash in their name are cached forever. The document is revalidated on every use,
//! and all page paths return it. Files are served compressed where the build compressed them.

use std::{
    fs::Metadata,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use sha2::{Digest as _, Sha256};
use shared::page_path;
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use super::{error_page, problem::ApiError, security_headers::content_security_policy};

/// The document that all page paths return.
const DOCUMENT: &str = "/index.html";

/// The built single-page app in a folder.
#[derive(Clone, Debug)]
pub(crate) struct Spa {
    folder: PathBuf,
    /// The content security policy of the document, cached until the document changes.
    policy: Arc<Mutex<Policy>>,
}

#[derive(Debug)]
struct Policy {
    /// Modification time and length of the document.
    version: (SystemTime, u64),
    csp: HeaderValue,
}

impl Spa {
    /// Opens the app in a folder. Fails if its document cannot be read.
    pub(crate) fn new(folder: PathBuf) -> io::Result<Self> {
        let policy = Policy::read(&folder.join("index.html"))?;
        Ok(Self {
            folder,
            policy: Arc::new(Mutex::new(policy)),
        })
    }

    /// Returns the content security policy of the current document. A build can replace the
    /// document while the server runs, and the hashes of the old scripts would block the new ones.
    async fn csp(&self) -> io::Result<HeaderValue> {
        let document = self.folder.join("index.html");
        let version = document_version(&tokio::fs::metadata(&document).await?)?;
        let cached = {
            let policy = self.policy.lock().unwrap_or_else(PoisonError::into_inner);
            (policy.version == version).then(|| policy.csp.clone())
        };
        if let Some(csp) = cached {
            return Ok(csp);
        }
        let read = tokio::task::spawn_blocking(move || Policy::read(&document)).await??;
        let csp = read.csp.clone();
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(csp)
    }

    /// Serves a request that no other route matches: a file of the build, or the document if the
    /// path is a page path. Every other path is not found. A success status there would show a
    /// healthy server to a probe with a mistyped path.
    pub(crate) async fn serve(&self, request: Request) -> Response {
        let (parts, _) = request.into_parts();
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return ApiError::MethodNotAllowed.into_response();
        }
        let path = parts.uri.path();
        let file_name = path.rsplit('/').next().unwrap_or_default();
        if !is_plain_path(path) {
            return ApiError::NotFound.into_response();
        }
        if file_name.contains('.') {
            if !is_build_output(file_name) || path == DOCUMENT {
                return ApiError::NotFound.into_response();
            }
            let immutable = "public, max-age=31536000, immutable";
            let caching = if is_hashed(file_name) {
                immutable
            } else {
                "no-cache"
            };
            return match self.file(path, &parts, true).await {
                Some(response) => with_caching(response, caching),
                None => ApiError::NotFound.into_response(),
            };
        }
        let is_page = page_path::is_page(path);
        if !is_page && !error_page::asks_for_page(&parts.method, &parts.uri, &parts.headers) {
            return ApiError::NotFound.into_response();
        }
        let Some(mut response) = self.file(DOCUMENT, &parts, is_page).await else {
            return ApiError::NotFound.into_response();
        };
        // A document that cannot be read now gets the policy without scripts.
        if let Ok(csp) = self.csp().await {
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, csp);
        }
        if !is_page {
            // The document itself shows that the page does not exist.
            *response.status_mut() = StatusCode::NOT_FOUND;
            return with_caching(response, "no-store");
        }
        let is_callback = path.trim_end_matches('/') == page_path::CALLBACK;
        with_caching(response, if is_callback { "no-store" } else { "no-cache" })
    }

    /// Serves a file if it exists. With `allow_conditional`, conditional and range requests are
    /// honored.
    async fn file(&self, path: &str, parts: &Parts, allow_conditional: bool) -> Option<Response> {
        let mut inner = Request::builder().method(&parts.method).uri(path);
        let conditions = [
            header::IF_MODIFIED_SINCE,
            header::IF_NONE_MATCH,
            header::RANGE,
        ];
        let conditions = conditions.iter().filter(|_| allow_conditional);
        for name in conditions.chain([&header::ACCEPT_ENCODING]) {
            if let Some(value) = parts.headers.get(name) {
                inner = inner.header(name, value);
            }
        }
        let Ok(served) = ServeDir::new(&self.folder)
            .precompressed_br()
            .precompressed_gzip()
            .oneshot(inner.body(Body::empty()).ok()?)
            .await;
        let response = served.map(Body::new);
        (response.status().is_success() || response.status().is_redirection()).then_some(response)
    }
}

fn with_caching(mut response: Response, caching: &'static str) -> Response {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

/// Returns whether a path has no dot files, no percent-encoding and no traversal. The build creates
/// no such names.
fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && path.split('/').all(|segment| !segment.starts_with('.'))
        && !path.contains("//")
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"%\\".contains(&byte))
}

/// Returns whether the build creates files of this type. Other files that someone left in the
/// folder, such as a database, a key or an archive, are not served (SEC-51).
fn is_build_output(name: &str) -> bool {
    let (_, extension) = name.rsplit_once('.').unwrap_or_default();
    [
        "css",
        "html",
        "ico",
        "jpg",
        "js",
        "json",
        "png",
        "svg",
        "txt",
        "wasm",
        "webmanifest",
        "webp",
        "woff2",
    ]
    .contains(&extension)
}

/// Returns whether Trunk put a content hash into the name, as in
/// `frontend-0123456789abcdef_bg.wasm`. The hash is a 64-bit number without leading zeros, so one
/// in sixteen is shorter than sixteen digits.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|part| {
        (12..=16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

impl Policy {
    /// Computes the policy from the hashes of the inline scripts in the document: Trunk writes one
    /// that starts the Wasm.
    fn read(document: &Path) -> io::Result<Self> {
        // Read before the content, so that a change in between is detected the next time.
        let version = document_version(&std::fs::metadata(document)?)?;
        let hashes: Vec<String> = inline_scripts(&std::fs::read_to_string(document)?)
            .map(|script| format!("sha256-{}", STANDARD.encode(Sha256::digest(script))))
            .collect();
        let csp = content_security_policy(&hashes);
        Ok(Self { version, csp })
    }
}

fn document_version(document: &Metadata) -> io::Result<(SystemTime, u64)> {
    Ok((document.modified()?, document.len()))
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
    fn sec_51_only_plain_names_are_looked_up() {
        for fine in [
            "/",
            "/callback",
            "/frontend-0123456789abcdef_bg.wasm",
            "/a/b.css",
        ] {
            assert!(is_plain_path(fine), "{fine}");
        }
        for odd in [
            "/.env",
            "/a/.git/config",
            "/../x",
            "/a/../b",
            "/%2e%2e/x",
            "/a%00",
            "//x",
            "/a\\b",
            "/a/%2e%2e%2f",
            "x",
        ] {
            assert!(!is_plain_path(odd), "{odd}");
        }
    }

    #[test]
    fn sec_51_only_kinds_of_files_that_the_build_makes_are_served() {
        for built in [
            "index.html",
            "a-0123456789abcdef_bg.wasm",
            "OFL.txt",
            "x.woff2",
        ] {
            assert!(is_build_output(built), "{built}");
        }
        for other in [
            "app.db",
            "app.db-wal",
            "x.sqlite",
            "key.pem",
            "a.css.br",
            "x.tar.gz",
            "env",
            "a.",
        ] {
            assert!(!is_build_output(other), "{other}");
        }
    }

    #[test]
    fn sec_62_hashed_names_are_seen() {
        assert!(is_hashed("frontend-0123456789abcdef_bg.wasm"));
        assert!(is_hashed("base-0123456789abcdef.css"));
        assert!(is_hashed("frontend-10240d10021b3b1.js"), "no leading zero");
        assert!(!is_hashed("favicon.svg") && !is_hashed("a-0123456789.css"));
    }

    #[test]
    fn sec_60_inline_scripts_are_found() {
        let document = "<script type=\"module\">one</script><script src=\"/a.js\"></script>\
                        <script>two</script>";
        assert_eq!(inline_scripts(document).collect::<Vec<_>>(), ["one", "two"]);
    }
}
