//! Why an `app` command failed.

use std::{error::Error, io, path::PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::secret_place::PlaceError;
use crate::{
    apps_api::{ApiError, Id},
    cli::{api_token::NoToken, prompt::CannotAsk, region::CannotChoose},
    http_client::CannotMake,
    oauth::ProviderError,
    provider::snyk,
};

/// The reason why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// `.env` cannot be read.
    #[error("{0}")]
    EnvFile(#[from] env_file::Unreadable),
    /// There is no API token.
    #[error(transparent)]
    Token(#[from] NoToken),
    /// It is not known to which region the token may be sent.
    #[error(transparent)]
    Region(#[from] CannotChoose),
    /// No HTTP client can be made.
    #[error(transparent)]
    Client(#[from] CannotMake),
    /// The client secret cannot be tried.
    #[error(transparent)]
    Snyk(#[from] snyk::CannotMake),
    /// Snyk refused a request, or was not reached.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// A question was not answered.
    #[error(transparent)]
    Prompt(#[from] CannotAsk),
    /// Neither the command line nor the configuration names an app.
    #[error(
        "no app is named: give its id or client id, or set CLIENT_ID (`snyk-app app list` shows the \
         ids)"
    )]
    NoApp,
    /// The organization does not own the app of the configuration.
    #[error(
        "the organization {org} owns no app with the client id {client_id} of CLIENT_ID: check \
         --org-id and the region (`snyk-app app list` shows its apps)"
    )]
    NotOwned {
        /// The client id.
        client_id: Id,
        /// The organization.
        org: Id,
    },
    /// Nothing is to be changed.
    #[error("nothing is to be changed: give --name, --redirect-uri or --access-token-ttl")]
    NoChange,
    /// A script has not confirmed the deletion.
    #[error("nothing was deleted: confirm it with --confirm and the app's name, {0:?}")]
    Unconfirmed(String),
    /// The confirmation is not the app's name.
    #[error("nothing was deleted: the app's name is {0:?}")]
    OtherName(String),
    /// The place of the client secret cannot be read or written. Nothing was changed.
    #[error("no secret was rotated: {0}")]
    Place(#[from] PlaceError),
    /// An earlier rotation has not been finished.
    #[error(
        "an earlier rotation is not finished: {} holds a former secret. Delete it at Snyk with \
         `snyk-app app rotate-secret --delete-old`",
        .0.display()
    )]
    Unfinished(PathBuf),
    /// There is no former secret to delete.
    #[error("there is no former secret to delete: {} does not exist", .0.display())]
    NothingFormer(PathBuf),
    /// The app has no client id, so that its secret cannot be tried.
    #[error(
        "the app has no client id: only apps that people sign in to can rotate their secret here"
    )]
    NoClientId,
    /// A second secret may have been created, and nobody knows it.
    #[error(
        "nothing has changed here, and it is unknown whether Snyk created a second secret: try again, \
         and if Snyk then says that it cannot update secrets, delete the unknown one at Snyk"
    )]
    MaybeCreated(#[source] ApiError),
    /// Signals cannot be deferred while a new secret is known to this process only.
    #[error("signals cannot be taken over")]
    Signals(#[source] io::Error),
    /// A signal arrived before the former secret was deleted.
    #[error(
        "interrupted: the new secret is in its place, and the former one stays valid until you run \
         `snyk-app app rotate-secret --delete-old`"
    )]
    Interrupted,
    /// The new secret could not be written, and was deleted at Snyk again.
    #[error(
        "the new secret could not be written, and was deleted at Snyk again: nothing has changed"
    )]
    Undone(#[source] PlaceError),
    /// The new secret could neither be written nor deleted.
    #[error("the new secret could not be written ({place}), and not be deleted at Snyk either")]
    NotSaved {
        /// The new secret, which is shown once.
        secret: SecretString,
        /// Why it could not be written.
        place: Box<PlaceError>,
        /// Why it could not be deleted.
        #[source]
        api: Box<ApiError>,
    },
    /// Snyk does not accept the secret that is in its place.
    #[error(
        "Snyk does not accept the secret in its place yet, so the former one was not deleted, and \
         both count: finish with `snyk-app app rotate-secret --delete-old`"
    )]
    NotAccepted(#[source] ProviderError),
    /// The former secret could not be deleted at Snyk.
    #[error(
        "the new secret is in use, and the former one could not be deleted at Snyk: repeat it with \
         `snyk-app app rotate-secret --delete-old`"
    )]
    NotDeleted(#[source] ApiError),
    /// The file of the former secret could not be removed.
    #[error("the former secret is deleted at Snyk, and its file could not be removed: {0}")]
    NotRemoved(PlaceError),
}

impl Failure {
    /// Returns the text for people.
    pub(super) fn told(&self) -> Zeroizing<String> {
        let mut told = Zeroizing::new(format!("snyk-app: {}", chain(self)));
        if let Self::NotSaved { secret, .. } = self {
            told.push_str("\n\nSave it now, Snyk never shows it again:\n  ");
            told.push_str(secret.expose_secret());
        }
        told
    }

    /// Returns the error for programs.
    pub(super) fn to_json(&self) -> Value {
        let mut told = match self {
            Self::Api(error) | Self::MaybeCreated(error) | Self::NotDeleted(error) => {
                error.to_json()
            }
            _ => json!({"kind": "failed"}),
        };
        told["message"] = json!(chain(self));
        if let Self::NotSaved { secret, .. } = self {
            told["client_secret"] = json!(secret.expose_secret());
        }
        json!({"error": told})
    }
}

/// Formats an error with its causes.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
