//! The identity that a token acts as.

use shared::api::connection::Context;

/// The identity that a token acts as, as far as the provider reveals it to an app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The kind of account that the app acts as.
    pub context: Option<Context>,
    /// The person's id, if it acts as a person.
    pub user: Option<String>,
}
