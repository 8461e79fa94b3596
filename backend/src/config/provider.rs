//! The addresses of Snyk: hosts by region, or configured addresses that override them.

use url::Url;

use super::{edit_distance::nearest, is_loopback, problems::Problems, raw::Raw};

/// Snyk's regions: name, host of the browser pages, host of the API.
const REGIONS: [(&str, &str, &str); 5] = [
    ("us-01", "https://app.snyk.io", "https://api.snyk.io"),
    ("us-02", "https://app.us.snyk.io", "https://api.us.snyk.io"),
    ("eu-01", "https://app.eu.snyk.io", "https://api.eu.snyk.io"),
    ("au-01", "https://app.au.snyk.io", "https://api.au.snyk.io"),
    ("gov-01", "https://app.snykgov.io", "https://api.snykgov.io"),
];

/// The domains of Snyk's hosts.
const DOMAINS: [&str; 2] = ["snyk.io", "snykgov.io"];
/// The prefixes of the hosts of the browser pages and of the API.
const APP: &str = "app.";
const API: &str = "api.";
/// Suffixes of addresses that people copy, and that are appended by this server.
const PATHS: [&str; 7] = [
    "/rest",
    "/v1",
    "/api",
    "/login",
    "/oauth2",
    "/oauth2/authorize",
    "/oauth2/token",
];

/// The OAuth server and API in use. Its addresses come from the configuration only; no input of a
/// browser or provider changes them.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The region's name; `sandbox` or `custom` if addresses are overridden.
    pub region: String,
    /// Whether it runs on this computer, as the sandbox does.
    pub sandbox: bool,
    /// Base of the browser pages, without a trailing slash.
    pub app_url: String,
    /// Base of token endpoint, revocation endpoint, REST and v1, without a trailing slash.
    pub api_url: String,
}

impl Provider {
    /// Reads the configured provider, or adds problems.
    pub(crate) fn from_config(raw: &Raw, problems: &mut Problems) -> Option<Self> {
        let named = raw.get("SNYK_REGION");
        let region = named.as_deref().unwrap_or("us-01");
        let Some((_, app, api)) = REGIONS.into_iter().find(|(name, ..)| *name == region) else {
            let known = REGIONS.map(|(name, ..)| name);
            let hint = nearest(&region.to_ascii_lowercase(), known, 2)
                .map(|name| format!(" (did you mean {name}?)"))
                .unwrap_or_default();
            problems.add(
                "SNYK_REGION",
                format!("is none of: {}{hint}", known.join(", ")),
            );
            return None;
        };
        let configured = [(APP, "SNYK_APP_URL"), (API, "SNYK_API_URL")]
            .map(|(role, variable)| base(raw, problems, role, variable));
        let [app_set, api_set] = configured;
        let (app_set, api_set) = (app_set.ok()?, api_set.ok()?);
        // Without a named region, a missing address is derived from the other one's region.
        let derived = |other: Option<&Url>, role: &str| {
            let domain = other.and_then(snyk_domain).filter(|_| named.is_none())?;
            Url::parse(&format!("https://{role}{domain}")).ok()
        };
        let default = |text| Url::parse(text).ok();
        let app = app_set
            .clone()
            .or_else(|| derived(api_set.as_ref(), APP))
            .or_else(|| default(app))?;
        let api = api_set
            .clone()
            .or_else(|| derived(app_set.as_ref(), API))
            .or_else(|| default(api))?;
        if app_set.is_some() != api_set.is_some() && snyk_domain(&app) != snyk_domain(&api) {
            problems.warn(
                "only one of SNYK_API_URL and SNYK_APP_URL is set: a code of one Snyk is of no use \
                 at another",
            );
        }
        if let (Some(of_app), Some(of_api)) = (snyk_domain(&app), snyk_domain(&api))
            && of_app != of_api
        {
            problems.add(
                if api_set.is_some() {
                    "SNYK_API_URL"
                } else {
                    "SNYK_APP_URL"
                },
                format!(
                    "leads to another region than the other one: to {api}, and people sign in at \
                     {app}; write https://{API}{of_app} or https://{APP}{of_api}, or set \
                     SNYK_REGION alone"
                ),
            );
            return None;
        }
        let sandbox = is_loopback(&api);
        let urls = (without_slash(&app), without_slash(&api));
        let is_overridden = app_set.is_some() || api_set.is_some();
        let known = REGIONS
            .into_iter()
            .find(|(_, app, api)| (*app, *api) == (urls.0.as_str(), urls.1.as_str()));
        let region = match (sandbox, known) {
            (true, _) => "sandbox",
            (false, Some((name, ..))) => name,
            (false, None) if is_overridden => "custom",
            (false, None) => region,
        };
        Some(Self {
            region: region.to_owned(),
            sandbox,
            app_url: urls.0,
            api_url: urls.1,
        })
    }

