//! The addresses of Snyk: hosts by region, or configured addresses that override them.

use url::Url;

use super::{
    base_url::BaseUrl,
    certificates,
    origin::is_loopback,
    reader::Reader,
    regions::{self, API, APP, REGIONS, check_base, looks_like_snyk, snyk_domain},
};

/// The OAuth server and API in use. Its addresses come from the configuration only; no input of a
/// browser or provider changes them.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The region's name; `sandbox` or `custom` if addresses are overridden.
    pub region: String,
    /// Whether it runs on this computer, as the sandbox does.
    pub sandbox: bool,
    /// Base of the browser pages.
    pub app_url: BaseUrl,
    /// Base of token endpoint, revocation endpoint, REST and v1.
    pub api_url: BaseUrl,
    /// The variable that `api_url` came from; `None` if it is the default.
    pub api_url_variable: Option<&'static str>,
}

impl Provider {
    /// Reads the section, or adds problems. Warns of missing certificates.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let provider = Self::read_addresses(reader)?;
        if provider.needs_certificates() {
            certificates::check(reader);
        }
        Some(provider)
    }

    fn read_addresses(reader: &mut Reader<'_>) -> Option<Self> {
        let named = reader.get("SNYK_REGION");
        let configured = [(APP, "SNYK_APP_URL"), (API, "SNYK_API_URL")]
            .map(|(role, variable)| (role, variable, reader.get(variable)));
        let region = named.as_deref().unwrap_or("us-01");
        let (app, api) = match regions::find(region) {
            Ok((_, app, api)) => (app, api),
            Err(why) => {
                reader.problems.add("SNYK_REGION", why);
                return None;
            }
        };
        let [app_set, api_set] = configured.map(|(role, variable, text)| match text {
            Some(_) => base(reader, role, variable).map(Some),
            None => Ok(None),
        });
        let (app_set, api_set) = (app_set.ok()?, api_set.ok()?);
        // Without a named region, a missing address is derived from the other one's region.
        let derived = |other: Option<&Url>, role: &str| {
            let domain = other.and_then(snyk_domain).filter(|_| named.is_none())?;
            Url::parse(&format!("https://{role}{domain}")).ok()
        };
        let default = |text| Url::parse(text).ok();
        let derived_api = derived(app_set.as_ref(), API);
        let api_url_variable = match (&api_set, &derived_api) {
            (Some(_), _) => Some("SNYK_API_URL"),
            (None, Some(_)) => Some("SNYK_APP_URL"),
            (None, None) => named.as_ref().map(|_| "SNYK_REGION"),
        };
        let app = app_set
            .clone()
            .or_else(|| derived(api_set.as_ref(), APP))
            .or_else(|| default(app))?;
        let api = api_set.clone().or(derived_api).or_else(|| default(api))?;
        if app_set.is_some() != api_set.is_some() && snyk_domain(&app) != snyk_domain(&api) {
            reader.problems.warn(
                "only one of SNYK_API_URL and SNYK_APP_URL is set: a code of one Snyk is of no use \
                 at another",
            );
        }
        if let (Some(of_app), Some(of_api)) = (snyk_domain(&app), snyk_domain(&api))
            && of_app != of_api
        {
            reader.problems.add(
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
        let urls = (BaseUrl::of(app), BaseUrl::of(api));
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
            api_url_variable,
        })
    }

    /// Returns whether the API uses https.
    #[must_use]
    pub fn needs_certificates(&self) -> bool {
        self.api_url.url().scheme() == "https"
    }

    /// Returns the address that a login sends the browser to.
    #[must_use]
    pub fn authorization_endpoint(&self) -> String {
        format!("{}/oauth2/authorize", self.app_url.as_str())
    }

    /// Returns the address that exchanges codes and refresh tokens.
    #[must_use]
    pub fn token_endpoint(&self) -> Url {
        self.api_url.join("/oauth2/token")
    }

    /// Returns the address that revokes refresh tokens.
    #[must_use]
    pub fn revocation_endpoint(&self) -> Url {
        self.api_url.join("/oauth2/revoke")
    }
}

/// Reads the base address of a variable that is set.
fn base(reader: &mut Reader<'_>, role: &str, variable: &'static str) -> Result<Url, ()> {
    let url = reader.url(variable, "").ok_or(())?;
    let problems = &mut reader.problems;
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
    Ok(url)
}
