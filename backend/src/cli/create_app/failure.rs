//! The failures of the command, for people and for programs.

use std::{error::Error, io, process::ExitCode};

use serde_json::{Value, json};

use super::{dot_env::CannotWrite, draft::Problem};
use crate::{
    apps_api::ApiError,
    cli::{api_token::NoToken, prompt::CannotAsk, region::CannotChoose},
    http_client::CannotMake,
};

/// The exit code of a command that a person ended with Ctrl-C, as shells have it.
const INTERRUPTED: u8 = 130;

/// Why no app was created. If the app exists and its secret could not be saved, that is
/// [`Created`](super::report::Created) instead.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The input is wrong or incomplete.
    #[error("{}", list(.0))]
    Invalid(Vec<Problem>),
    /// `.env` cannot be read.
    #[error(transparent)]
    Unreadable(#[from] env_file::Unreadable),
    /// `.env` cannot be written.
    #[error(transparent)]
    DotEnv(#[from] CannotWrite),
    /// There is no API token.
    #[error(transparent)]
    Token(#[from] NoToken),
    /// It is not known which Snyk to use.
    #[error(transparent)]
    Region(#[from] CannotChoose),
    /// The HTTP client cannot be created.
    #[error(transparent)]
    Client(#[from] CannotMake),
    /// A question has no answer.
    #[error(transparent)]
    Question(#[from] CannotAsk),
    /// The organizations cannot be read.
    #[error("The organizations of this API token cannot be read")]
    Orgs(#[source] ApiError),
    /// The token has access to no organization.
    #[error("This API token has access to no organization: use one of a member of an organization")]
    NoOrg,
    /// Signals cannot be deferred.
    #[error("signals cannot be taken over")]
    Signals(#[source] io::Error),
    /// The app was not created, or it is not known.
    #[error("The app was not created{}", doubt(.0))]
    Api(#[source] ApiError),
}

impl Failure {
    /// Returns the failure of a person who does not want to create the app.
    pub(super) fn declined() -> Self {
        Self::Question(CannotAsk::Cancelled)
    }

    /// Returns the exit code.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Question(CannotAsk::Cancelled)
            | Self::Token(NoToken::Prompt(CannotAsk::Cancelled)) => INTERRUPTED.into(),
            _ => ExitCode::FAILURE,
        }
    }

    /// Returns the failure with its causes, in one text.
    pub(super) fn told(&self) -> String {
        let causes = std::iter::successors(self.source(), |cause| (*cause).source());
        causes.fold(self.to_string(), |text, cause| format!("{text}: {cause}"))
    }

    /// Returns the kind of a failure that is not one of Snyk's.
    fn kind(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Unreadable(_) | Self::DotEnv(_) => "env_file",
            Self::Token(_) => "token",
            Self::Region(_) => "region",
            Self::Question(_) => "cancelled",
            Self::NoOrg => "no_organization",
            Self::Client(_) | Self::Signals(_) | Self::Orgs(_) | Self::Api(_) => "failed",
        }
    }

    /// Returns the failure for programs.
    pub(super) fn to_json(&self) -> Value {
        let mut error = match self {
            Self::Api(error) | Self::Orgs(error) => error.to_json(),
            _ => json!({"kind": self.kind()}),
        };
        error["message"] = json!(self.told());
        if let Self::Invalid(problems) = self {
            let problems = problems.iter().map(ToString::to_string);
            error["problems"] = problems.collect::<Vec<_>>().into();
        }
        json!({ "error": error })
    }
}

fn list(problems: &[Problem]) -> String {
    let lines = problems.iter().map(|problem| format!("\n  {problem}"));
    format!(
        "The app cannot be created like this:{}",
        lines.collect::<String>()
    )
}

fn doubt(error: &ApiError) -> &'static str {
    if error.may_have_worked() {
        ", or its answer was lost: `snyk-app app list` tells whether it exists, and its secret is \
         shown once only, so delete it and create it again"
    } else {
        ""
    }
}
