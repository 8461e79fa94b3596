//! Rejects requests that this server does not support and that a proxy in front may read
//! differently: a tunnel, another protocol, an echo, and other body encodings. They are rejected
//! before anything else, and the connection closes (SEC-66). The scanner of request heads in `transport` rejects what
//! hyper itself would normalize.
//!
//! An upgrade offer to HTTP/2 without TLS is not rejected. curl and Java's client send it by
//! default, and a server may ignore it and respond in HTTP/1.1 (RFC 9110, section 7.8).

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, Method, header};

use super::problem::ApiError;

/// Returns the response to an unsupported request.
pub(crate) fn rejection(request: &Request) -> Option<Response> {
    let why = rejection_reason(request)?;
    let mut response = ApiError::BadRequest(why.to_owned()).into_response();
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    Some(response)
}

fn rejection_reason(request: &Request) -> Option<&'static str> {
    let headers = request.headers();
    let mut encodings = headers.get_all(header::TRANSFER_ENCODING).into_iter();
    let encoding = encodings.next().map(HeaderValue::as_bytes);
    if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
        Some("This server is not a proxy and does not echo requests.")
    } else if !headers.get_all(header::UPGRADE).iter().all(is_h2c) {
        Some("This server speaks HTTP/1.1 only.")
    } else if encodings.next().is_some()
        || encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"chunked"))
    {
        Some("A body comes in one encoding, chunked, or with its length.")
    } else {
        None
    }
}

/// Returns whether an `Upgrade` header offers HTTP/2 and nothing else.
fn is_h2c(offer: &HeaderValue) -> bool {
    offer
        .as_bytes()
        .split(|byte| *byte == b',')
        .all(|protocol| protocol.trim_ascii().eq_ignore_ascii_case(b"h2c"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_66_an_offer_of_h2c_is_ignored_and_every_other_upgrade_refused() {
        for (offer, is_ignored) in [
            ("h2c", true),
            ("H2C", true),
            ("h2c, h2c", true),
            ("websocket", false),
            ("h2c, websocket", false),
            ("h2c-17", false),
            ("h2", false),
            ("TLS/1.0", false),
            ("", false),
            ("h2c,", false),
        ] {
            assert_eq!(
                is_h2c(&HeaderValue::from_static(offer)),
                is_ignored,
                "{offer}"
            );
        }
    }
}
