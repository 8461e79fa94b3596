//! The attributes of the app to create, as far as they are known, checked before anything is sent
//! (pure).

use std::fmt;

use clap::Args;
use env_file::text::{first_unseen, name_of};
use shared::scope::Scopes;
use url::Url;

use crate::{
    apps_api::{Context, Id, NewApp},
    cli::token_lifetime,
    config::{
        edit_distance::nearest,
        origin::is_loopback,
        redirect_uri::RedirectUri,
        scopes::{self, UnknownScope},
    },
};

/// The app to create. What is missing is asked for on a terminal.
#[derive(Args, Debug, Default)]
pub(super) struct AppArguments {
    /// The id of the organization that owns the app, from the organization's settings at Snyk.
    #[arg(long, alias = "orgId", value_name = "UUID")]
    pub(super) org_id: Option<String>,
    /// The app's name, which people see when they are asked for their consent.
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Where Snyk sends people back to, such as `http://localhost:3000/callback`.
    ///
    /// Of several, separated by spaces or commas, the first becomes `REDIRECT_URI`.
    #[arg(
        long = "redirect-uri",
        aliases = ["redirect-uris", "redirectUris"],
        value_name = "URI",
        num_args = 1..
    )]
    pub(super) redirect_uris: Vec<String>,
    /// What the app may do, separated by spaces or commas; org.read is always among them. Cannot be
    /// changed later.
    #[arg(long, alias = "scope", value_name = "SCOPE", num_args = 1..)]
    pub(super) scopes: Vec<String>,
    /// `tenant`: the app acts as a bot of an organization or group (the default). `user`: it acts as
    /// the person who installs it. Cannot be changed later.
    #[arg(long)]
    pub(super) context: Option<String>,
    /// How long an access token is valid, from 3600 seconds (1h) to 86400 (24h).
    #[arg(long, alias = "access-token-ttl-seconds", value_name = "TIME")]
    pub(super) access_token_ttl: Option<String>,
}

/// Something that is wrong with the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The flag, or another source of input.
    pub(super) source: &'static str,
    pub(super) what: String,
}

impl Problem {
    fn of(source: &'static str, what: impl fmt::Display) -> Self {
        let what = format!("{source} {what}");
        Self { source, what }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// An organization, with its name if it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChosenOrg {
    pub(super) id: Id,
    pub(super) name: Option<String>,
}

/// The app to create, as far as it is known. What is there is valid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) org: Option<ChosenOrg>,
    pub(super) name: Option<String>,
    pub(super) redirect_uris: Vec<String>,
    pub(super) scopes: Option<Scopes>,
    pub(super) context: Option<Context>,
    pub(super) access_token_ttl_seconds: Option<u64>,
    warnings: Vec<String>,
}

impl Draft {
    /// Checks the arguments. Returns all problems at once.
    pub(super) fn parse(arguments: &AppArguments) -> (Self, Vec<Problem>) {
        let mut draft = Self::default();
        let mut problems = Vec::new();
        if let Some(text) = &arguments.org_id {
            match text.parse() {
                Ok(id) => draft.org = Some(ChosenOrg { id, name: None }),
                Err(why) => problems.push(Problem::of("--org-id", format!("is not an id: {why}"))),
            }
        }
        if let Some(text) = &arguments.name {
            match check_name(text) {
                Ok(()) => draft.name = Some(text.trim().to_owned()),
                Err(why) => problems.push(Problem::of("--name", why)),
            }
        }
        draft.take_redirect_uris(&arguments.redirect_uris, &mut problems);
        if !arguments.scopes.is_empty() {
            draft.take_scopes(&arguments.scopes.join(" "), &mut problems);
        }
        if let Some(text) = &arguments.context {
            match parse_context(text) {
                Ok(context) => draft.context = Some(context),
                Err(why) => problems.push(Problem::of("--context", why)),
            }
        }
        if let Some(text) = &arguments.access_token_ttl {
            match parse_lifetime(text) {
                Ok(seconds) => draft.access_token_ttl_seconds = Some(seconds),
                Err(why) => problems.push(Problem::of("--access-token-ttl", why)),
            }
        }
        (draft, problems)
    }

    /// Returns whether a required part is missing.
    pub(super) fn is_incomplete(&self) -> bool {
        self.missing().next().is_some()
    }

    /// Returns a problem for each required part that is missing.
    pub(super) fn missing(&self) -> impl Iterator<Item = Problem> {
        [
            (
                self.org.is_none(),
                "--org-id",
                "the id of the organization that owns the app",
            ),
            (self.name.is_none(), "--name", "the name that people see"),
            (
                self.redirect_uris.is_empty(),
                "--redirect-uri",
                "for instance http://localhost:3000/callback",
            ),
            (
                self.scopes.is_none(),
                "--scopes",
                "for instance org.read,org.project.read",
            ),
        ]
        .into_iter()
        .filter(|(is_missing, ..)| *is_missing)
        .map(|(_, flag, what)| Problem::of(flag, format!("is missing: {what}")))
    }

