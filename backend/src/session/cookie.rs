//! Cookies: their names and attributes (RFC 6265, and its successor's `__Host-Http-` prefix).
//!
//! The session cookie and the attempt cookies share their attributes: `HttpOnly`, `Secure`,
//! `Path=/`, `SameSite=Strict`, no `Domain`. Prefix and `Secure` are left out only on plain-http
//! loopback, where browsers would reject them.

use std::time::Duration;

use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};

/// Writes the cookies of this server.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    secure: bool,
}

impl Cookies {
    /// Creates the writer; `secure` unless the public address is plain http, which the
    /// configuration allows on loopback only.
    #[must_use]
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// Returns the name of the session cookie.
    #[must_use]
    pub fn session_name(self) -> &'static str {
        if self.secure {
            "__Host-Http-session"
        } else {
            "session"
        }
    }

    /// Returns the name of the cookie of an administrator's session.
    #[must_use]
    pub fn admin_name(self) -> &'static str {
        if self.secure {
            "__Host-Http-admin"
        } else {
            "admin"
        }
    }

    /// Returns the prefix of the names of attempt cookies.
    #[must_use]
    pub fn attempt_prefix(self) -> &'static str {
        if self.secure {
            "__Host-Http-login-"
        } else {
            "login-"
        }
    }

    /// Returns a `Set-Cookie` header that sets a cookie.
    #[must_use]
    pub fn set(self, name: &str, value: String, max_age: Duration) -> HeaderValue {
        self.write(
            name,
            value,
            i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX),
        )
    }

    /// Returns a `Set-Cookie` header that removes a cookie, with the attributes that browsers
    /// require to match.
    #[must_use]
    pub fn remove(self, name: &str) -> HeaderValue {
        self.write(name, String::new(), 0)
    }

    fn write(self, name: &str, value: String, max_age: i64) -> HeaderValue {
        let cookie = Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Strict)
            .max_age(cookie::time::Duration::seconds(max_age));
        // This server generates all names and values: letters, digits, `-`, `_`.
        HeaderValue::try_from(cookie.to_string())
            .unwrap_or_else(|_| HeaderValue::from_static("session=; Max-Age=0; Path=/; HttpOnly"))
    }
}

/// Returns every cookie of a request as name and value, from all `Cookie` lines: HTTP/2 splits
/// them.
///
/// Other programs on this host share the header, so a pair that is not text is skipped on its own.
/// Only spaces and tabs are trimmed: to a browser, other white space makes a different name, which
/// lacks the guarantees of a prefix.
pub fn presented(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.split_once('='))
        .map(|(name, value)| {
            let (name, value) = (name.trim_matches(BLANKS), value.trim_matches(BLANKS));
            let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
            (name, inner.unwrap_or(value))
        })
}

const BLANKS: [char; 2] = [' ', '\t'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_25_cookies_have_their_attributes_also_when_removed() {
        let cookies = Cookies::new(true);
        let set = cookies.set(
            cookies.session_name(),
            "v".to_owned(),
            Duration::from_mins(1),
        );
        assert_eq!(
            set,
            "__Host-Http-session=v; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=60"
        );
        assert_eq!(
            cookies.remove(cookies.session_name()),
            "__Host-Http-session=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0"
        );
        let cookies = Cookies::new(false);
        let set = cookies.set(
            cookies.session_name(),
            "v".to_owned(),
            Duration::from_mins(1),
        );
        assert_eq!(
            set,
            "session=v; HttpOnly; SameSite=Strict; Path=/; Max-Age=60"
        );
    }

    #[test]
    fn sec_25_our_cookies_are_found_among_those_of_other_programs() {
        let mut headers = HeaderMap::new();
        for line in [
            "a; session; =x; b=c=d".as_bytes(),
            b"caf\xe9=1; session=one ;\tsession = \"two\"",
            "\u{2000}session=three; Session=four; session=; session=\"".as_bytes(),
        ] {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        let ours: Vec<&str> = presented(&headers)
            .filter(|(name, _)| *name == "session")
            .map(|(_, value)| value)
            .collect();
        assert_eq!(ours, ["one", "two", "", "\""]);
        assert!(presented(&headers).any(|pair| pair == ("b", "c=d")));
    }
}
