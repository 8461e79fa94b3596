//! The sealed attempt (pure): what it holds, how old it may be.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use shared::{login_state::LoginState, pkce::CodeVerifier, return_path::ReturnPath};
use zeroize::Zeroizing;

/// An attempt counts for this long (RFC 6749 section 4.1.2 advises ten minutes for codes).
pub const COUNTS_FOR: SignedDuration = SignedDuration::from_mins(10);
/// Its cookie is kept for this long, so that "too late" and "not ours" can be told apart.
pub const KEPT_FOR: Duration = Duration::from_hours(1);

/// Bytes of the fingerprint of provider, client and redirect URI.
const BINDING: usize = 16;
const SECRET: usize = 43;
const HEAD: usize = 8 + BINDING + SECRET + SECRET;

/// Provider, client and redirect URI that an attempt was made for, as a fingerprint: a server that
/// was set up anew in between must not finish it (SEC-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding([u8; BINDING]);

impl Binding {
    /// The fingerprint of the configured values.
    #[must_use]
    pub fn new(provider: &str, client_id: &str, redirect_uri: &str) -> Self {
        let digest = Sha256::digest([provider, client_id, redirect_uri].join("\0"));
        let mut binding = [0; BINDING];
        binding.copy_from_slice(&digest[..BINDING]);
        Self(binding)
    }
}

/// One login attempt, as it lies in its cookie.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// When it began, by the server's clock.
    pub began_at: Timestamp,
    /// What it was made for.
    pub binding: Binding,
    /// Its state.
    pub state: LoginState,
    /// Its verifier.
    pub verifier: CodeVerifier,
    /// Where to go on to.
    pub return_to: ReturnPath,
}

impl Attempt {
    /// Whether it is too old, by the server's clock. One from the future is as good as too old.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.began_at);
        age > COUNTS_FOR || age < -COUNTS_FOR
    }

    /// As bytes, to be sealed: compact, since five of them share 2 KB of cookies.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEAD + self.return_to.as_str().len()));
        bytes.extend_from_slice(&self.began_at.as_millisecond().to_be_bytes());
        bytes.extend_from_slice(&self.binding.0);
        bytes.extend_from_slice(self.state.secret().as_bytes());
        bytes.extend_from_slice(self.verifier.secret().as_bytes());
        bytes.extend_from_slice(self.return_to.as_str().as_bytes());
        bytes
    }

    /// From bytes that were sealed; `None` when they are not an attempt's.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (began_at, rest) = bytes.split_first_chunk::<8>()?;
        let (binding, rest) = rest.split_first_chunk::<BINDING>()?;
        let (state, rest) = rest.split_first_chunk::<SECRET>()?;
        let (verifier, return_to) = rest.split_first_chunk::<SECRET>()?;
        Some(Self {
            began_at: Timestamp::from_millisecond(i64::from_be_bytes(*began_at)).ok()?,
            binding: Binding(*binding),
            state: LoginState::parse(std::str::from_utf8(state).ok()?).ok()?,
            verifier: CodeVerifier::parse(std::str::from_utf8(verifier).ok()?.to_owned()).ok()?,
            return_to: ReturnPath::parse(std::str::from_utf8(return_to).ok()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(began_at: Timestamp) -> Attempt {
        Attempt {
            began_at,
            binding: Binding::new("https://api.snyk.io", "client", "http://localhost/callback"),
            state: LoginState::from_random([1; 32]),
            verifier: CodeVerifier::from_random([2; 32]),
            return_to: ReturnPath::parse("/flow?step=3").unwrap(),
        }
    }

    #[test]
    fn an_attempt_survives_its_cookie() {
        let before = attempt(Timestamp::from_second(1_800_000_000).unwrap());
        let after = Attempt::from_bytes(&before.to_bytes()).unwrap();
        assert_eq!(after.began_at, before.began_at);
        assert_eq!(after.binding, before.binding);
        assert!(after.state.is_same(&before.state));
        assert_eq!(after.verifier.secret(), before.verifier.secret());
        assert_eq!(after.return_to, before.return_to);
        let bytes = before.to_bytes();
        for length in 0..=HEAD {
            assert!(Attempt::from_bytes(&bytes[..length]).is_none(), "{length}");
        }
    }

    #[test]
    fn sec_7_ten_minutes_and_not_a_moment_more() {
        let began_at = Timestamp::from_second(1_800_000_000).unwrap();
        let attempt = attempt(began_at);
        assert!(!attempt.is_over(began_at + COUNTS_FOR));
        assert!(attempt.is_over(began_at + COUNTS_FOR + SignedDuration::from_millis(1)));
        assert!(attempt.is_over(began_at - SignedDuration::from_mins(11)));
    }

    #[test]
    fn sec_9_another_provider_client_or_redirect_uri_is_another_binding() {
        let ours = Binding::new("p", "c", "r");
        for other in [
            Binding::new("q", "c", "r"),
            Binding::new("p", "d", "r"),
            Binding::new("p", "c", "s"),
        ] {
            assert_ne!(ours, other);
        }
    }
}
