//! Questions on a terminal, with the crate `inquire`. Nothing that is typed here reaches a shell's
//! history.

use std::io::{self, IsTerminal as _};

use inquire::{
    InquireError, Password, PasswordDisplayMode, Text,
    validator::{ErrorMessage, Validation},
};
use zeroize::Zeroizing;

use crate::apps_api::ApiToken;

/// The error returned when a question has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CannotAsk {
    /// The person pressed Ctrl-C or Esc.
    #[error("Cancelled. Nothing was changed")]
    Cancelled,
    /// The terminal failed.
    #[error("The terminal cannot be used")]
    Terminal(#[source] InquireError),
}

impl From<InquireError> for CannotAsk {
    fn from(error: InquireError) -> Self {
        match error {
            InquireError::OperationCanceled | InquireError::OperationInterrupted => Self::Cancelled,
            error => Self::Terminal(error),
        }
    }
}

/// Returns whether there is a person to ask: standard input and standard error are a terminal.
pub(super) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for an API token, whose characters are not shown.
pub(super) fn api_token() -> Result<ApiToken, CannotAsk> {
    let text = Password::new("API token:")
        .with_help_message("from your account settings at Snyk; it is used now and not stored")
        .with_display_mode(PasswordDisplayMode::Masked)
        .without_confirmation()
        .with_validator(|text: &str| Ok(validation(text.parse::<ApiToken>().map(drop))))
        .prompt()
        .map(Zeroizing::new)?;
    text.parse()
        .map_err(|_| CannotAsk::Terminal(InquireError::NotTTY))
}

/// Asks for the name of an app, as the confirmation that it is to be deleted.
pub(super) fn name_of_deleted_app(id: &str) -> Result<String, CannotAsk> {
    let question = format!("Name of the app {id}, to delete it:");
    let help = "its secrets and the access of everyone who installed it are deleted with it";
    Ok(Text::new(&question).with_help_message(help).prompt()?)
}

/// Converts the result of a check for a prompt.
pub(super) fn validation<E: ToString>(result: Result<(), E>) -> Validation {
    match result {
        Ok(()) => Validation::Valid,
        Err(why) => Validation::Invalid(ErrorMessage::Custom(why.to_string())),
    }
}
