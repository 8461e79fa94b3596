//! The `app rotate-secret` command: create a second secret, hand it over, try it, delete the former
//! one. At every moment, the secret that servers read is one that Snyk accepts.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use domain::vault::secret::RefreshToken;
use http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{
    access::Named,
    failure::Failure,
    output::{Output, plain},
    secret_place::SecretPlace,
    session::Session,
};
use crate::{
    apps_api::App,
    cli::signals::StopSignals,
    clock::SystemClock,
    config::secret_file::ClientSecret,
    oauth::{Credentials, ProviderError},
    provider::{ProviderClient as _, snyk::Snyk},
};

/// How long Snyk may take to accept a new secret.
const MAX_ATTEMPTS: u32 = 10;
/// The time between two attempts.
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);
/// A token that no provider has issued. Its revocation tells whether the secret is accepted, and has
/// no effect (RFC 7009 section 2.2).
const UNKNOWN_TOKEN: &str = "snyk-app-tries-its-client-secret";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) named: Named,
    /// The file with the client secret, in place of `CLIENT_SECRET_FILE`.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Only create the second secret and write it. The former one stays valid.
    #[arg(long, conflicts_with = "delete_old")]
    create_only: bool,
    /// Only delete the former secret at Snyk, which an earlier run has kept.
    #[arg(long)]
    delete_old: bool,
    /// How many seconds to wait before the former secret is deleted, for requests that are on their
    /// way and for files that reach servers later.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    wait: u64,
}

/// Rotates the secret, or does a part of it.
pub(super) async fn run(arguments: &Arguments, session: &Session) -> Result<Output, Failure> {
    let named = arguments.secret_file.as_deref();
    let place = SecretPlace::find(named, &session.raw, &session.env_file)?;
    let app = session.find(arguments.named.app.as_ref()).await?;
    let rotation = Rotation {
        session,
        client_id: app.client_id.clone().ok_or(Failure::NoClientId)?,
        app,
        place,
    };
    if arguments.delete_old {
        return rotation.delete_former().await;
    }
    // From here on, a signal waits until the new secret is in its place.
    let mut deferred_signals = StopSignals::listen().map_err(Failure::Signals)?;
    rotation.create().await?;
    if arguments.create_only || !rotation.place.is_read_again() {
        return Ok(rotation.created());
    }
    tokio::select! {
        () = tokio::time::sleep(Duration::from_secs(arguments.wait)) => {}
        _ = deferred_signals.next() => return Err(Failure::Interrupted),
    }
    rotation.delete_former().await
}

/// A rotation of an app's secret.
struct Rotation<'a> {
    session: &'a Session,
    app: App,
    client_id: String,
    place: SecretPlace,
}

impl Rotation<'_> {
    /// Creates the second secret and writes it to its place.
    async fn create(&self) -> Result<(), Failure> {
        if self.place.former_path().exists() {
            return Err(Failure::Unfinished(self.place.former_path()));
        }
        let former = self.place.current()?;
        // Everything that can fail here fails before the secret exists.
        let prepared = self.place.prepare()?;
        self.place.keep_former(&former)?;
        let Session { api, org, .. } = self.session;
        let created = match api.create_secret(org, &self.app.id).await {
            Ok(created) => created,
            Err(error) => {
                self.place.forget_former()?;
                return Err(if error.may_have_worked() {
                    Failure::MaybeCreated(error)
                } else {
                    error.into()
                });
            }
        };
        let secret = created.client_secret;
        let Err(why) = prepared.commit(&secret) else {
            return self.accepted(&secret).await;
        };
        self.place.forget_former()?;
        match api.delete_secret(org, &self.app.id, &secret).await {
            Ok(()) => Err(Failure::Undone(why)),
            Err(api) => Err(Failure::NotSaved {
                secret,
                place: Box::new(why),
                api: Box::new(api),
            }),
        }
    }

    /// Deletes the former secret at Snyk, once the current one is accepted.
    async fn delete_former(&self) -> Result<Output, Failure> {
        let nothing = || Failure::NothingFormer(self.place.former_path());
        let former = self.place.former()?.ok_or_else(nothing)?;
        let current = self.place.current()?;
        if current.expose_secret() == former.expose_secret() {
            return Err(nothing());
        }
        self.accepted(&current).await?;
        let Session { api, org, .. } = self.session;
        match api.delete_secret(org, &self.app.id, &former).await {
            Ok(()) => {}
            // Deleted already: a former run was interrupted after it, or a person did it.
            Err(error) if error.is_status(StatusCode::NOT_FOUND) => {}
            Err(error) => return Err(Failure::NotDeleted(error)),
        }
        self.place.forget_former().map_err(Failure::NotRemoved)?;
        Ok(Output {
            text: format!(
                "Rotated the client secret of {}: {} holds the new one, and the former one is \
                 deleted at Snyk.",
                plain(&self.app.name),
                self.place.path().display()
            ),
            json: self.json("deleted"),
        })
    }

    /// Waits until Snyk accepts a secret.
    async fn accepted(&self, secret: &SecretString) -> Result<(), Failure> {
        let credentials = Credentials {
            client_id: self.client_id.clone(),
            client_secret: ClientSecret::of_value(secret.clone()),
            redirect_uri: String::new(),
        };
        let snyk = Snyk::new(&self.session.provider, &credentials, Arc::new(SystemClock))?;
        let unknown = RefreshToken::new(UNKNOWN_TOKEN.to_owned());
        let mut attempts = 0;
        loop {
            attempts += 1;
            match snyk.revoke(&unknown).await {
                // Also if only the token was rejected, the credentials were accepted.
                Ok(()) | Err(ProviderError::GrantRejected { .. }) => return Ok(()),
                Err(error) if attempts == MAX_ATTEMPTS => return Err(Failure::NotAccepted(error)),
                Err(_) => tokio::time::sleep(BETWEEN_ATTEMPTS).await,
            }
        }
    }

    fn created(&self) -> Output {
        let path = self.place.path().display();
        let next = if self.place.is_read_again() {
            "Running servers read it by themselves."
        } else {
            "Restart the servers, so that they read it."
        };
        Output {
            text: format!(
                "Created a second client secret of {}, and wrote it to {path}. {next}\nThe former \
                 one is in {} and stays valid. Then delete it with `snyk-app app rotate-secret \
                 --delete-old`.",
                plain(&self.app.name),
                self.place.former_path().display()
            ),
            json: self.json("kept"),
        }
    }

    fn json(&self, former: &str) -> serde_json::Value {
        json!({
            "app": self.app,
            "secret_place": self.place.path(),
            "former_secret": former,
        })
    }
}
