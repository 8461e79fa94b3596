//! The settings of the sandbox. A test may change them at run time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::data::{self, Org};
use crate::rest::rate_limit::Limit;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// Further valid secrets: the record of requests then tells the servers of one app apart.
    pub(crate) further_secrets: Vec<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) app_name: String,
    pub(crate) scopes: String,
    pub(crate) grant_scopes: Option<String>,
    pub(crate) context: Context,
    pub(crate) rotation: Rotation,
    pub(crate) old_access: OldAccess,
    pub(crate) access_ttl: u64,
    pub(crate) refresh_ttl: u64,
    pub(crate) code_ttl: u64,
    pub(crate) omit_refresh_expires: bool,
    pub(crate) bot_id: bool,
    /// The issuer in access tokens; by default the sandbox's own URL.
    pub(crate) iss: Option<String>,
    pub(crate) extra_orgs: u32,
    /// Slugs of organizations that were deleted or are not visible any more.
    pub(crate) removed_orgs: Vec<String>,
    /// The email address of the signed-in person. Each address is a different person.
    pub(crate) person: String,
    /// The API token of that person.
    pub(crate) api_token: String,
    /// Number of REST requests of a token per interval; unlimited if omitted.
    pub(crate) rate_limit: Option<u32>,
    pub(crate) rate_interval_ms: u64,
}

/// The principal as which the app acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Context {
    /// A bot with access to the chosen organization or group.
    Tenant,
    /// The person, with everything that the person has access to.
    User,
}

/// The effect of a refresh on the previous access token. Snyk does not document it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OldAccess {
    /// It stays valid until it expires.
    Lives,
    /// It is rejected at once.
    Dies,
}

/// The response to a refresh token that was already consumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Rotation {
    /// `invalid_grant`, and all tokens of the install are revoked.
    Strict,
    /// Within this number of seconds after its use it yields a new pair; afterwards like `Strict`.
    Grace(u64),
}

impl FromStr for Rotation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "strict" {
            return Ok(Self::Strict);
        }
        text.strip_prefix("grace:")
            .and_then(|seconds| seconds.parse().ok())
            .map(Self::Grace)
            .ok_or_else(|| "`strict` or `grace:<seconds>` is expected".to_owned())
    }
}

impl TryFrom<String> for Rotation {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Rotation> for String {
    fn from(rotation: Rotation) -> Self {
        rotation.to_string()
    }
}

impl fmt::Display for Rotation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Strict => formatter.write_str("strict"),
            Self::Grace(seconds) => write!(formatter, "grace:{seconds}"),
        }
    }
}

impl Settings {
    /// Returns these settings with some members replaced; `null` removes an optional member.
    pub(crate) fn patched(&self, patch: &serde_json::Value) -> Result<Self, serde_json::Error> {
        let mut whole = serde_json::to_value(self)?;
        if let (Some(whole), Some(patch)) = (whole.as_object_mut(), patch.as_object()) {
            for (name, value) in patch {
                whole.insert(name.clone(), value.clone());
            }
        }
        serde_json::from_value(whole)
    }

    /// Returns the existing organizations in order.
    pub(crate) fn orgs(&self) -> Vec<Org> {
        let mut orgs = data::orgs(self.extra_orgs);
        orgs.retain(|org| !self.removed_orgs.contains(&org.slug));
        orgs
    }

    /// Returns the id of the signed-in person.
    pub(crate) fn user_id(&self) -> String {
        data::id_of("user", &self.person)
    }

    /// Returns the REST rate limit of a token.
    pub(crate) fn limit(&self) -> Option<Limit> {
        self.rate_limit.map(|requests| Limit {
            requests,
            interval: Duration::from_millis(self.rate_interval_ms),
        })
    }

    /// Returns the registered scopes in order.
    pub(crate) fn registered(&self) -> Vec<String> {
        words(&self.scopes)
    }

    /// Returns the scopes that are granted for the requested ones.
    pub(crate) fn granted(&self, requested: &[String]) -> Vec<String> {
        let Some(subset) = &self.grant_scopes else {
            return requested.to_vec();
        };
        let subset = words(subset);
        requested
            .iter()
            .filter(|scope| subset.contains(scope))
            .cloned()
            .collect()
    }
}

/// Splits a list that is separated by spaces.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
