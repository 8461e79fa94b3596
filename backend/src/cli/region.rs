//! Which Snyk a command talks to: `--region`, the configuration, or the API token's own region.

use std::{collections::BTreeMap, path::Path};

use clap::Args;

use crate::{
    apps_api::ApiToken,
    config::{
        problems::Report,
        provider::Provider,
        raw::Raw,
        reader::Reader,
        regions::{self, REGIONS},
    },
};

/// The variables that name a Snyk.
const VARIABLES: [&str; 3] = ["SNYK_REGION", "SNYK_API_URL", "SNYK_APP_URL"];

/// Which Snyk to talk to.
#[derive(Args, Debug, Default)]
pub(super) struct RegionArgument {
    /// Snyk's region: us-01, us-02, eu-01, au-01 or gov-01.
    ///
    /// Without this, it is that of `SNYK_REGION` or `SNYK_API_URL` in the environment or in `.env`, or
    /// else the region of a personal access token, or else us-01.
    #[arg(long, value_name = "REGION", value_parser = parse)]
    pub(super) region: Option<&'static str>,
}

/// The error returned when it is not known to which Snyk a token may be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum CannotChoose {
    /// `.env` cannot be read.
    #[error("{0}")]
    Unreadable(#[from] env_file::Unreadable),
    /// The configured addresses have problems.
    #[error("{0}")]
    Configuration(Report),
    /// The token is of another Snyk, which would refuse it, and it is not shown to the wrong one.
    #[error(
        "The API token is one of {of_token}, and it would be sent to {chosen}: name the token's \
         region{}",
        hint(of_token)
    )]
    OtherRegion {
        /// The API host of the token.
        of_token: String,
        /// The API host that was chosen.
        chosen: String,
    },
}

/// The chosen provider.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) provider: Provider,
    /// Whether a flag, the configuration or the token names it, and not only the default.
    pub(super) is_named: bool,
    /// Warnings about the configuration.
    pub(super) warnings: Vec<String>,
}

impl RegionArgument {
    /// Chooses the provider for a token.
    pub(super) fn choose(&self, env_file: &Path, token: &ApiToken) -> Result<Chosen, CannotChoose> {
        let mut raw = Raw::read(env_file, self.region.map(overrides).unwrap_or_default())?;
        let of_token = token.api_host();
        let is_configured = VARIABLES.iter().any(|name| raw.get(name).is_some());
        let region_of_token = of_token.as_deref().and_then(regions::of_api_host);
        if let (false, Some(region)) = (is_configured, region_of_token) {
            raw = Raw::read(env_file, overrides(region))?;
        }
        // The server warns of these, and `create-app` makes `.env` private.
        raw.open_files.clear();
        let mut reader = Reader::new(&raw);
        let provider = Provider::read(&mut reader);
        let problems = reader.finish();
        let Some(provider) = provider.filter(|_| problems.is_empty()) else {
            return Err(CannotChoose::Configuration(problems.into_report()));
        };
        let chosen = provider.api_url.url().host_str().unwrap_or_default();
        match of_token {
            Some(of_token) if of_token != chosen => Err(CannotChoose::OtherRegion {
                chosen: chosen.to_owned(),
                of_token,
            }),
            _ => Ok(Chosen {
                provider,
                is_named: is_configured || region_of_token.is_some(),
                warnings: problems.into_warnings(),
            }),
        }
    }
}

/// Parses a region, also as Snyk's documentation writes it: `SNYK-EU-01`.
fn parse(text: &str) -> Result<&'static str, String> {
    let lower = text.trim().to_ascii_lowercase();
    let name = lower.strip_prefix("snyk-").unwrap_or(&lower);
    regions::find(name).map(|(name, ..)| name)
}

/// Returns the variables that choose a region, whatever else is configured.
fn overrides(region: &'static str) -> BTreeMap<&'static str, String> {
    let mut overrides: BTreeMap<_, _> = VARIABLES.map(|name| (name, String::new())).into();
    overrides.insert("SNYK_REGION", region.to_owned());
    overrides
}

/// Returns the flag for the region of an API host.
fn hint(host: &str) -> String {
    match regions::of_api_host(host) {
        Some(region) => format!(" with --region {region}"),
        None => format!(" with SNYK_API_URL=https://{host}"),
    }
}

/// Returns every region with the address of its pages.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    REGIONS.into_iter().map(|(name, app, _)| (name, app))
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn token(host: Option<&str>) -> ApiToken {
        let Some(host) = host else {
            return "5a0dbd0c-0b0e-4b5e-9c1e-5a4db0c5a4db".parse().unwrap();
        };
        let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"h":"{host}"}}"#));
        format!("snyk_uat.1a2b3c4d.{payload}.signature")
            .parse()
            .unwrap()
    }

    fn choose(
        env: &str,
        region: Option<&'static str>,
        host: Option<&str>,
    ) -> Result<(String, bool), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, env).unwrap();
        RegionArgument { region }
            .choose(&path, &token(host))
            .map(|chosen| (chosen.provider.region, chosen.is_named))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_flag_goes_before_the_configuration_and_that_before_the_token() {
        let eu = Some("api.eu.snyk.io");
        for (env, region, host, chosen) in [
            ("", None, None, ("us-01", false)),
            ("", Some("au-01"), None, ("au-01", true)),
            ("SNYK_REGION=us-02\n", None, None, ("us-02", true)),
            ("SNYK_REGION=us-02\n", Some("au-01"), None, ("au-01", true)),
            (
                "SNYK_API_URL=http://127.0.0.1:9\nSNYK_APP_URL=http://127.0.0.1:9\n",
                None,
                None,
                ("sandbox", true),
            ),
            (
                "SNYK_API_URL=http://127.0.0.1:9\nSNYK_APP_URL=http://127.0.0.1:9\n",
                Some("eu-01"),
                eu,
                ("eu-01", true),
            ),
            ("", None, eu, ("eu-01", true)),
            ("", Some("eu-01"), eu, ("eu-01", true)),
        ] {
            let found = choose(env, region, host).unwrap();
            assert_eq!((found.0.as_str(), found.1), chosen, "{env} {region:?}");
        }
    }

    #[test]
    fn a_token_of_another_region_is_not_sent() {
        let eu = Some("api.eu.snyk.io");
        for (env, region) in [("", Some("us-01")), ("SNYK_REGION=us-01\n", None)] {
            let why = choose(env, region, eu).unwrap_err();
            assert!(why.ends_with("with --region eu-01"), "{why}");
        }
        let why = choose("", None, Some("api.private.snyk.io")).unwrap_err();
        assert!(
            why.contains("SNYK_API_URL=https://api.private.snyk.io"),
            "{why}"
        );
    }

    #[test]
    fn a_region_is_read_as_snyks_documentation_writes_it() {
        assert_eq!(parse("SNYK-EU-01"), Ok("eu-01"));
        assert!(parse("eu-1").unwrap_err().contains("did you mean eu-01?"));
    }
}