    /// Returns what is valid and may surprise.
    pub(super) fn warnings(&self) -> impl Iterator<Item = &str> {
        self.warnings.iter().map(String::as_str)
    }

    /// Returns the organization and the app, or what is missing.
    pub(super) fn complete(self) -> Result<(Id, NewApp), Vec<Problem>> {
        let missing: Vec<_> = self.missing().collect();
        let complete = || {
            let app = NewApp {
                name: self.name?,
                redirect_uris: self.redirect_uris,
                scopes: self.scopes?.iter().map(ToOwned::to_owned).collect(),
                context: self.context.unwrap_or(Context::Tenant),
                access_token_ttl_seconds: self.access_token_ttl_seconds,
            };
            Some((self.org?.id, app))
        };
        complete().filter(|_| missing.is_empty()).ok_or(missing)
    }

    fn take_redirect_uris(&mut self, arguments: &[String], problems: &mut Vec<Problem>) {
        let uris = arguments
            .iter()
            .flat_map(|text| text.split(|c: char| c == ',' || c.is_whitespace()))
            .filter(|text| !text.is_empty());
        for uri in uris {
            let is_first = self.redirect_uris.is_empty();
            let checked = if is_first {
                check_redirect_uri(uri)
            } else {
                check_further_redirect_uri(uri)
            };
            if let Err(why) = checked {
                problems.push(Problem::of("--redirect-uri", format!("{uri} {why}")));
            } else if !is_first && is_plain_http(uri) {
                self.warnings.push(format!(
                    "--redirect-uri {uri} is http on another computer, where anyone on the way \
                     reads the code: use https"
                ));
            }
            if !self.redirect_uris.iter().any(|known| known == uri) {
                self.redirect_uris.push(uri.to_owned());
            }
        }
        if let [first, _, ..] = &*self.redirect_uris {
            self.warnings.push(format!(
                "Of the redirect URIs, .env gets the first one, {first}: a server uses one"
            ));
        }
        if !arguments.is_empty() && self.redirect_uris.is_empty() {
            problems.push(Problem::of("--redirect-uri", "is empty"));
        }
    }

    fn take_scopes(&mut self, text: &str, problems: &mut Vec<Problem>) {
        let requested = Scopes::parse(text);
        for scope in requested.iter() {
            match scopes::check(scope) {
                Ok(()) => {}
                // Snyk may have added it since.
                Err(why @ UnknownScope::Unlisted(None)) => self.warnings.push(format!(
                    "{scope} {why}: Snyk refuses the app if it does not know it"
                )),
                Err(why) => {
                    problems.push(Problem::of("--scopes", format!("has {scope}, which {why}")));
                }
            }
        }
        self.scopes = Some(with_mandatory(&requested));
    }
}

/// Returns the scopes with the mandatory one.
pub(super) fn with_mandatory(scopes: &Scopes) -> Scopes {
    Scopes::parse(&format!("{} {scopes}", scopes::MANDATORY))
}

/// Checks the name of an app.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    match first_unseen(name.trim()) {
        _ if name.trim().is_empty() => Err("is empty: it is the name that people see".to_owned()),
        Some(c) => Err(format!(
            "holds a character that nobody sees ({})",
            name_of(c)
        )),
        None => Ok(()),
    }
}

/// Checks the redirect URI that the server uses.
pub(super) fn check_redirect_uri(uri: &str) -> Result<(), &'static str> {
    RedirectUri::parse(uri.to_owned()).map(drop)
}

/// Checks a redirect URI of another server, whose path may differ.
fn check_further_redirect_uri(uri: &str) -> Result<(), &'static str> {
    let url = Url::parse(uri).map_err(|_| "is not an address")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is not an http or https address");
    }
    if url.fragment().is_some() {
        return Err("has a fragment, which RFC 6749 section 3.1.2 forbids");
    }
    match url.host_str() {
        Some(host) if host.contains('*') => Err("has a wildcard: Snyk compares the whole address"),
        _ => Ok(()),
    }
}

fn is_plain_http(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url))
}

fn parse_context(text: &str) -> Result<Context, String> {
    text.parse().map_err(|_| {
        let hint = nearest(&text.to_ascii_lowercase(), ["tenant", "user"], 2)
            .map(|known| format!(" (did you mean {known}?)"))
            .unwrap_or_default();
        format!("is neither tenant nor user{hint}")
    })
}

fn parse_lifetime(text: &str) -> Result<u64, String> {
    token_lifetime::parse(text)?
        .ok_or_else(|| "is not between 3600 seconds (1h) and 86400 (24h)".to_owned())
}

#[cfg(test)]
mod tests;
