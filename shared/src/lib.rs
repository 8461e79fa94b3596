//! What the browser and the backend must agree on.
//!
//! No IO, no clock, no randomness, and it compiles for the browser and the server alike: bytes
//! and times come in as arguments, decisions and wire types go out. In the order of the flow:
//!
//! 1. [`pkce`] and [`login_state`]: the two secrets of a login attempt.
//! 2. [`authorize_url`]: where the browser is sent.
//! 3. [`callback`]: what comes back, read strictly.
//! 4. [`return_path`]: where the person goes on to.
//! 5. [`scope`]: what was asked for and granted, in plain words.
//! 6. [`api`] and [`problem`]: the JSON between browser and backend.
//! 7. [`json`] and [`snyk`]: what is read from Snyk's API through it, leniently.
//!
//! [`page_path`] says which paths are pages.

pub mod api;
pub mod authorize_url;
pub mod callback;
pub mod json;
pub mod login_state;
pub mod page_path;
pub mod pkce;
pub mod problem;
pub mod return_path;
pub mod scope;
pub mod snyk;

mod token43;
