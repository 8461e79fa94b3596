//! The first step of a login: binds the attempt to this browser. It writes nothing to the database
//! and sends no request to the provider (SEC-70): the attempt is sealed in a cookie of its own.

pub mod cookie;
pub mod route;

use std::sync::Arc;

use domain::{
    attempt::{Binding, Presented},
    vault::Vault,
};
use http::HeaderMap;
use shared::login_state::LoginState;

use crate::{clock::Clock, session::cookie::Cookies};

/// Login attempts of browsers.
#[derive(Debug)]
pub struct Logins {
    /// Seals attempts.
    pub vault: Arc<Vault>,
    /// How cookies are written.
    pub cookies: Cookies,
    /// The configuration that attempts are made for.
    pub binding: Binding,
    /// The issuers that the provider may call itself by, without a trailing slash (RFC 9207).
    pub issuers: [String; 2],
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Logins {
    /// Returns the attempt of this state, if the browser presents its cookie.
    #[must_use]
    pub fn find(&self, headers: &HeaderMap, state: &LoginState) -> Option<Presented> {
        cookie::find(&self.vault, self.cookies, headers, state.secret())
    }
}
