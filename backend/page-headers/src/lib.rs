//! The headers under which the page is served (SEC-60 to SEC-63).
//!
//! The server sends them, and `cargo xtask build --dist` writes the same ones into the configuration
//! of static hosts, so that a page has one policy wherever it is.

mod policy;

pub use policy::content_security_policy;

/// `X-Content-Type-Options`.
pub const CONTENT_TYPE_OPTIONS: &str = "nosniff";
/// `Referrer-Policy`.
pub const REFERRER_POLICY: &str = "no-referrer";
/// `Cross-Origin-Opener-Policy`.
pub const OPENER_POLICY: &str = "same-origin";
/// `Cross-Origin-Resource-Policy` of files that only our own page loads.
pub const RESOURCE_POLICY: &str = "same-origin";
/// `X-Frame-Options`.
pub const FRAME_OPTIONS: &str = "DENY";
/// `Permissions-Policy`.
pub const PERMISSIONS_POLICY: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
/// `Strict-Transport-Security`, for names that may be pinned to https.
pub const TRANSPORT_SECURITY: &str = "max-age=63072000";

/// The content security policy of everything that is no page.
pub const DENY_ALL: &str = "default-src 'none'; frame-ancestors 'none'";

/// The directive of `Cache-Control` that forbids intermediaries to rewrite a response (RFC 9111,
/// section 5.2.2.6). An optimizer that minifies or injects code would break the integrity hashes and
/// the content security policy of the page.
pub const NO_TRANSFORM: &str = "no-transform";

/// The headers of every file of the page at a static host, whose name may be pinned to https.
pub const OF_EVERY_FILE: [(&str, &str); 7] = [
    ("X-Content-Type-Options", CONTENT_TYPE_OPTIONS),
    ("Referrer-Policy", REFERRER_POLICY),
    ("Cross-Origin-Opener-Policy", OPENER_POLICY),
    ("Cross-Origin-Resource-Policy", RESOURCE_POLICY),
    ("X-Frame-Options", FRAME_OPTIONS),
    ("Permissions-Policy", PERMISSIONS_POLICY),
    ("Strict-Transport-Security", TRANSPORT_SECURITY),
];

/// How long a file of the page may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// For ever: the name has a hash of the content.
    Immutable,
    /// It is revalidated on every use.
    Revalidated,
    /// Not at all: the callback, and errors.
    Never,
}

impl Caching {
    /// Returns the caching of a file by its name.
    #[must_use]
    pub fn of_file(name: &str) -> Self {
        if is_hashed(name) {
            Self::Immutable
        } else {
            Self::Revalidated
        }
    }

    /// Returns the value of `Cache-Control`.
    #[must_use]
    pub const fn value(self) -> &'static str {
        match self {
            Self::Immutable => "public, max-age=31536000, immutable",
            Self::Revalidated => "no-cache",
            Self::Never => "no-store",
        }
    }
}

/// Returns whether the build put a content hash into the name, as in
/// `frontend_bg-0123456789abcdef.wasm`. The hash that Trunk writes when it is run by hand has no
/// leading zeros, so one in sixteen is shorter than sixteen digits.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|part| {
        (12..=16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_62_hashed_names_are_seen() {
        for hashed in [
            "frontend-0123456789abcdef_bg.wasm",
            "frontend_bg-0123456789abcdef.wasm",
            "base-0123456789abcdef.css",
            // No leading zero.
            "frontend-10240d10021b3b1.js",
        ] {
            assert_eq!(Caching::of_file(hashed), Caching::Immutable, "{hashed}");
        }
        for other in ["favicon.svg", "a-0123456789.css", "index.html"] {
            assert_eq!(Caching::of_file(other), Caching::Revalidated, "{other}");
        }
    }
}
