//! What the sandbox is set to. A test may change it while it runs.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::data::{self, Org};
use crate::rest::rate_limit::Limit;

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
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
    /// The issuer that access tokens name; by default the sandbox's own address.
    pub(crate) iss: Option<String>,
    pub(crate) extra_orgs: u32,
    /// Slugs of organizations that are gone, or not visible any more.
    pub(crate) removed_orgs: Vec<String>,
    /// The address of who is signed in, who is another person for each.
    pub(crate) person: String,
    /// So many REST requests a token may make in an interval; without limit if it is left out.
    pub(crate) rate_limit: Option<u32>,
    pub(crate) rate_interval_ms: u64,
}

/// Whom the app acts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Context {
    /// A bot, which reaches the chosen organization or group.
    Tenant,
    /// The person, with everything that the person reaches.
    User,
}

/// What becomes of the access token when its pair is replaced. Snyk does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OldAccess {
    /// It serves until its own end.
    Lives,
    /// It is refused at once.
    Dies,
}

/// What a refresh token that was consumed before does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Rotation {
    /// `invalid_grant`, and every token of that install ends.
    Strict,
    /// For so many seconds after it was consumed it gives a new pair; afterwards as `Strict`.
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
    /// These settings with some members replaced; `null` takes an optional one away.
    pub(crate) fn patched(&self, patch: &serde_json::Value) -> Result<Self, serde_json::Error> {
        let mut whole = serde_json::to_value(self)?;
        if let (Some(whole), Some(patch)) = (whole.as_object_mut(), patch.as_object()) {
            for (name, value) in patch {
                whole.insert(name.clone(), value.clone());
            }
        }
        serde_json::from_value(whole)
    }

    /// The organizations that there are, in their order.
    pub(crate) fn orgs(&self) -> Vec<Org> {
        let mut orgs = data::orgs(self.extra_orgs);
        orgs.retain(|org| !self.removed_orgs.contains(&org.slug));
        orgs
    }

    /// The id of who is signed in.
    pub(crate) fn user_id(&self) -> String {
        data::id_of("user", &self.person)
    }

    /// What a token may ask of REST.
    pub(crate) fn limit(&self) -> Option<Limit> {
        self.rate_limit.map(|requests| Limit {
            requests,
            interval: Duration::from_millis(self.rate_interval_ms),
        })
    }

    /// The registered scopes, in their order.
    pub(crate) fn registered(&self) -> Vec<String> {
        words(&self.scopes)
    }

    /// What is granted of the scopes that were asked for.
    pub(crate) fn granted(&self, asked: &[String]) -> Vec<String> {
        let Some(subset) = &self.grant_scopes else {
            return asked.to_vec();
        };
        let subset = words(subset);
        asked
            .iter()
            .filter(|scope| subset.contains(scope))
            .cloned()
            .collect()
    }
}

/// The words of a list that is separated by spaces.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
