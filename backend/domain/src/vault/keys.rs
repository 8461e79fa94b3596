//! The key ring: for each of the operator's secrets one key per purpose, derived by HKDF-SHA256
//! (RFC 5869), so that a value sealed for one purpose cannot be opened for another.

use std::{fmt, num::ParseIntError, str::FromStr};

use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The purpose of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Token pairs in the database.
    Tokens,
    /// The login attempt in its cookie.
    AttemptCookie,
    /// The link by which an administrator signs in.
    AdminLink,
}

impl Purpose {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::AttemptCookie => "attempt-cookie",
            Self::AdminLink => "admin-link",
        }
    }
}

/// Size of a key's id in bytes: enough to distinguish the few keys of a ring. The id is not secret.
pub(super) const KEY_ID: usize = 4;

/// The id of the keys of one secret. It is part of every value that is sealed with them, and not
/// secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId(pub(super) [u8; KEY_ID]);

impl KeyId {
    /// Returns the key id in the beginning of a sealed value: its format version and the id.
    #[must_use]
    pub fn of_head(head: &[u8]) -> Option<Self> {
        head.get(1..=KEY_ID)?.try_into().ok().map(Self)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl FromStr for KeyId {
    type Err = ParseIntError;

    fn from_str(hex: &str) -> Result<Self, ParseIntError> {
        u32::from_str_radix(hex, 16).map(|id| Self(id.to_be_bytes()))
    }
}

/// A 256-bit key, wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Key(pub(super) [u8; 32]);

/// Seals with the current key, and opens with every key of the ring.
pub struct Vault {
    /// The current keys first.
    ring: Vec<Keys>,
}

struct Keys {
    id: KeyId,
    tokens: Key,
    attempt_cookie: Key,
    admin_link: Key,
    attempt_name: Key,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("keys", &self.ring.len())
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// Derives the keys of the current secret and of previous ones.
    #[must_use]
    pub fn new(current: &SecretString, previous: &[SecretString]) -> Self {
        let ring = std::iter::once(current)
            .chain(previous)
            .map(Keys::derive)
            .collect();
        Self { ring }
    }

    /// Returns the ids of the keys, the current one first.
    pub fn key_ids(&self) -> impl Iterator<Item = KeyId> {
        self.ring.iter().map(|keys| keys.id)
    }

    pub(super) fn current(&self, purpose: Purpose) -> (KeyId, &Key) {
        let keys = &self.ring[0];
        (keys.id, keys.of(purpose))
    }

    pub(super) fn by_id(&self, id: KeyId, purpose: Purpose) -> Option<&Key> {
        self.ring
            .iter()
            .find(|keys| keys.id == id)
            .map(|keys| keys.of(purpose))
    }

    /// Returns the HMAC-SHA256 of a login attempt's state under each key, the current key first. It
    /// names the attempt's cookie, so that the name cannot be computed from the state without the
    /// key.
    pub fn attempt_names<'v>(&'v self, state: &'v str) -> impl Iterator<Item = [u8; 32]> + 'v {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        self.ring.iter().filter_map(|keys| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&keys.attempt_name.0).ok()?;
            mac.update(state.as_bytes());
            Some(mac.finalize().into_bytes().into())
        })
    }
}

impl Keys {
    fn derive(secret: &SecretString) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"snyk-app v1"), secret.expose_secret().as_bytes());
        let key = |label: &str| {
            let mut key = [0; 32];
            #[expect(clippy::expect_used, reason = "HKDF-SHA256 gives up to 8,160 bytes")]
            hkdf.expand(label.as_bytes(), &mut key)
                .expect("32 bytes are within HKDF's bounds");
            Key(key)
        };
        let id = key("key-id");
        Self {
            id: KeyId([id.0[0], id.0[1], id.0[2], id.0[3]]),
            tokens: key(Purpose::Tokens.label()),
            attempt_cookie: key(Purpose::AttemptCookie.label()),
            admin_link: key(Purpose::AdminLink.label()),
            attempt_name: key("attempt-name"),
        }
    }

    fn of(&self, purpose: Purpose) -> &Key {
        match purpose {
            Purpose::Tokens => &self.tokens,
            Purpose::AttemptCookie => &self.attempt_cookie,
            Purpose::AdminLink => &self.admin_link,
        }
    }
}
