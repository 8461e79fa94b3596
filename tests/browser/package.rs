//! The npm package in pages of others: its examples, and a page of another origin.

use std::{fs, path::PathBuf};

use serde_json::json;
use tests::{Bed, browser::Browser, examples, static_host::StaticHost};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::data::shows;

const SIGNED_OUT: &str = "Connect Fathom to Snyk";
const SIGNED_IN: &str = "You are connected";

/// Returns a server whose page is that of an example.
async fn bed(page: PathBuf) -> Bed {
    let page = page.display().to_string();
    Bed::with(&[], &[("FRONTEND_DIR", &page)]).await
}

/// Checks that nothing of a login is in the address, in the history or in the browser's storage.
async fn nothing_is_left(browser: &Browser) {
    let address = browser.address().await;
    assert!(!address.contains(['?', '#']), "{address}");
    let stored = "return localStorage.length + sessionStorage.length";
    assert_eq!(browser.run(stored).await, 0);
    let cookies = browser.run("return document.cookie").await;
    assert_eq!(cookies, "", "cookies are not for scripts");
}

async fn to_consent(browser: &Browser) {
    browser.press("Connect to the sandbox").await;
    browser.heading("asks to read").await;
}

/// Connects, signs out, and refuses, in an example.
async fn works(page: PathBuf) {
    let bed = bed(page).await;
    let browser = Browser::open().await;
    browser.go(&bed.app.url).await;
    browser.heading(SIGNED_OUT).await;
    to_consent(&browser).await;
    browser.press("Allow").await;
    browser.heading(SIGNED_IN).await;
    shows(&browser, "The server holds the tokens").await;
    browser
        .until("return document.querySelectorAll('li').length > 1")
        .await;
    assert_eq!(browser.run("return location.pathname").await, "/");
    nothing_is_left(&browser).await;
    assert_eq!(bed.sandbox.count("token_requests").await, 1);
    browser.driver.refresh().await.expect("the page loads");
    browser.heading(SIGNED_IN).await;

    browser.press("Sign out").await;
    browser.heading(SIGNED_OUT).await;
    browser.driver.refresh().await.expect("the page loads");
    browser.heading(SIGNED_OUT).await;

    to_consent(&browser).await;
    browser.press("Refuse").await;
    shows(&browser, "You did not allow access (access_denied)").await;
    browser.heading(SIGNED_OUT).await;
    nothing_is_left(&browser).await;
    let strange = format!("{}/callback?code=x&state={}", bed.app.url, "A".repeat(43));
    browser.go(&strange).await;
    shows(&browser, "(state_mismatch)").await;
    nothing_is_left(&browser).await;
    assert_eq!(bed.sandbox.count("token_requests").await, 1);

    to_consent(&browser).await;
    browser.press("Allow").await;
    browser.heading(SIGNED_IN).await;
    browser.close().await;
}

#[tokio::test]
async fn a_page_without_a_build_step_connects_signs_out_and_is_refused() {
    works(examples::page()).await;
}

#[tokio::test]
async fn a_page_of_vite_and_react_connects_signs_out_and_is_refused() {
    works(examples::react()).await;
}

#[tokio::test]
async fn a_failure_of_the_network_is_told_with_its_code() {
    let mut bed = bed(examples::page()).await;
    let browser = Browser::open().await;
    browser.go(&bed.app.url).await;
    browser.heading(SIGNED_OUT).await;
    bed.app.kill();
    browser.press("Connect to the sandbox").await;
    shows(&browser, "The server could not be reached (offline)").await;
    bed.app.start_again(&[]).await;
    to_consent(&browser).await;
    browser.close().await;
}

/// Something answers in the place of the server: the page does not go on waiting.
#[tokio::test]
async fn a_page_whose_server_is_not_there_says_what_to_do() {
    let page = serve(|path| {
        let file = if path.is_empty() { "index.html" } else { path };
        fs::read(examples::page().join(file)).ok()
    });
    let page = page.await;
    let browser = Browser::open().await;
    browser.go(&format!("http://localhost:{page}/")).await;
    shows(&browser, "(intercepted)").await;
    shows(&browser, "Reload this page to try again.").await;
    browser.close().await;
}

/// Replaces the page of a static host by an example, which is told where its server is.
fn replace_page(host: &StaticHost) {
    let package = host.page.join("snyk-app-login");
    fs::create_dir(&package).expect("a folder");
    for (from, to) in [
        (examples::page(), &host.page),
        (examples::package(), &package),
    ] {
        for entry in fs::read_dir(from).expect("an example") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("a copy");
            }
        }
    }
    let document = host.page.join("index.html");
    let text = fs::read_to_string(&document).expect("a document");
    let place = "name=\"api-base-url\" content=\"";
    assert!(text.contains(place), "{text}");
    let text = text.replace(place, &format!("{place}{}", host.api));
    fs::write(&document, text).expect("another document");
}

#[tokio::test]
async fn a_page_with_its_server_at_another_origin_connects_and_signs_out() {
    let (host, bed) = StaticHost::with_bed().await;
    replace_page(&host);
    let browser = Browser::open().await;
    // The certificate is self-signed.
    let ignore = json!({ "ignore": true });
    browser
        .devtools("Security.setIgnoreCertificateErrors", ignore)
        .await;
    browser.go(&host.url).await;
    to_consent(&browser).await;
    browser.press("Refuse").await;
    shows(&browser, "(access_denied)").await;
    to_consent(&browser).await;
    browser.press("Allow").await;
    browser.heading(SIGNED_IN).await;
    assert_eq!(browser.address().await, format!("{}/", host.url));
    nothing_is_left(&browser).await;
    browser.press("Sign out").await;
    browser.heading(SIGNED_OUT).await;
    assert_eq!(bed.sandbox.count("token_requests").await, 1);
    browser.close().await;
}

#[tokio::test]
async fn a_script_of_a_page_imports_the_module_from_another_origin() {
    let package = serve(|path| fs::read(examples::package().join(path)).ok()).await;
    let document = format!(
        "<!doctype html><title>none</title><script type=\"module\">\
         import {{ challengeFor }} from \"http://127.0.0.1:{package}/index.js\";\
         document.title = await challengeFor(\"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\");\
         </script>"
    );
    let page = serve(move |path| path.is_empty().then(|| document.clone().into_bytes())).await;
    let browser = Browser::open().await;
    browser.go(&format!("http://localhost:{page}/")).await;
    browser
        .until("return document.title === 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'")
        .await;
    browser.close().await;
}

/// Serves files to pages of every origin, and returns the port.
async fn serve(file: impl Fn(&str) -> Option<Vec<u8>> + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4_096];
            let length = stream.read(&mut head).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..length]).into_owned();
            let path = head.split(' ').nth(1).unwrap_or("/");
            let kind = match path.rsplit_once('.') {
                Some((_, "js")) => "text/javascript",
                Some((_, "wasm")) => "application/wasm",
                Some((_, "css")) => "text/css",
                _ => "text/html",
            };
            let (status, body) = match file(&path[1..]) {
                Some(body) => ("200 OK", body),
                None => ("404 Not Found", Vec::new()),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
                 access-control-allow-origin: *\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
        }
    });
    port
}
