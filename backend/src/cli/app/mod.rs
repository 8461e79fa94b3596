//! The `app` command: lists, shows, changes and deletes registered apps, and rotates their client
//! secret.

mod access;
mod failure;
mod output;
mod rotate_secret;
mod secret_place;
mod session;

use std::{path::Path, process::ExitCode};

use clap::{Args, Subcommand};
use serde_json::json;
use url::Url;

use self::{
    access::{Access, Named},
    failure::Failure,
    output::Output,
    session::Session,
};
use super::{ENV_FILE, prompt, token_lifetime};
use crate::apps_api::AppChanges;

/// The end of the help text.
pub(super) const EXAMPLES: &str = "\
Examples, with the API token in SNYK_TOKEN:
  snyk-app app list --org-id 4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11
  snyk-app app show --org-id 4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11
  snyk-app app rotate-secret --org-id 4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11

Without an app's id, it is the app whose CLIENT_ID is in the environment or in `.env`.";

/// The arguments of the command.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the apps that an organization owns.
    List(Access),
    /// Show an app as Snyk has it registered.
    Show(Named),
    /// Change an app's name, redirect URIs or token lifetime. Its scopes and context never change.
    Update(Update),
    /// Replace the client secret without a failed request of running servers.
    ///
    /// A second secret is created at Snyk, written to `CLIENT_SECRET_FILE`, or else to `.env`, and
    /// tried. Running servers read that file again by themselves. Then the former secret is deleted
    /// at Snyk. Servers that have the secret from `.env` must be restarted in between: for these,
    /// the former secret stays valid until `--delete-old`.
    RotateSecret(rotate_secret::Arguments),
    /// Delete an app, its secrets, and the access of everyone who installed it.
    Delete(Delete),
}

#[derive(Args, Debug)]
struct Update {
    #[command(flatten)]
    named: Named,
    /// The name that people see when they are asked for their consent.
    #[arg(long, value_parser = name)]
    name: Option<String>,
    /// All redirect URIs, which replace the former ones. May be given several times.
    #[arg(
        long = "redirect-uri",
        aliases = ["redirect-uris", "redirectUris"],
        value_name = "URI",
        value_parser = redirect_uri
    )]
    redirect_uris: Vec<String>,
    /// How long an access token is valid, from 3600 seconds (1h) to 86400 (24h).
    #[arg(
        long,
        alias = "access-token-ttl-seconds",
        value_name = "TIME",
        value_parser = lifetime
    )]
    access_token_ttl: Option<u64>,
}

#[derive(Args, Debug)]
struct Delete {
    #[command(flatten)]
    named: Named,
    /// The app's name, as the confirmation of a script. A terminal asks for it.
    #[arg(long, value_name = "NAME", conflicts_with = "yes")]
    confirm: Option<String>,
    /// Delete the app without a confirmation.
    #[arg(long)]
    yes: bool,
}

impl Action {
    fn access(&self) -> &Access {
        match self {
            Self::List(access) => access,
            Self::Show(named) => &named.access,
            Self::Update(update) => &update.named.access,
            Self::RotateSecret(arguments) => &arguments.named.access,
            Self::Delete(delete) => &delete.named.access,
        }
    }
}

/// Does it, and returns the exit code.
pub(super) async fn run(Arguments { action }: Arguments) -> ExitCode {
    let access = action.access();
    let outcome = match Session::open(access, Path::new(ENV_FILE)) {
        Ok(session) => act(&action, &session).await,
        Err(failure) => Err(failure),
    };
    output::print(outcome, access.json)
}

async fn act(action: &Action, session: &Session) -> Result<Output, Failure> {
    match action {
        Action::List(access) => Ok(Output::apps(&session.api.apps(&access.org_id).await?)),
        Action::Show(named) => Ok(Output::app(&session.find(named.app.as_ref()).await?)),
        Action::Update(update) => update.run(session).await,
        Action::RotateSecret(arguments) => rotate_secret::run(arguments, session).await,
        Action::Delete(delete) => delete.run(session).await,
    }
}

impl Update {
    async fn run(&self, session: &Session) -> Result<Output, Failure> {
        let changes = AppChanges {
            name: self.name.clone(),
            redirect_uris: (!self.redirect_uris.is_empty()).then(|| self.redirect_uris.clone()),
            access_token_ttl_seconds: self.access_token_ttl,
        };
        if changes.is_empty() {
            return Err(Failure::NoChange);
        }
        let app = session.find(self.named.app.as_ref()).await?;
        let app = session.api.update(&session.org, &app.id, &changes).await?;
        Ok(Output::app(&app))
    }
}

impl Delete {
    async fn run(&self, session: &Session) -> Result<Output, Failure> {
        let app = session.find(self.named.app.as_ref()).await?;
        let confirmed = match &self.confirm {
            Some(name) => *name == app.name,
            None if self.yes => true,
            None if prompt::is_possible() => {
                prompt::name_of_deleted_app(app.id.as_str())? == app.name
            }
            None => return Err(Failure::Unconfirmed(app.name)),
        };
        if !confirmed {
            return Err(Failure::OtherName(app.name));
        }
        session.api.delete(&session.org, &app.id).await?;
        Ok(Output {
            text: format!(
                "Deleted {} ({}) with its secrets and installs.",
                output::plain(&app.name),
                app.id
            ),
            json: json!({"deleted": app}),
        })
    }
}

fn name(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("a name is expected");
    }
    Ok(text.to_owned())
}

fn redirect_uri(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).map_err(|_| "an address is expected")?;
    if url.fragment().is_some() {
        return Err("it has a fragment, which RFC 6749 section 3.1.2 forbids");
    }
    Ok(text.to_owned())
}

fn lifetime(text: &str) -> Result<u64, String> {
    token_lifetime::parse(text)?
        .ok_or_else(|| "Snyk accepts 3600 seconds (1h) to 86400 (24h)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_changes_are_refused_before_anything_is_sent() {
        assert_eq!(lifetime("3600"), Ok(3_600));
        assert_eq!(lifetime("2h"), Ok(7_200));
        for text in ["59m", "86401", "-1", "soon"] {
            assert!(lifetime(text).is_err(), "{text}");
        }
        assert!(redirect_uri("https://app.example/callback").is_ok());
        for text in ["/callback", "https://app.example/#x"] {
            assert!(redirect_uri(text).is_err(), "{text}");
        }
        assert!(name(" ").is_err());
    }
}
