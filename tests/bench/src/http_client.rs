//! The client of sign-ins: one for all, so that a browser costs no client of its own.

use std::sync::LazyLock;

use reqwest::{Client, redirect::Policy};

/// Without redirects, which sign-ins look at, and without TLS, which none of them has.
#[expect(clippy::disallowed_methods, reason = "the rule is the backend's")]
#[expect(
    clippy::expect_used,
    reason = "without a client there is nothing to measure"
)]
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .tls_certs_only([])
        .build()
        .expect("a client that loads no certificates")
});

/// Returns the client.
pub(crate) fn http_client() -> Client {
    CLIENT.clone()
}
