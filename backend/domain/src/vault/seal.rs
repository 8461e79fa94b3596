//! AES-256-GCM (NIST SP 800-38D), bound to purpose and storage location by its associated data.
//!
//! A sealed value consists of: format version (1 byte), key id (4), nonce (12, random), ciphertext
//! and tag. Random nonces are safe up to 2^32 values per key; a token pair per minute for a
//! thousand connections takes eight years to reach that, and rotating the secret starts anew.

use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use zeroize::Zeroizing;

use super::keys::{KEY_ID, Key, KeyId, Purpose, Vault};
use crate::random;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const HEAD: usize = 1 + KEY_ID + NONCE;

/// The storage location of a sealed value. The value cannot be opened elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct AssociatedData<'a> {
    /// The table, or an equivalent such as `cookies`.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's id.
    pub row: &'a str,
}

/// A value could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum CannotSeal {
    /// No nonce could be generated.
    #[error(transparent)]
    NoRandomness(#[from] random::NoRandomness),
    /// The cipher rejects the value, which it does only beyond 64 GB.
    #[error("the value is too long to seal")]
    TooLong,
}

/// A sealed value could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotOpen {
    /// It is not a sealed value of a known version.
    #[error("not a sealed value")]
    Malformed,
    /// Its key is not in the ring: `ENCRYPTION_SECRET` has changed and the previous one is not in
    /// `ENCRYPTION_SECRET_PREVIOUS`.
    #[error("sealed with a key that is not configured")]
    UnknownKey,
    /// It was changed, moved, or sealed for another purpose.
    #[error("changed or moved since it was sealed")]
    Forged,
}

impl Vault {
    /// Seals a value for a purpose and a storage location.
    pub fn seal(
        &self,
        purpose: Purpose,
        associated_data: AssociatedData<'_>,
        value: &[u8],
    ) -> Result<Vec<u8>, CannotSeal> {
        let (key_id, key) = self.current(purpose);
        let nonce = random::bytes::<NONCE>()?;
        let payload = Payload {
            msg: value,
            aad: &encode(purpose, associated_data),
        };
        let ciphertext = Aes256Gcm::new(&key.0.into())
            .encrypt(&nonce.into(), payload)
            .map_err(|_| CannotSeal::TooLong)?;
        Ok([&[VERSION][..], &key_id.0, &nonce, &ciphertext].concat())
    }

    /// Returns whether a value has the form of one that was sealed with the current key.
    #[must_use]
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        let current = self.key_ids().next();
        sealed.len() >= HEAD && sealed[0] == VERSION && key_id(sealed).ok() == current
    }

    /// Checks that a value has the form of a sealed one and that its key is in the ring, without
    /// opening it.
    pub fn check_key(&self, purpose: Purpose, sealed: &[u8]) -> Result<(), CannotOpen> {
        self.split(purpose, sealed).map(|_| ())
    }

    /// Splits a sealed value into its key, nonce and ciphertext.
    fn split<'s>(
        &self,
        purpose: Purpose,
        sealed: &'s [u8],
    ) -> Result<(&Key, [u8; NONCE], &'s [u8]), CannotOpen> {
        let (head, ciphertext) = sealed.split_at_checked(HEAD).ok_or(CannotOpen::Malformed)?;
        let key_id = key_id(head)?;
        let nonce: [u8; NONCE] = head[1 + KEY_ID..]
            .try_into()
            .map_err(|_| CannotOpen::Malformed)?;
        if head[0] != VERSION {
            return Err(CannotOpen::Malformed);
        }
        let key = self.by_id(key_id, purpose).ok_or(CannotOpen::UnknownKey)?;
        Ok((key, nonce, ciphertext))
    }

    /// Opens a value that was sealed for this purpose and storage location.
    pub fn open(
        &self,
        purpose: Purpose,
        associated_data: AssociatedData<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let (key, nonce, ciphertext) = self.split(purpose, sealed)?;
        let payload = Payload {
            msg: ciphertext,
            aad: &encode(purpose, associated_data),
        };
        Aes256Gcm::new(&key.0.into())
            .decrypt(&nonce.into(), payload)
            .map(Zeroizing::new)
            .map_err(|_| CannotOpen::Forged)
    }
}

/// Returns the key id in the head of a sealed value.
fn key_id(sealed: &[u8]) -> Result<KeyId, CannotOpen> {
    KeyId::of_head(sealed).ok_or(CannotOpen::Malformed)
}

