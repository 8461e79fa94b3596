//! The values of options.

use clap::ValueEnum;

/// The page that the upstream answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// Three projects, 2 KB.
    Small,
    /// A hundred projects, 66 KB.
    Large,
}

/// How the upstream is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Upstream {
    /// HTTP/1.1 without TLS.
    Plain,
    /// HTTP/1.1 over TLS.
    Tls,
    /// HTTP/2 over TLS for those that support it, HTTP/1.1 for the others.
    H2,
}

/// Whether something is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Off.
    Off,
    /// On.
    On,
}

/// A server to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Server {
    /// axum and hyper's client, without session, token and allow-list: the baseline.
    Bare,
    /// The product.
    SnykApp,
    /// nginx with `proxy_pass` and kept connections, without a session.
    Nginx,
    /// Apache with `mod_auth_openidc`: a session, and the access token of a real sign-in.
    Apache,
    /// Express with `express-session` and `http-proxy-middleware`.
    Express,
}
