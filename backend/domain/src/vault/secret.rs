//! Token types: redacted in `Debug`, not comparable, not serializable, and wiped on drop.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

macro_rules! token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Zeroize, ZeroizeOnDrop)]
        pub struct $name(String);

        impl $name {
            /// Wraps a token from the provider or from the vault.
            #[must_use]
            pub fn new(token: String) -> Self {
                Self(token)
            }

            /// Returns the token itself, for the request that carries it or for the vault. Never
            /// log it.
            #[must_use]
            pub fn secret(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}

token! {
    /// A bearer token for Snyk's API (RFC 6750).
    AccessToken
}

token! {
    /// A refresh token (RFC 6749 section 1.5). At Snyk it is single use.
    RefreshToken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_49_tokens_do_not_print() {
        let printed = format!(
            "{:?} {:?}",
            AccessToken::new("canary".to_owned()),
            RefreshToken::new("canary".to_owned())
        );
        assert_eq!(printed, "AccessToken(redacted) RefreshToken(redacted)");
    }
}
