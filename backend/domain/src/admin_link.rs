//! The link by which an administrator signs in: what is sealed in it, and its lifetime (pure).
//!
//! It stands behind the `#` of an address, which browsers send to no server. So no log of a proxy has
//! it, and whoever only loads the address, such as a mail scanner, uses nothing up.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};

use crate::{
    ids::AttemptId,
    random,
    vault::{AssociatedData, CannotSeal, Purpose, Vault},
};

/// How long a link may be used.
pub const COUNTS_FOR: SignedDuration = SignedDuration::from_mins(10);

/// How far the clock of the machine that made a link may be ahead.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(1);

/// Maximum length of the text of a link. A longer one is not opened.
const MAX_TEXT: usize = 200;
const ID: usize = 16;
const LOCATION: AssociatedData<'_> = AssociatedData {
    table: "links",
    column: "admin",
    row: "",
};

/// A link that a key of this server sealed.
#[derive(Clone, Copy, Debug)]
pub struct AdminLink {
    made_at: Timestamp,
    id: [u8; ID],
}

impl AdminLink {
    /// Makes a link, and returns its secret text.
    ///
    /// # Errors
    ///
    /// If the operating system gives no random bytes.
    pub fn seal(vault: &Vault, now: Timestamp) -> Result<String, CannotSeal> {
        let id = random::bytes::<ID>()?;
        let bytes = [&now.as_millisecond().to_be_bytes()[..], &id].concat();
        let sealed = vault.seal(Purpose::AdminLink, LOCATION, &bytes)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens the text of a link. Returns `None` if the current key of this server did not seal it as
    /// such. A previous key opens no link: it may have been replaced because others know it, and
    /// no link lives long enough to need it.
    #[must_use]
    pub fn open(vault: &Vault, text: &str) -> Option<Self> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        if !vault.is_current(&sealed) {
            return None;
        }
        let bytes = vault.open(Purpose::AdminLink, LOCATION, &sealed).ok()?;
        let (made_at, id) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            made_at: Timestamp::from_millisecond(i64::from_be_bytes(*made_at)).ok()?,
            id: id.try_into().ok()?,
        })
    }

    /// Returns whether it has expired, by the server's clock. One from the future counts as expired
    /// too, but for a minute by which clocks may differ.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.made_at);
        age > COUNTS_FOR || age < -CLOCK_TOLERANCE
    }

    /// Returns the id by which it is claimed once. No login attempt has one like it.
    #[must_use]
    pub fn claim(&self) -> AttemptId {
        AttemptId::from_stored(format!("admin-{}", URL_SAFE_NO_PAD.encode(self.id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    #[test]
    fn sec_31_a_link_counts_for_ten_minutes_and_not_a_moment_more() {
        let vault = Vault::new(&"secret".into(), &[]);
        let link = AdminLink::open(&vault, &AdminLink::seal(&vault, now()).unwrap()).unwrap();
        assert!(!link.is_over(now() + COUNTS_FOR));
        assert!(link.is_over(now() + COUNTS_FOR + SignedDuration::from_millis(1)));
        assert!(!link.is_over(now() - CLOCK_TOLERANCE));
        assert!(link.is_over(now() - SignedDuration::from_secs(61)));
    }

    #[test]
    fn sec_31_each_link_is_another_one() {
        let vault = Vault::new(&"secret".into(), &[]);
        let claim = || {
            let text = AdminLink::seal(&vault, now()).unwrap();
            assert!(
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            );
            AdminLink::open(&vault, &text).unwrap().claim()
        };
        assert_ne!(claim(), claim());
    }

    #[test]
    fn sec_47_what_another_key_or_purpose_sealed_is_no_link() {
        let vault = Vault::new(&"secret".into(), &[]);
        let text = AdminLink::seal(&vault, now()).unwrap();
        let other = Vault::new(&"another".into(), &[]);
        assert!(AdminLink::open(&other, &text).is_none());
        let rotated = Vault::new(&"another".into(), &["secret".into()]);
        assert!(AdminLink::open(&rotated, &text).is_none());
        let sealed = vault
            .seal(Purpose::AttemptCookie, LOCATION, &[0; 24])
            .unwrap();
        assert!(AdminLink::open(&vault, &URL_SAFE_NO_PAD.encode(sealed)).is_none());
        for length in [0, 1, 23, 25] {
            let sealed = vault.seal(Purpose::AdminLink, LOCATION, &vec![0; length]);
            let text = URL_SAFE_NO_PAD.encode(sealed.unwrap());
            assert!(AdminLink::open(&vault, &text).is_none(), "{length}");
        }
        for text in ["", "é", "a b", &text[1..], &format!("{text}=")] {
            assert!(AdminLink::open(&vault, text).is_none(), "{text}");
        }
    }
}
