//! What is held: a connection, its state, its tokens.

pub mod disconnect;
pub mod revocation;
pub mod route;
mod view;

use jiff::Timestamp;
use shared::{
    api::connection::{Context, Org},
    scope::Scopes,
};

pub use self::view::view;
use crate::vault::secret::{AccessToken, RefreshToken};

/// One authorization of this app at Snyk.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Our id of it.
    pub id: String,
    /// What it is, so that a later consent for the same thing replaces this one.
    pub subject: Subject,
    /// As whom the app acts.
    pub context: Option<Context>,
    /// The organizations that it reaches.
    pub orgs: Vec<Org>,
    /// The scopes that were granted.
    pub scopes: Scopes,
    /// When a person last connected it.
    pub connected_at: Timestamp,
    /// When the token pair was last replaced.
    pub refreshed_at: Timestamp,
    /// How many times the token pair has been replaced.
    pub generation: u64,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// When the refresh token ends, if Snyk says.
    pub refresh_expires_at: Option<Timestamp>,
    /// Its tokens, while they live.
    pub state: State,
}

/// Whether a connection works; tokens exist only where it does.
#[derive(Clone, Debug)]
pub enum State {
    /// The tokens are alive as far as we know.
    Active(Tokens),
    /// The tokens are dead and erased; a person must connect again.
    ReconnectNeeded,
    /// A person ended it; the tokens are erased.
    Disconnected,
}

/// A token pair.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For Snyk's API.
    pub access: AccessToken,
    /// For the next pair.
    pub refresh: RefreshToken,
}

/// A token pair as the provider gave it out, with its lifetimes.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The pair.
    pub tokens: Tokens,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// When the refresh token ends, if the provider says.
    pub refresh_expires_at: Option<Timestamp>,
    /// The granted scopes, if the provider says.
    pub scopes: Option<Scopes>,
}

/// The thing that was connected, within one provider and client: two consents for the same subject
/// share one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// The person whose id `/rest/self` gives, or the bot that reaches just these organizations.
    /// Where Snyk tells neither, nothing is known to be the same, and `new_id`, the id that a new
    /// connection would get, makes it one of its own: a stranger's consent must never take the place
    /// of another's.
    #[must_use]
    pub fn new(
        provider: &str,
        client_id: &str,
        context: Option<Context>,
        user: Option<&str>,
        orgs: &[Org],
        new_id: &str,
    ) -> Self {
        let who = match (context, user) {
            (Some(Context::User), Some(user)) => format!("user {user}"),
            (Some(Context::Tenant), None) if !orgs.is_empty() => {
                let mut ids: Vec<&str> = orgs.iter().map(|org| org.id.as_str()).collect();
                ids.sort_unstable();
                ids.dedup();
                format!("bot of {}", ids.join(" "))
            }
            _ => format!("unknown {new_id}"),
        };
        Self(format!("{provider} {client_id} {who}"))
    }

    /// As the store gave it back.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// As the store keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(context: Option<Context>, user: Option<&str>, orgs: &[&str], id: &str) -> Subject {
        let orgs: Vec<Org> = orgs
            .iter()
            .map(|id| Org {
                id: (*id).to_owned(),
                name: "n".to_owned(),
                slug: "s".to_owned(),
            })
            .collect();
        Subject::new("https://api.example", "client", context, user, &orgs, id)
    }

    #[test]
    fn sec_29_the_same_thing_is_known_by_person_or_by_the_bots_organizations() {
        let (bot, person) = (Some(Context::Tenant), Some(Context::User));
        assert_eq!(
            subject(bot, None, &["a", "b"], "1"),
            subject(bot, None, &["b", "a", "a"], "2")
        );
        assert_ne!(
            subject(bot, None, &["a"], "1"),
            subject(bot, None, &["a", "b"], "1")
        );
        assert_eq!(
            subject(person, Some("u"), &["a"], "1"),
            subject(person, Some("u"), &[], "2")
        );
        assert_ne!(
            subject(person, Some("u"), &["a"], "1"),
            subject(person, Some("v"), &["a"], "1")
        );
    }

    #[test]
    fn sec_29_what_snyk_does_not_identify_is_never_the_same() {
        for (context, user, orgs) in [
            (Some(Context::Tenant), None, &[][..]),
            (None, None, &[][..]),
            (None, None, &["a"][..]),
            (Some(Context::User), None, &["a"][..]),
        ] {
            assert_ne!(
                subject(context, user, orgs, "1"),
                subject(context, user, orgs, "2"),
                "{context:?} {user:?} {orgs:?}"
            );
        }
    }
}
