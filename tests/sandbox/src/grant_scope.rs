//! What a person grants an app access to.

use std::fmt;

use crate::data::Org;
use crate::settings::{Context, Settings};

/// What a person granted access to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GrantScope {
    /// The whole group.
    Group,
    /// One organization, by its slug.
    Org(String),
    /// Everything that the person has access to (user context).
    Everything,
}

impl GrantScope {
    /// Parses `group`, `org:<slug>` or `everything`.
    pub(crate) fn parse(text: &str, settings: &Settings) -> Option<Self> {
        match (settings.context, text) {
            (Context::User, _) => Some(Self::Everything),
            (Context::Tenant, "group") => Some(Self::Group),
            (Context::Tenant, _) => {
                let slug = text.strip_prefix("org:")?;
                settings
                    .orgs()
                    .iter()
                    .any(|org| org.slug == slug)
                    .then(|| Self::Org(slug.to_owned()))
            }
        }
    }

    /// Returns the organizations in the scope of the grant.
    pub(crate) fn orgs(&self, settings: &Settings) -> Vec<Org> {
        let mut orgs = settings.orgs();
        orgs.retain(|org| match self {
            Self::Group => org.in_group,
            Self::Org(slug) => org.slug == *slug,
            Self::Everything => true,
        });
        orgs
    }
}

impl fmt::Display for GrantScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group => formatter.write_str("group"),
            Self::Org(slug) => write!(formatter, "org:{slug}"),
            Self::Everything => formatter.write_str("everything"),
        }
    }
}
