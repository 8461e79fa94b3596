//! Holds answers to raw bytes against the document of the API.

use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use crate::contract::Exchange;

/// Fails unless the first answer to a request is documented. A request line that cannot be read has no
/// path; its answer has to be a problem document if it says so. An answer that did not arrive whole, or
/// that comes in chunks, is not looked at.
///
/// # Panics
///
/// If it is not, with the request and the reason.
pub fn check(request: &str, answer: &str) {
    let Some((head, rest)) = answer.split_once("\r\n\r\n") else {
        return;
    };
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.get(9..12)?.parse().ok());
    let Some(status) = status else {
        return;
    };
    let mut headers = HeaderMap::new();
    for line in lines {
        if let Some((name, value)) = line.split_once(':')
            && let Ok(name) = HeaderName::try_from(name)
            && let Ok(value) = HeaderValue::try_from(value.trim())
        {
            headers.append(name, value);
        }
    }
    let mut words = request.lines().next().unwrap_or_default().split(' ');
    let method = words.next().and_then(|method| method.parse().ok());
    let target = words.next().filter(|target| target.starts_with('/'));
    let method = method.unwrap_or(Method::GET);
    let length = headers
        .get("content-length")
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let body = match length {
        _ if method == Method::HEAD || matches!(status, 204 | 304) => "",
        Some(length) => match rest.get(..length) {
            Some(body) => body,
            None => return,
        },
        None => return,
    };
    Exchange {
        method: &method,
        path: target
            .and_then(|target| target.split(['?', '#']).next())
            .unwrap_or_default(),
        status,
        headers: &headers,
        body,
    }
    .check();
}
