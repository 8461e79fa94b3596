//! The built single-page app: hashed files for ever, the document always asked for again, the paths of
//! pages answered with the document, precompressed where the build made it so.

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

/// The document of every page.
const DOCUMENT: &str = "/index.html";

/// The folder of the built app.
#[derive(Clone, Debug)]
pub(super) struct Spa {
    folder: PathBuf,
    /// The policy of the document as it was when it was last looked at.
    policy: Arc<Mutex<Policy>>,
}

#[derive(Debug)]
struct Policy {
    /// When the document was written, and its length.
    of: (SystemTime, u64),
    csp: HeaderValue,
}

impl Spa {
    /// The app in a folder, if its document can be read.
    pub(super) fn new(folder: PathBuf) -> io::Result<Self> {
        let policy = Policy::read(&folder.join("index.html"))?;
        Ok(Self {
            folder,
            policy: Arc::new(Mutex::new(policy)),
        })
    }

    /// The policy of the document as it is now: a build under a running server replaces it, and the
    /// hashes of another's scripts would refuse those of this one.
    async fn csp(&self) -> io::Result<HeaderValue> {
        let document = self.folder.join("index.html");
        let of = state(&tokio::fs::metadata(&document).await?)?;
        let known = {
            let policy = self.policy.lock().unwrap_or_else(PoisonError::into_inner);
            (policy.of == of).then(|| policy.csp.clone())
        };
        if let Some(csp) = known {
            return Ok(csp);
        }
        let read = tokio::task::spawn_blocking(move || Policy::read(&document)).await??;
        let csp = read.csp.clone();
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(csp)
    }

    /// Answers a request that no other route took: with a file of the build, or with the document where
    /// the path is a page's. Elsewhere there is nothing, and whoever looks is not told that all is
    /// well: a probe with a typing error would see a healthy server.
    pub(super) async fn serve(&self, request: Request) -> Response {
        let (asked, _) = request.into_parts();
        if !matches!(asked.method, Method::GET | Method::HEAD) {
            return ApiError::MethodNotAllowed.into_response();
        }
        let path = asked.uri.path();
        let last = path.rsplit('/').next().unwrap_or_default();
        if !is_plain(path) {
            return ApiError::NotFound.into_response();
        }
        if last.contains('.') {
            if !is_built(last) || path == DOCUMENT {
                return ApiError::NotFound.into_response();
            }
            let forever = "public, max-age=31536000, immutable";
            let caching = if is_hashed(last) { forever } else { "no-cache" };
            return match self.file(path, &asked, true).await {
                Some(response) => with_caching(response, caching),
                None => ApiError::NotFound.into_response(),
            };
        }
        let is_page = page_path::is_page(path);
        if !is_page && !error_page::asks_for_page(&asked.method, &asked.uri, &asked.headers) {
            return ApiError::NotFound.into_response();
        }
        let Some(mut response) = self.file(DOCUMENT, &asked, is_page).await else {
            return ApiError::NotFound.into_response();
        };
        // One that cannot be read now gets the policy without scripts.
        if let Ok(csp) = self.csp().await {
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, csp);
        }
        if !is_page {
            // The document says in words that there is nothing here.
            *response.status_mut() = StatusCode::NOT_FOUND;
            return with_caching(response, "no-store");
        }
        let is_callback = path.trim_end_matches('/') == page_path::CALLBACK;
        with_caching(response, if is_callback { "no-store" } else { "no-cache" })
    }

    /// A file, if it is there; of what the browser has already it need be told no more than that.
    async fn file(&self, path: &str, asked: &Parts, may_have_it: bool) -> Option<Response> {
        let mut inner = Request::builder().method(&asked.method).uri(path);
        let conditions = [
            header::IF_MODIFIED_SINCE,
            header::IF_NONE_MATCH,
            header::RANGE,
        ];
        let conditions = conditions.iter().filter(|_| may_have_it);
        for name in conditions.chain([&header::ACCEPT_ENCODING]) {
            if let Some(value) = asked.headers.get(name) {
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

/// No dot files, no encodings, no traversal: the build makes no such names.
fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && path.split('/').all(|segment| !segment.starts_with('.'))
        && !path.contains("//")
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"%\\".contains(&byte))
}

/// Whether the build makes files of that kind: what else somebody left in the folder, a database, a
/// key, an archive, is not the page (SEC-51).
fn is_built(name: &str) -> bool {
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

/// Whether Trunk put a hash of its content into the name, as in `frontend-0123456789abcdef_bg.wasm`.
/// It is a number of 64 bits without leading zeros: one in sixteen is shorter than sixteen digits.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|part| {
        (12..=16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

impl Policy {
    /// By the hashes of the document's inline scripts: Trunk writes one that starts the Wasm.
    fn read(document: &Path) -> io::Result<Self> {
        // Before the content: what is written in between is seen the next time.
        let of = state(&std::fs::metadata(document)?)?;
        let hashes: Vec<String> = inline_scripts(&std::fs::read_to_string(document)?)
            .map(|script| format!("sha256-{}", STANDARD.encode(Sha256::digest(script))))
            .collect();
        let csp = content_security_policy(&hashes);
        Ok(Self { of, csp })
    }
}

fn state(document: &Metadata) -> io::Result<(SystemTime, u64)> {
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
            assert!(is_plain(fine), "{fine}");
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
            assert!(!is_plain(odd), "{odd}");
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
            assert!(is_built(built), "{built}");
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
            assert!(!is_built(other), "{other}");
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
