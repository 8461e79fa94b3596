//! Where Snyk is: hosts by region, or addresses that override them.

use url::Url;

use crate::config::{is_loopback, problems::Problems, raw::Raw};

/// Snyk's regions: name, host of the browser pages, host of the API.
const REGIONS: [(&str, &str, &str); 5] = [
    ("us-01", "https://app.snyk.io", "https://api.snyk.io"),
    ("us-02", "https://app.us.snyk.io", "https://api.us.snyk.io"),
    ("eu-01", "https://app.eu.snyk.io", "https://api.eu.snyk.io"),
    ("au-01", "https://app.au.snyk.io", "https://api.au.snyk.io"),
    ("gov-01", "https://app.snykgov.io", "https://api.snykgov.io"),
];

/// The OAuth2 server and API in use. Its addresses come from configuration only; nothing that a
/// browser or a provider says ever changes them.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The region's name; `sandbox` or `custom` when addresses were overridden.
    pub region: String,
    /// Whether it lives on this computer: a practice run.
    pub sandbox: bool,
    /// Base of the browser pages, without a trailing slash.
    pub app_url: String,
    /// Base of token, revocation, REST and v1, without a trailing slash.
    pub api_url: String,
}

impl Provider {
    /// The configured provider, or problems.
    pub(crate) fn from_config(raw: &Raw, problems: &mut Problems) -> Option<Self> {
        let region = raw.get("SNYK_REGION").unwrap_or_else(|| "us-01".to_owned());
        let Some((name, app, api)) = REGIONS.into_iter().find(|(name, ..)| *name == region) else {
            let names = REGIONS.map(|(name, ..)| name).join(", ");
            problems.add("SNYK_REGION", format!("is none of: {names}"));
            return None;
        };
        let overridden = raw.get("SNYK_API_URL").is_some() || raw.get("SNYK_APP_URL").is_some();
        let mut base = |variable, default: &str| {
            let url = problems.url(raw, variable, default)?;
            if url.scheme() != "https" && !is_loopback(&url) {
                problems.add(variable, "is http on another computer: use https");
                return None;
            }
            Some(url)
        };
        let (app, api) = (base("SNYK_APP_URL", app), base("SNYK_API_URL", api));
        let (app, api) = (app?, api?);
        let sandbox = is_loopback(&api);
        let region = match (sandbox, overridden) {
            (true, _) => "sandbox",
            (false, true) => "custom",
            (false, false) => name,
        };
        Some(Self {
            region: region.to_owned(),
            sandbox,
            app_url: without_slash(&app),
            api_url: without_slash(&api),
        })
    }

    /// Where a login sends the browser.
    #[must_use]
    pub fn authorization_endpoint(&self) -> String {
        format!("{}/oauth2/authorize", self.app_url)
    }

    /// Where codes and refresh tokens are exchanged.
    #[must_use]
    pub fn token_endpoint(&self) -> String {
        format!("{}/oauth2/token", self.api_url)
    }

    /// Where refresh tokens are revoked.
    #[must_use]
    pub fn revocation_endpoint(&self) -> String {
        format!("{}/oauth2/revoke", self.api_url)
    }

    /// Whether an issuer that a callback names (RFC 9207 section 2.4) is this provider.
    #[must_use]
    pub fn is_issuer(&self, iss: &str) -> bool {
        let iss = iss.strip_suffix('/').unwrap_or(iss);
        iss == self.app_url || iss == self.api_url
    }
}

fn without_slash(url: &Url) -> String {
    let url = url.as_str();
    url.strip_suffix('/').unwrap_or(url).to_owned()
}
