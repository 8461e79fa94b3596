//! Snyk's endpoints for the apps of an organization: create, list, read, change and delete an app,
//! and create and delete its client secrets.
//!
//! A person calls them with an API token of their own ([`ApiToken`]). No app can, since none of their
//! permissions is among the scopes that an app may request. Only commands use this module; the
//! server does not know such a token.

mod app;
mod client;
mod error;
mod id;
mod request;
mod token;

pub use self::{
    app::{App, AppChanges, Context, CreatedApp, NewApp},
    client::AppsApi,
    error::{ApiError, Refusal},
    id::{Id, NotAnId},
    token::{ApiToken, NotAToken},
};
