//! The values of a rehearsal.

use login::{
    begin::Provider,
    rehearsal::{Rehearsal, rehearse},
};
use shared::api::session::App;

use crate::platform;

/// The values of a rehearsal, and when they were made.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// The values.
    pub values: Rehearsal,
    /// RFC 3339.
    pub at: String,
}

impl Made {
    /// Makes new values for a login of this app. Returns `None` if the platform has no random bytes.
    #[must_use]
    pub fn new(app: &App) -> Option<Self> {
        let scopes: Vec<_> = app.scopes.iter().collect();
        let values = rehearse(Provider {
            authorization_endpoint: &app.authorization_endpoint,
            client_id: &app.client_id,
            redirect_uri: &app.redirect_uri,
            scopes: &scopes.join(" "),
        })?;
        let at = platform::machine(platform::now());
        Some(Self { values, at })
    }
}
