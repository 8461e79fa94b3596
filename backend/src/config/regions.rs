//! The regions of Snyk, and checks that an address is one of theirs (pure).

use url::Url;

use super::edit_distance::nearest;

/// Snyk's regions: name, host of the browser pages, host of the API.
pub(crate) const REGIONS: [(&str, &str, &str); 5] = [
    ("us-01", "https://app.snyk.io", "https://api.snyk.io"),
    ("us-02", "https://app.us.snyk.io", "https://api.us.snyk.io"),
    ("eu-01", "https://app.eu.snyk.io", "https://api.eu.snyk.io"),
    ("au-01", "https://app.au.snyk.io", "https://api.au.snyk.io"),
    ("gov-01", "https://app.snykgov.io", "https://api.snykgov.io"),
];

/// Returns the name, the pages' address and the API's address of a region. The error says what is
/// wrong with the name.
pub(crate) fn find(region: &str) -> Result<(&'static str, &'static str, &'static str), String> {
    REGIONS
        .into_iter()
        .find(|(name, ..)| *name == region)
        .ok_or_else(|| {
            let known = REGIONS.map(|(name, ..)| name);
            let hint = nearest(&region.to_ascii_lowercase(), known, 2)
                .map(|name| format!(" (did you mean {name}?)"))
                .unwrap_or_default();
            format!("is none of: {}{hint}", known.join(", "))
        })
}

/// Returns the region whose API has that host.
pub(crate) fn of_api_host(host: &str) -> Option<&'static str> {
    REGIONS
        .into_iter()
        .find(|(.., api)| api.strip_prefix("https://") == Some(host))
        .map(|(name, ..)| name)
}

/// The domains of Snyk's hosts.
const DOMAINS: [&str; 2] = ["snyk.io", "snykgov.io"];
/// The prefixes of the hosts of the browser pages and of the API.
pub(super) const APP: &str = "app.";
pub(super) const API: &str = "api.";
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

/// Checks that an address is a base to which paths can be appended, for its role.
pub(super) fn check_base(url: &Url, role: &str) -> Result<(), String> {
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
pub(super) fn snyk_domain(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| is_of_snyk(host))?;
    let host = host.trim_end_matches('.');
    let domain = host.strip_prefix(APP).or_else(|| host.strip_prefix(API))?;
    Some(domain.to_owned())
}

/// Returns the host of Snyk's that another host nearly equals: a typing error would send the client
/// secret there.
pub(super) fn looks_like_snyk(url: &Url) -> Option<&'static str> {
    let host = url.host_str().filter(|host| !is_of_snyk(host))?;
    let bare = |url: &'static str| url.strip_prefix("https://").unwrap_or(url);
    let known = REGIONS
        .iter()
        .flat_map(|(_, app, api)| [bare(app), bare(api)]);
    nearest(host, known, 2)
}
