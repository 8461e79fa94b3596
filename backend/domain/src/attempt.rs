//! The sealed login attempt: its contents and its lifetime (pure).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use shared::{login_state::LoginState, pkce::CodeVerifier, return_path::ReturnPath};
use zeroize::Zeroizing;

use crate::ids::{AttemptId, ConnectionId};

/// Lifetime of an attempt (RFC 6749 section 4.1.2 recommends ten minutes for codes).
pub const COUNTS_FOR: SignedDuration = SignedDuration::from_mins(10);
/// Lifetime of its cookie; longer, so that an expired attempt can be distinguished from a foreign
/// one.
pub const KEPT_FOR: Duration = Duration::from_hours(1);

/// Size of the fingerprint of provider, client and redirect URI, in bytes.
const BINDING: usize = 16;
const SECRET: usize = 43;
const HEAD: usize = 8 + BINDING + SECRET + SECRET;

/// Marks a reconnect in the byte after the secrets. This byte, the length of the connection's id
/// and the id come before the return path. Without a reconnect, the return path follows directly;
/// it begins with a slash. Attempts sealed before the marker existed have that form, so they open
/// as well.
const RECONNECTS: u8 = 1;
/// Maximum length of a connection's id.
const MAX_ID: usize = 64;

/// Fingerprint of the provider, client and redirect URI that an attempt was made for: a server
/// whose configuration has changed since must not finish the attempt (SEC-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding([u8; BINDING]);

impl Binding {
    /// Creates the fingerprint of the configured values.
    #[must_use]
    pub fn new(provider: &str, client_id: &str, redirect_uri: &str) -> Self {
        let digest = Sha256::digest([provider, client_id, redirect_uri].join("\0"));
        let mut binding = [0; BINDING];
        binding.copy_from_slice(&digest[..BINDING]);
        Self(binding)
    }
}

/// One login attempt, as its cookie holds it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// When it began, by the server's clock.
    pub began_at: Timestamp,
    /// The configuration that it was made for.
    pub binding: Binding,
    /// The OAuth `state`.
    pub state: LoginState,
    /// The PKCE code verifier.
    pub verifier: CodeVerifier,
    /// The path to continue at.
    pub return_to: ReturnPath,
    /// The connection that the login replaces.
    pub reconnects: Option<ConnectionId>,
}

/// An attempt that a browser presents.
#[derive(Debug)]
pub struct Presented {
    /// The attempt.
    pub attempt: Attempt,
    /// The name of its cookie.
    pub cookie: String,
    /// Its id, by which it is claimed once.
    pub attempt_id: AttemptId,
}

impl Attempt {
    /// Returns whether it has expired, by the server's clock. One from the future counts as
    /// expired.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.began_at);
        age > COUNTS_FOR || age < -COUNTS_FOR
    }

    /// Encodes the attempt to be sealed: compact, since five of them share 2 KB of cookies.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let tail = self.return_to.as_str().len() + 2 + MAX_ID;
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEAD + tail));
        bytes.extend_from_slice(&self.began_at.as_millisecond().to_be_bytes());
        bytes.extend_from_slice(&self.binding.0);
        bytes.extend_from_slice(self.state.secret().as_bytes());
        bytes.extend_from_slice(self.verifier.secret().as_bytes());
        if let Some(id) = self.reconnects.as_ref().map(ConnectionId::as_str)
            && id.len() <= MAX_ID
            && let Ok(length) = u8::try_from(id.len())
        {
            bytes.extend_from_slice(&[RECONNECTS, length]);
            bytes.extend_from_slice(id.as_bytes());
        }
        bytes.extend_from_slice(self.return_to.as_str().as_bytes());
        bytes
    }

    /// Decodes an attempt. Returns `None` if the bytes are not one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (began_at, rest) = bytes.split_first_chunk::<8>()?;
        let (binding, rest) = rest.split_first_chunk::<BINDING>()?;
        let (state, rest) = rest.split_first_chunk::<SECRET>()?;
        let (verifier, rest) = rest.split_first_chunk::<SECRET>()?;
        let (reconnects, return_to) = match rest {
            [RECONNECTS, length, rest @ ..] => {
                let (id, rest) = rest.split_at_checked(usize::from(*length))?;
                (
                    Some(ConnectionId::presented(std::str::from_utf8(id).ok()?)),
                    rest,
                )
            }
            rest => (None, rest),
        };
        Some(Self {
            began_at: Timestamp::from_millisecond(i64::from_be_bytes(*began_at)).ok()?,
            binding: Binding(*binding),
            state: LoginState::parse(std::str::from_utf8(state).ok()?).ok()?,
            verifier: CodeVerifier::parse(std::str::from_utf8(verifier).ok()?.to_owned()).ok()?,
            return_to: ReturnPath::parse(std::str::from_utf8(return_to).ok()?)?,
            reconnects,
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
            reconnects: None,
        }
    }

    #[test]
    fn an_attempt_survives_its_cookie() {
        let mut before = attempt(Timestamp::from_second(1_800_000_000).unwrap());
        before.reconnects = Some(ConnectionId::presented("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
        let after = Attempt::from_bytes(&before.to_bytes()).unwrap();
        assert_eq!(after.began_at, before.began_at);
        assert_eq!(after.binding, before.binding);
        assert!(after.state.is_same(&before.state));
        assert_eq!(after.verifier.secret(), before.verifier.secret());
        assert_eq!(after.return_to, before.return_to);
        assert_eq!(after.reconnects, before.reconnects);
        let bytes = before.to_bytes();
        for length in 0..=HEAD + 28 {
            assert!(Attempt::from_bytes(&bytes[..length]).is_none(), "{length}");
        }
    }

    /// An attempt without a reconnect keeps the old encoding, so that a new server can finish it.
    #[test]
    fn an_attempt_without_a_connection_is_as_it_always_was() {
        let before = attempt(Timestamp::from_second(1_800_000_000).unwrap());
        let bytes = before.to_bytes();
        assert_eq!(&bytes[HEAD..], b"/flow?step=3");
        let after = Attempt::from_bytes(&bytes).unwrap();
        assert_eq!(
            (after.return_to, after.reconnects),
            (before.return_to, None)
        );
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
