//! The API for a page on another origin of the same site (`FRONTEND_ORIGIN`).

use reqwest::Method;
use tests::{Bed, client::Answer};

const PAGE: &str = "https://app.example.com";

async fn bed() -> Bed {
    let variables = [
        ("FRONTEND_ORIGIN", PAGE),
        ("REDIRECT_URI", "https://app.example.com/callback"),
        ("FRONTEND_DIR", ""),
    ];
    Bed::with(&[], &variables).await
}

/// Sends a request as a page of an origin does.
async fn ask(bed: &Bed, method: Method, path: &str, origin: &str) -> Answer {
    let request = bed
        .browser()
        .bare(method, path)
        .header("origin", origin)
        .header("sec-fetch-site", "same-site");
    bed.browser().send(request).await
}

/// Checks that a page of [`PAGE`] can read a response, with its cookies.
fn is_readable(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), PAGE);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert!(answer.header("vary").contains("Origin"));
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-site");
}

#[tokio::test]
async fn sec_35_only_the_configured_origin_reads_answers() {
    let bed = bed().await;
    let answer = ask(&bed, Method::GET, "/api/session", PAGE).await;
    assert_eq!(answer.status, 200);
    is_readable(&answer);
    for foreign in [
        "null",
        "*",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.",
        "https://app.example.com.evil.example",
        "https://evil-app.example.com",
        "https://example.com",
        "HTTPS://APP.EXAMPLE.COM",
    ] {
        let answer = ask(&bed, Method::GET, "/api/session", foreign).await;
        assert_eq!(
            (answer.status, &*answer.code()),
            (403, "forbidden"),
            "{foreign}"
        );
        for name in [
            "access-control-allow-origin",
            "access-control-allow-credentials",
        ] {
            assert_eq!(answer.header(name), "", "{foreign}");
        }
        // A cache must not give this answer to the page.
        assert!(answer.header("vary").contains("Origin"), "{foreign}");
    }
    // A sibling's image or script has no Origin.
    let bare = bed.browser().bare(Method::DELETE, "/api/session");
    let answer = bed
        .browser()
        .send(bare.header("sec-fetch-site", "same-site"))
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn sec_35_the_page_reads_errors_and_every_header_that_it_needs() {
    let bed = bed().await;
    for (method, path, status) in [
        (Method::GET, "/api/session", 200),
        (
            Method::GET,
            "/api/connections/01JD9Z7K3M8QW4T5V6X7Y8Z9AB",
            401,
        ),
        (Method::GET, "/api/nothing", 404),
        (Method::PUT, "/api/session", 405),
        (Method::POST, "/api/login", 415),
    ] {
        let answer = ask(&bed, method, path, PAGE).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        is_readable(&answer);
        let exposed = answer.header("access-control-expose-headers");
        for name in [
            "date",
            "retry-after",
            "revocation",
            "snyk-request-id",
            "x-request-id",
        ] {
            assert!(
                exposed.split(", ").any(|one| one == name),
                "{name}: {exposed}"
            );
        }
    }
}

#[tokio::test]
async fn sec_35_a_preflight_allows_what_the_page_sends_and_nothing_else() {
    let bed = bed().await;
    let preflight = async |origin: &str| {
        let request = bed
            .browser()
            .bare(Method::OPTIONS, "/api/connections")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        bed.browser().send(request).await
    };
    let answer = preflight(PAGE).await;
    assert_eq!(answer.status, 204);
    is_readable(&answer);
    let methods = answer.header("access-control-allow-methods");
    assert_eq!(methods, "GET, POST, DELETE");
    assert_eq!(
        answer.header("access-control-allow-headers"),
        "content-type"
    );
    let answer = preflight("https://evil.example").await;
    assert_eq!(answer.status, 403);
    for name in [
        "access-control-allow-origin",
        "access-control-allow-methods",
    ] {
        assert_eq!(answer.header(name), "");
    }
}

#[tokio::test]
async fn a_person_of_the_page_elsewhere_returns_to_it() {
    let bed = bed().await;
    let app = ask(&bed, Method::GET, "/api/session", PAGE).await.json()["app"].clone();
    assert_eq!(app["redirect_uri"], format!("{PAGE}/callback"));
    assert_eq!(app["origin"], PAGE);
    // No page is served here.
    assert_eq!(bed.browser().get("/").await.status, 404);
}

#[tokio::test]
async fn without_a_page_elsewhere_no_origin_is_told_anything() {
    let bed = Bed::start().await;
    let own = bed.app.url.clone();
    let answer = ask(&bed, Method::GET, "/api/session", &own).await;
    assert_eq!(answer.status, 200);
    for name in [
        "access-control-allow-origin",
        "access-control-expose-headers",
    ] {
        assert_eq!(answer.header(name), "");
    }
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
}
