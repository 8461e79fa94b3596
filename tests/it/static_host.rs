//! The headers of the page at a static host: those of our own server.

use std::{net::Ipv4Addr, path::Path};

use reqwest::{Client, Response, StatusCode};
use tests::{
    Bed,
    static_host::{PAGE_HOST, StaticHost},
};

/// The headers that protect the page and decide how long it is kept.
const COMPARED: [&str; 8] = [
    "cache-control",
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
];

#[expect(
    clippy::disallowed_methods,
    reason = "the rule is about the server’s own requests"
)]
fn client() -> Client {
    Client::builder()
        // The certificate is self-signed, and the name is no public one.
        .tls_danger_accept_invalid_certs(true)
        .resolve(PAGE_HOST, (Ipv4Addr::LOCALHOST, 0).into())
        .no_gzip()
        .build()
        .unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    let value = answer.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

async fn get(url: &str, encoding: &str) -> Response {
    let request = client().get(url).header("accept-encoding", encoding);
    request.send().await.unwrap()
}

/// Returns the paths of the scripts, styles and Wasm of the page.
fn hashed_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| [".css", ".js", ".wasm"].iter().any(|it| name.ends_with(it)))
        .map(|name| format!("/{name}"))
        .collect()
}

/// Returns the path of a file with a hash in its name.
fn hashed(document: &str) -> &str {
    let (_, rest) = document.split_once("\"/frontend-").unwrap();
    let (name, _) = rest.split_once('"').unwrap();
    let start = document.find(&format!("/frontend-{name}")).unwrap();
    &document[start..start + "/frontend-".len() + name.len()]
}

#[tokio::test]
async fn sec_63_a_static_host_sends_the_headers_of_our_server() {
    let (host, _bed) = StaticHost::with_bed().await;
    let own = Bed::start().await;
    let document = get(&host.url, "identity").await.text().await.unwrap();
    assert!(document.contains(&format!(r#"name="api-base-url" content="{}""#, host.api)));
    let documents = ["/", "/callback", "/connections/x/overview"];
    let hashed = hashed_files(&host.page);
    assert!(hashed.len() > 8, "{hashed:?}");
    let files = hashed.iter().map(String::as_str);
    let files = files.chain(["/favicon.svg", "/fonts/OFL.txt"]);
    for path in documents.into_iter().chain(files) {
        let there = get(&format!("{}{path}", host.url), "identity").await;
        let here = get(&format!("{}{path}", own.app.url), "identity").await;
        assert_eq!(
            (there.status(), here.status()),
            (StatusCode::OK, StatusCode::OK),
            "{path}"
        );
        for name in COMPARED {
            let api = format!("connect-src 'self' {}", host.api);
            let theirs = header(&there, name).replace(&api, "connect-src 'self'");
            assert_eq!(theirs, header(&here, name), "{name} of {path}");
        }
        let policy = header(&there, "content-security-policy");
        let is_document = documents.contains(&path);
        assert_eq!(policy.contains(&host.api), is_document, "{path}: {policy}");
        let is_hashed = hashed.iter().any(|it| it == path);
        assert_eq!(
            header(&there, "cache-control").contains("immutable"),
            is_hashed,
            "{path}"
        );
        assert_eq!(
            header(&there, "strict-transport-security"),
            "max-age=63072000"
        );
    }
}

#[tokio::test]
async fn sec_51_a_static_host_serves_nothing_else_and_keeps_no_error() {
    let (host, _bed) = StaticHost::with_bed().await;
    let document = get(&host.url, "identity").await.text().await.unwrap();
    let gone = hashed(&document).replace("frontend-", "gone-");
    for path in [
        "/nginx.conf",
        "/index.html.br",
        "/none.css",
        "/.env",
        &*gone,
    ] {
        let answer = get(&format!("{}{path}", host.url), "identity").await;
        assert_eq!(answer.status(), 404, "{path}");
        assert!(
            !header(&answer, "cache-control").contains("immutable"),
            "{path}"
        );
        assert_eq!(
            header(&answer, "x-content-type-options"),
            "nosniff",
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_static_host_sends_files_compressed() {
    let (host, _bed) = StaticHost::with_bed().await;
    let document = get(&host.url, "identity").await.text().await.unwrap();
    let url = format!("{}{}", host.url, hashed(&document));
    let compressed = get(&url, "gzip").await;
    assert_eq!(header(&compressed, "content-encoding"), "gzip");
    let (small, large) = (
        compressed.bytes().await.unwrap().len(),
        get(&url, "identity").await.bytes().await.unwrap().len(),
    );
    assert!(small * 2 < large, "{small} of {large}");
}
