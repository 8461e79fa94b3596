//! Compressed answers of Snyk.

use std::io::Read as _;

use flate2::read::GzDecoder;
use http::HeaderValue;
use hyper::body::Body as HttpBody;

use super::*;

/// Returns an answer with an encoding; the upstream compresses its body if that is gzip.
fn encoded(encoding: &'static str) -> (u16, HeaderMap, String) {
    let (status, mut headers, body) = page(&["a"], None);
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    (status, headers, body)
}

impl Bed {
    /// Reads the projects through the proxy as a browser that accepts these encodings.
    async fn proxied(&self, accepted: &'static str) -> Response {
        let path = format!(
            "/api/connections/{}/snyk/rest/orgs/{ORG}/projects",
            self.connection
        );
        let request = Request::get(path)
            .header(header::HOST, "localhost:3000")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_ENCODING, accepted)
            .body(Body::empty());
        self.send(request.unwrap()).await
    }
}

#[tokio::test]
async fn a_compressed_answer_passes_as_it_is_where_the_browser_takes_it() {
    let bed = Bed::start().await;
    bed.upstream.will_answer([encoded("gzip")]);
    let answer = bed.proxied("gzip, deflate, br").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(answer.headers()[header::VARY], "accept-encoding");
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let (.., expected) = page(&["a"], None);
    assert_eq!(body, gzip(expected.as_bytes()));
    let mut text = String::new();
    GzDecoder::new(&*body).read_to_string(&mut text).unwrap();
    assert_eq!(text, expected);
}

#[tokio::test]
async fn an_answer_that_is_not_compressed_says_so_by_its_length() {
    let bed = Bed::start().await;
    bed.upstream.will_answer([page(&["a"], None)]);
    let answer = bed.proxied("gzip").await;
    assert!(!answer.headers().contains_key(header::CONTENT_ENCODING));
    let (.., expected) = page(&["a"], None);
    let length = HttpBody::size_hint(answer.body()).exact();
    assert_eq!(length, Some(expected.len() as u64));
}

#[tokio::test]
async fn an_encoding_that_the_browser_does_not_take_is_not_passed_on() {
    let bed = Bed::start().await;
    for (accepted, encoding) in [("identity", "gzip"), ("gzip", "br"), ("gzip", "gzip, gzip")] {
        bed.upstream.will_answer([encoded(encoding)]);
        let answer = bed.proxied(accepted).await;
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY, "{encoding}");
        assert_eq!(json_of(answer).await["code"], "provider_unavailable");
    }
}

#[tokio::test]
async fn an_additional_route_reads_a_compressed_answer() {
    let bed = Bed::start().await;
    bed.upstream.will_answer([encoded("gzip")]);
    let answer = bed.project_names().await;
    assert_eq!(json_of(answer).await, json!(["a"]));
}