/// Encodes purpose, location and version unambiguously: none of them contains a NUL.
fn encode(purpose: Purpose, associated_data: AssociatedData<'_>) -> Vec<u8> {
    let version = VERSION.to_string();
    [
        purpose.label(),
        associated_data.table,
        associated_data.column,
        associated_data.row,
        &version,
    ]
    .join("\0")
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    const LOCATION: AssociatedData<'_> = AssociatedData {
        table: "connections",
        column: "access_token",
        row: "one",
    };

    fn vault(current: &str, previous: &[&str]) -> Vault {
        let previous: Vec<SecretString> = previous
            .iter()
            .map(|secret| SecretString::from(*secret))
            .collect();
        Vault::new(&current.into(), &previous)
    }

    #[test]
    fn sec_46_a_value_opens_only_with_its_associated_data() {
        let vault = vault("secret", &[]);
        let sealed = vault.seal(Purpose::Tokens, LOCATION, b"token").unwrap();
        assert_eq!(
            *vault.open(Purpose::Tokens, LOCATION, &sealed).unwrap(),
            b"token"
        );
        for moved in [
            AssociatedData {
                row: "two",
                ..LOCATION
            },
            AssociatedData {
                column: "refresh_token",
                ..LOCATION
            },
            AssociatedData {
                table: "revocations",
                ..LOCATION
            },
        ] {
            assert_eq!(
                vault.open(Purpose::Tokens, moved, &sealed),
                Err(CannotOpen::Forged)
            );
        }
    }

    #[test]
    fn sec_46_every_flipped_bit_is_seen() {
        let vault = vault("secret", &[]);
        let sealed = vault.seal(Purpose::Tokens, LOCATION, b"token").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut forged = sealed.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(
                vault.open(Purpose::Tokens, LOCATION, &forged).is_err(),
                "bit {bit}"
            );
        }
        for length in 0..sealed.len() {
            assert!(
                vault
                    .open(Purpose::Tokens, LOCATION, &sealed[..length])
                    .is_err()
            );
        }
    }

    #[test]
    fn sec_47_a_value_of_one_purpose_opens_for_no_other() {
        let vault = vault("secret", &[]);
        let purposes = [Purpose::Tokens, Purpose::AttemptCookie, Purpose::AdminLink];
        for purpose in purposes {
            let sealed = vault.seal(purpose, LOCATION, b"value").unwrap();
            for other in purposes {
                let opened = vault.open(other, LOCATION, &sealed);
                assert_eq!(opened.is_ok(), other == purpose, "{purpose:?} {other:?}");
            }
        }
    }

    #[test]
    fn sec_48_an_earlier_secret_opens_and_an_unknown_one_is_reported() {
        let sealed = vault("old", &[])
            .seal(Purpose::Tokens, LOCATION, b"token")
            .unwrap();
        let opened = vault("new", &["old"]).open(Purpose::Tokens, LOCATION, &sealed);
        assert_eq!(*opened.unwrap(), b"token");
        let refused = vault("new", &[]).open(Purpose::Tokens, LOCATION, &sealed);
        assert_eq!(refused, Err(CannotOpen::UnknownKey));

        // The key is known or not without opening the value.
        for (ring, known) in [
            (vault("new", &["old"]), Ok(())),
            (vault("new", &[]), Err(CannotOpen::UnknownKey)),
        ] {
            assert_eq!(ring.check_key(Purpose::Tokens, &sealed), known);
        }
        let short = vault("old", &[]).check_key(Purpose::Tokens, &sealed[..HEAD - 1]);
        assert_eq!(short, Err(CannotOpen::Malformed));
    }

    #[test]
    fn a_value_names_the_key_that_it_was_sealed_with() {
        let sealed = vault("old", &[])
            .seal(Purpose::Tokens, LOCATION, b"token")
            .unwrap();
        assert!(vault("old", &["older"]).is_current(&sealed));
        for other in [vault("new", &["old"]), vault("new", &[])] {
            assert!(!other.is_current(&sealed));
        }
        assert!(!vault("old", &[]).is_current(&sealed[..HEAD - 1]));

        let ids: Vec<_> = vault("new", &["old"]).key_ids().collect();
        assert_eq!(ids[1], vault("old", &[]).key_ids().next().unwrap());
        assert_ne!(ids[0], ids[1]);
        for id in ids {
            assert_eq!(id.to_string().len(), 2 * KEY_ID);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn sec_46_equal_values_are_sealed_differently() {
        let vault = vault("secret", &[]);
        let seal = || vault.seal(Purpose::Tokens, LOCATION, b"token").unwrap();
        assert_ne!(seal(), seal());
    }
}
