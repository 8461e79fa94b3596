//! `GET /api/sessions`: the browsers that are signed in to the same connections.

use serde::{Deserialize, Serialize};

/// Maximum number of browsers in [`Sessions`].
pub const MAX_SESSIONS: u32 = 200;

/// The response of `GET /api/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sessions {
    /// This browser, and those that share a connection with it, the most recently used first: at
    /// most 200 ([`MAX_SESSIONS`]).
    pub sessions: Vec<Browser>,
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Browser {
    /// The id of its session, which grants nothing.
    pub id: String,
    /// Its name, such as "Firefox on Linux". This is text, never markup.
    pub browser: String,
    /// Time of the sign-in, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub signed_in_at: String,
    /// Time of the last use, RFC 3339. It is written from time to time: at the latest when an eighth
    /// of the time without use has passed, or three hours.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub last_used_at: String,
    /// Time at which it is signed out, unless it is used again, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub expires_at: String,
    /// Whether it is the browser that asks.
    pub current: bool,
}
