//! The `create-app` command: registers an app at Snyk and writes `.env`.
//!
//! Everything that can be checked is checked before the app is created: the input ([`draft`]), the
//! token's region, and that `.env` can be written ([`dot_env`]). Between the request that creates
//! the app and the written file, signals are deferred, since the client secret is shown only once.

mod dot_env;
mod draft;
mod failure;
mod questions;
mod report;

use std::{collections::BTreeMap, path::Path, process::ExitCode};

use clap::Args;

use self::{
    dot_env::{CannotWrite, DotEnv, Values},
    draft::{AppArguments, Draft, Problem},
    failure::Failure,
    report::{Created, warn},
};
use super::{
    ENV_FILE,
    api_token::{self, NoToken, TokenArguments},
    prompt,
    region::{Chosen, RegionArgument},
    signals::StopSignals,
};
use crate::{apps_api::AppsApi, config::raw::Raw};

/// The end of the help text.
pub(super) const EXAMPLES: &str = "\
Examples:
  Answer questions:
    snyk-app create-app

  In a script, with the API token in SNYK_TOKEN:
    snyk-app create-app --org-id 4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11 --name Fathom \\
      --redirect-uri http://localhost:3000/callback \\
      --scopes org.read,org.project.read,org.project.snapshot.read

  With the API token from a password manager:
    pass snyk/token | snyk-app create-app --token-file - --region eu-01 ...";

/// The arguments of the command.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    app: AppArguments,
    #[command(flatten)]
    region: RegionArgument,
    #[command(flatten)]
    token: TokenArguments,
    /// Write into an existing `.env`. A backup is kept, and its `ENCRYPTION_SECRET`, comments and
    /// other variables stay.
    #[arg(long)]
    force: bool,
    /// Print the result as JSON on standard output.
    #[arg(long)]
    json: bool,
}

/// Registers the app, and returns the exit code.
pub(super) async fn run(arguments: Arguments) -> ExitCode {
    let outcome = create(&arguments, Path::new(ENV_FILE)).await;
    report::print(outcome, arguments.json)
}

async fn create(arguments: &Arguments, env_file: &Path) -> Result<Created, Failure> {
    let (mut draft, mut problems) = Draft::parse(&arguments.app);
    let raw = Raw::read(env_file, BTreeMap::new())?;
    let token = arguments.token.find(&raw)?;
    let is_incomplete = token.is_none() || draft.is_incomplete();
    let asks = is_incomplete && prompt::is_possible();
    if !asks {
        let given: Vec<_> = problems.iter().map(|problem| problem.source).collect();
        let missing = draft.missing();
        problems.extend(missing.filter(|problem| !given.contains(&problem.source)));
        if token.is_none() {
            problems.push(Problem {
                source: api_token::VARIABLE,
                what: NoToken::Missing.to_string(),
            });
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Invalid(problems));
    }
    let force = match dot_env::check(env_file, arguments.force) {
        Err(CannotWrite::Exists) if asks => {
            if !questions::overwrite()? {
                return Err(CannotWrite::Exists.into());
            }
            dot_env::check(env_file, true)?;
            true
        }
        checked => {
            checked?;
            arguments.force
        }
    };
    for warning in arguments
        .token
        .warning()
        .into_iter()
        .chain(draft.warnings())
    {
        warn(warning);
    }

    let token = match token {
        Some(token) => token,
        None => arguments.token.read(&raw)?,
    };
    let mut chosen = arguments.region.choose(env_file, &token)?;
    if asks && !chosen.is_named {
        let region = Some(questions::region()?);
        chosen = RegionArgument { region }.choose(env_file, &token)?;
    }
    let Chosen {
        provider, warnings, ..
    } = chosen;
    for warning in &warnings {
        warn(warning);
    }
    let api = AppsApi::new(&provider.api_url, &token)?;
    if asks {
        if draft.org.is_none() {
            let orgs = api.orgs().await.map_err(Failure::Orgs)?;
            draft.org = Some(questions::org(orgs)?);
        }
        questions::rest(&mut draft)?;
        if !questions::confirm(&draft, &provider, force)? {
            return Err(Failure::declined());
        }
    }
    let (org, app) = draft.complete().map_err(Failure::Invalid)?;

    // From here on, a signal waits: the app would exist, and nobody would have its secret.
    let _deferred_signals = StopSignals::listen().map_err(Failure::Signals)?;
    let dot_env = DotEnv::prepare(env_file, force)?;
    let created = api.create(&org, &app).await.map_err(Failure::Api)?;
    let values = Values {
        client_id: created.app.client_id.as_deref(),
        client_secret: &created.client_secret,
        redirect_uri: &app.redirect_uris[0],
        scopes: &app.scopes,
        provider: &provider,
    };
    let outcome = dot_env.write(&values);
    let overridden = match &outcome {
        Ok(written) => overridden(env_file, &written.names),
        Err(_) => Vec::new(),
    };
    Ok(Created {
        registered: created,
        org,
        region: provider.region,
        outcome,
        overridden,
    })
}

/// Returns which variables the environment sets to another value than the file.
fn overridden(env_file: &Path, names: &[&'static str]) -> Vec<&'static str> {
    let Ok(raw) = Raw::read(env_file, BTreeMap::new()) else {
        return Vec::new();
    };
    let names = names.iter().copied();
    names.filter(|name| raw.is_overridden(name)).collect()
}