    /// Returns whether the API uses https.
    #[must_use]
    pub fn needs_certificates(&self) -> bool {
        self.api_url.starts_with("https:")
    }

    /// Returns the address that a login sends the browser to.
    #[must_use]
    pub fn authorization_endpoint(&self) -> String {
        format!("{}/oauth2/authorize", self.app_url)
    }

    /// Returns the address that exchanges codes and refresh tokens.
    #[must_use]
    pub fn token_endpoint(&self) -> String {
        format!("{}/oauth2/token", self.api_url)
    }

    /// Returns the address that revokes refresh tokens.
    #[must_use]
    pub fn revocation_endpoint(&self) -> String {
        format!("{}/oauth2/revoke", self.api_url)
    }

    /// Returns whether the issuer that a callback names (RFC 9207 section 2.4) is this provider.
    #[must_use]
    pub fn is_issuer(&self, iss: &str) -> bool {
        let iss = iss.strip_suffix('/').unwrap_or(iss);
        iss == self.app_url || iss == self.api_url
    }
}

/// Reads the base address of a variable, if it is set and valid.
fn base(
    raw: &Raw,
    problems: &mut Problems,
    role: &str,
    variable: &'static str,
) -> Result<Option<Url>, ()> {
    if raw.get(variable).is_none() {
        return Ok(None);
    }
    let url = problems.url(raw, variable, "").ok_or(())?;
    if url.scheme() != "https" && !is_loopback(&url) {
        problems.add(variable, "is http on another computer: use https");
        return Err(());
    }
    if let Err(why) = check_base(&url, role) {
        problems.add(variable, why);
        return Err(());
    }
    if let Some(domain) = looks_like_snyk(&url) {
        problems.warn(format!(
            "{variable} is at {}, which is not Snyk's: did you mean {domain}?",
            url.host_str().unwrap_or_default()
        ));
    }
    Ok(Some(url))
}

/// Checks that an address is a base to which paths can be appended, for its role.
fn check_base(url: &Url, role: &str) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    if !is_of_snyk(host) {
        return match PATHS
            .iter()
            .find(|end| path.to_ascii_lowercase().ends_with(*end))
        {
            Some(end) => Err(format!(
                "ends in {end}, and the paths of Snyk are added to it: leave that out"
            )),
            None => Ok(()),
        };
    }
    let domain = snyk_domain(url).or_else(|| {
        let api = format!("https://{API}{host}");
        let is_region = REGIONS.iter().any(|(.., known)| *known == api);
        is_region.then(|| host.to_owned())
    });
    let domain = domain.as_deref().unwrap_or("snyk.io");
    let right = format!("https://{role}{domain}");
    let what = if role == API { "API" } else { "pages" };
    if host.strip_prefix(role) != Some(domain) {
        return Err(format!(
            "is not the address of Snyk's {what}, as {host} is another: write {right}"
        ));
    }
    if !path.is_empty() {
        return Err(format!(
            "has a path, and the paths of Snyk are added to it: write {right}"
        ));
    }
    if url.port().is_some() {
        return Err(format!("has a port: write {right}"));
    }
    Ok(())
}

fn is_of_snyk(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    DOMAINS
        .iter()
        .any(|domain| host == *domain || host.ends_with(&format!(".{domain}")))
}

/// Returns what follows `app.` or `api.` in an address of Snyk's: the domain of its region.
fn snyk_domain(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| is_of_snyk(host))?;
    let host = host.trim_end_matches('.');
    let domain = host.strip_prefix(APP).or_else(|| host.strip_prefix(API))?;
    Some(domain.to_owned())
}

/// Returns the host of Snyk's that another host nearly equals: a typing error would send the client
/// secret there.
fn looks_like_snyk(url: &Url) -> Option<&'static str> {
    let host = url.host_str().filter(|host| !is_of_snyk(host))?;
    let bare = |url: &'static str| url.strip_prefix("https://").unwrap_or(url);
    let known = REGIONS
        .iter()
        .flat_map(|(_, app, api)| [bare(app), bare(api)]);
    nearest(host, known, 2)
}

fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
