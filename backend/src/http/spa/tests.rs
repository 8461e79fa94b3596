//! Both sources of the page, held to the same assertions.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, SystemTime},
};

use http::{HeaderMap, HeaderName};
use http_body_util::BodyExt as _;

use super::*;

/// Time of all files, with a fraction of a second, as an embedded file has.
const MODIFIED: Duration = Duration::new(1_700_000_000, 123_456_789);
const SCRIPT: &str = "start()";
const HASHED: &str = "frontend-0123456789abcdef_bg.wasm";
const BROWSER: &str = "gzip, deflate, br, zstd";

/// The files of a small page, of which some are compressed.
fn page() -> Vec<(&'static str, Vec<u8>)> {
    let document = format!("<!doctype html><script type=\"module\">{SCRIPT}</script>");
    vec![
        ("index.html", document.clone().into_bytes()),
        ("index.html.br", b"document, brotli".to_vec()),
        ("index.html.gz", b"document, gzip".to_vec()),
        (HASHED, vec![7; 100_000]),
        ("frontend-0123456789abcdef_bg.wasm.br", vec![8; 70_000]),
        ("favicon.svg", b"<svg/>".to_vec()),
        ("fonts/OFL.txt", b"license".to_vec()),
        ("fonts/a.woff2", b"font".to_vec()),
        ("app.db", b"not of the page".to_vec()),
    ]
}

/// The same page in a folder and in memory.
struct Both {
    folder: Spa,
    embedded: Spa,
    _folder: tempfile::TempDir,
}

impl Both {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        Self {
            folder: Spa::new(Source::Folder(folder.path().to_owned())).unwrap(),
            embedded: Spa::new(Source::Embedded(embedded::tests::embed(MODIFIED, &page())))
                .unwrap(),
            _folder: folder,
        }
    }

    /// Sends a request to both. Asserts that the answers are equal, and returns one of them.
    async fn ask(&self, method: &Method, path: &str, headers: &[(HeaderName, &str)]) -> Answer {
        let from_folder = answer(&self.folder, method, path, headers).await;
        let from_memory = answer(&self.embedded, method, path, headers).await;
        assert_eq!(from_folder, from_memory, "{method} {path} {headers:?}");
        from_memory
    }

    async fn get(&self, path: &str, headers: &[(HeaderName, &str)]) -> Answer {
        self.ask(&Method::GET, path, headers).await
    }
}

async fn answer(spa: &Spa, method: &Method, path: &str, headers: &[(HeaderName, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let response = spa.serve(request.body(Body::empty()).unwrap()).await;
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

fn write(folder: &Path) {
    fs::create_dir(folder.join("fonts")).unwrap();
    for (name, content) in page() {
        fs::write(folder.join(name), content).unwrap();
        let file = File::options().write(true).open(folder.join(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + MODIFIED)
            .unwrap();
    }
}

#[derive(Debug, PartialEq)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

#[tokio::test]
async fn a_file_is_served_in_the_encoding_that_the_build_made_and_the_browser_takes() {
    let both = Both::open();
    for (path, accept, encoding) in [
        ("/", BROWSER, "br"),
        ("/", "gzip", "gzip"),
        ("/", "br;q=0, gzip", "gzip"),
        ("/", "identity", ""),
        ("/callback", BROWSER, "br"),
        (&*format!("/{HASHED}"), BROWSER, "br"),
        (&*format!("/{HASHED}"), "gzip", ""),
        ("/favicon.svg", BROWSER, ""),
        ("/fonts/a.woff2", BROWSER, ""),
    ] {
        let answer = both.get(path, &[(header::ACCEPT_ENCODING, accept)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let served = answer.header(&header::CONTENT_ENCODING);
        assert_eq!(served, encoding, "{path} {accept}");
        assert!(
            answer.header(&header::VARY).contains("accept-encoding"),
            "{path}"
        );
        let length = answer.body.len().to_string();
        assert_eq!(answer.header(&header::CONTENT_LENGTH), length, "{path}");
    }
    let plain = both.get(&format!("/{HASHED}"), &[]).await;
    assert_eq!(plain.body, vec![7; 100_000], "longer than one read");
}

#[tokio::test]
async fn sec_62_types_and_caching_do_not_depend_on_the_source() {
    let both = Both::open();
    let immutable = "public, max-age=31536000, immutable";
    for (path, content_type, caching) in [
        ("/", "text/html", "no-cache"),
        ("/connections/x/overview", "text/html", "no-cache"),
        ("/callback", "text/html", "no-store"),
        (&*format!("/{HASHED}"), "application/wasm", immutable),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
        ("/fonts/OFL.txt", "text/plain", "no-cache"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let answer = both.ask(&method, path, &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.header(&header::CONTENT_TYPE), content_type, "{path}");
            assert_eq!(answer.header(&header::CACHE_CONTROL), caching, "{path}");
            assert_eq!(answer.body.is_empty(), method == Method::HEAD, "{path}");
        }
    }
}

#[tokio::test]
async fn sec_60_the_policy_names_the_inline_script_of_either_source() {
    let both = Both::open();
    let policy = Policy::new(
        (SystemTime::UNIX_EPOCH, 0),
        &format!("<script>{SCRIPT}</script>"),
    );
    for path in ["/", "/callback", "/connections/x/projects"] {
        let answer = both.get(path, &[]).await;
        let served = &answer.headers[header::CONTENT_SECURITY_POLICY];
        assert_eq!(served, policy.csp, "{path}");
        assert!(served.to_str().unwrap().contains("'sha256-"), "{path}");
    }
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again_and_ranges_are_honored() {
    let both = Both::open();
    for path in ["/", "/favicon.svg"] {
        let first = both.get(path, &[]).await;
        for (name, value) in [
            (header::IF_NONE_MATCH, first.header(&header::ETAG)),
            (
                header::IF_MODIFIED_SINCE,
                first.header(&header::LAST_MODIFIED),
            ),
        ] {
            assert!(!value.is_empty(), "{path} {name}");
            let again = both.get(path, &[(name.clone(), value)]).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path} {name}");
            assert!(again.body.is_empty(), "{path} {name}");
        }
    }
    let part = both
        .get("/favicon.svg", &[(header::RANGE, "bytes=1-3")])
        .await;
    assert_eq!(
        (part.status, &*part.body),
        (StatusCode::PARTIAL_CONTENT, &b"svg"[..])
    );
}

#[tokio::test]
async fn sec_51_nothing_else_is_served_from_either_source() {
    let both = Both::open();
    for path in [
        "/app.db",
        "/index.html",
        "/index.html.br",
        "/fonts",
        "/fonts/",
        "/none.css",
        "/no/such/page",
        "/../index.html",
        "/%2e/favicon.svg",
    ] {
        assert_eq!(
            both.get(path, &[]).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let person = [(header::ACCEPT, "text/html")];
    let answer = both.get("/no/such/page", &person).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.starts_with(b"<!doctype html>"));
    assert_eq!(answer.header(&header::CACHE_CONTROL), "no-store");
    let answer = both.ask(&Method::POST, "/", &[]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn a_page_without_a_document_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for source in [
        Source::Folder(folder.path().to_owned()),
        Source::Embedded(embedded::tests::embed(MODIFIED, &page()[1..])),
    ] {
        let error = Spa::new(source).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
    assert!(Spa::open(&Frontend::Elsewhere).unwrap().is_none());
}
