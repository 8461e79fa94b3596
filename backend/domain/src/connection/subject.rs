//! The identity by which two connections are recognized as the same one (pure).

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use shared::api::connection::{Context, Org};

use super::identity::Identity;
use crate::ids::ConnectionId;

/// Prefix of a stored subject that is known.
const DIGEST: &str = "sha256 ";
/// Prefix of a stored subject that is unknown.
const UNKNOWN: &str = "unknown ";

/// The person or bot of a connection, within one provider and client: two consents for the same
/// subject share one connection. Stored as a digest, so that its length does not depend on the
/// number of organizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Returns the subject of a person whose id `/rest/self` gives, or of the bot of exactly these
    /// organizations, which must be all of them. Returns `None` where Snyk gives neither: such a
    /// connection never equals another.
    #[must_use]
    pub fn identified(
        provider: &str,
        client_id: &str,
        identity: &Identity,
        orgs: Option<&[Org]>,
    ) -> Option<Self> {
        let who = match (identity.context?, identity.user.as_deref(), orgs) {
            (Context::User, Some(user), _) => format!("user {user}"),
            (Context::Tenant, None, Some(orgs @ [_, ..])) => {
                let mut ids: Vec<&str> = orgs.iter().map(|org| org.id.as_str()).collect();
                ids.sort_unstable();
                ids.dedup();
                format!("bot of {}", ids.join(" "))
            }
            _ => return None,
        };
        Some(Self::digest_of(&format!("{provider} {client_id} {who}")))
    }

    /// Returns the subject of a connection without a known identity. It is unique to the
    /// connection: a stranger's consent must never replace another's.
    #[must_use]
    pub fn unknown(connection: &ConnectionId) -> Self {
        Self(format!("{UNKNOWN}{connection}"))
    }

    /// Converts a subject that was stored in full into the current form, so that it matches later
    /// connections. Returns `None` if it is current already.
    #[must_use]
    pub fn migrated(stored: &str) -> Option<Self> {
        let is_current = stored.starts_with(DIGEST) || stored.starts_with(UNKNOWN);
        (!is_current).then(|| Self::digest_of(stored))
    }

    fn digest_of(text: &str) -> Self {
        let mut digest = DIGEST.to_owned();
        for byte in Sha256::digest(text) {
            // Writing to a string cannot fail.
            let _ = write!(digest, "{byte:02x}");
        }
        Self(digest)
    }

    /// Returns whether the subject identifies a person or a bot.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.0.starts_with(UNKNOWN)
    }

    /// Creates a subject from its stored text.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orgs(ids: &[&str]) -> Vec<Org> {
        ids.iter()
            .map(|id| Org {
                id: (*id).to_owned(),
                name: "n".to_owned(),
                slug: "s".to_owned(),
                group: None,
            })
            .collect()
    }

    fn subject(
        context: Option<Context>,
        user: Option<&str>,
        ids: Option<&[&str]>,
    ) -> Option<Subject> {
        let identity = Identity {
            context,
            user: user.map(str::to_owned),
        };
        let orgs = ids.map(orgs);
        Subject::identified("https://api.example", "client", &identity, orgs.as_deref())
    }

    const BOT: Option<Context> = Some(Context::Tenant);
    const PERSON: Option<Context> = Some(Context::User);

    #[test]
    fn sec_29_the_same_thing_is_known_by_person_or_by_the_bots_organizations() {
        let bot = |ids| subject(BOT, None, Some(ids)).unwrap();
        assert_eq!(bot(&["a", "b"]), bot(&["b", "a", "a"]));
        assert_ne!(bot(&["a"]), bot(&["a", "b"]));
        let person = |user, ids| subject(PERSON, Some(user), ids).unwrap();
        assert_eq!(person("u", Some(&["a"][..])), person("u", None));
        assert_ne!(person("u", None), person("v", None));
    }

    #[test]
    fn sec_29_what_snyk_does_not_identify_is_never_the_same() {
        for (context, user, ids) in [
            (BOT, None, Some(&[][..])),
            // An incomplete list of organizations does not identify a bot.
            (BOT, None, None),
            (None, None, Some(&[][..])),
            (None, None, Some(&["a"][..])),
            (PERSON, None, Some(&["a"][..])),
        ] {
            let subject = subject(context, user, ids);
            assert_eq!(subject, None, "{context:?} {user:?} {ids:?}");
        }
        let [one, two] = ["1", "2"].map(|id| Subject::unknown(&ConnectionId::presented(id)));
        assert_ne!(one, two);
        assert!(!one.is_known());
    }

    #[test]
    fn what_was_stored_in_full_matches_what_is_connected_now() {
        let stored = "https://api.example client bot of a b";
        let now = subject(BOT, None, Some(&["b", "a"])).unwrap();
        assert_eq!(Subject::migrated(stored), Some(now.clone()));
        assert_eq!(Subject::migrated(now.as_str()), None);
        let unknown = Subject::unknown(&ConnectionId::presented("1"));
        assert_eq!(Subject::migrated(unknown.as_str()), None);
    }

    #[test]
    fn a_subject_is_as_long_for_a_thousand_organizations_as_for_one() {
        let ids: Vec<String> = (0..1_000).map(|n| n.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let many = subject(BOT, None, Some(&ids)).unwrap();
        assert_eq!(
            many.as_str().len(),
            subject(PERSON, Some("u"), None).unwrap().as_str().len()
        );
    }
}
