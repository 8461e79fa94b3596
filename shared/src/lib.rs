//! Types and rules that the browser and the backend share.
//!
//! This crate has no IO, no clock and no randomness, and compiles for the browser and the server:
//! bytes and times are arguments, decisions and wire types are results. The modules in the order of
//! the login flow:
//!
//! 1. [`pkce`] and [`login_state`]: the two secrets of a login attempt.
//! 2. [`authorize_url`]: the authorization request URL.
//! 3. [`callback`]: strict parsing of the authorization response.
//! 4. [`return_path`]: the path to navigate to after the login.
//! 5. [`scope`]: requested and granted scopes, and their descriptions.
//! 6. [`api`] and [`problem`]: the JSON between the browser and the backend.
//! 7. [`json`] and [`snyk`]: lenient parsing of the responses of Snyk's API.
//!
//! [`route`] defines which paths are pages, and [`visible`] how text of others is shown.

pub mod api;
pub mod authorize_url;
pub mod callback;
pub mod json;
pub mod login_state;
pub mod pkce;
pub mod problem;
pub mod return_path;
pub mod route;
pub mod scope;
pub mod snyk;
pub mod visible;

mod token43;
