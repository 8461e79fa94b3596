//! The token endpoint of any OAuth 2.0 provider: exchanges codes, refreshes and revokes tokens, as
//! a confidential client with a secret.
//!
//! A provider is a [`Profile`], which is data: its addresses, the authentication method, further
//! parameters, and the meaning of its errors where that differs from RFC 6749. [`TokenEndpoint`]
//! contains the requests and the parsing, which are the same for all of them.

mod client_auth;
mod error;
mod operator_log;
mod profile;
mod refusal;
mod token_answer;
mod token_endpoint;

pub use self::{
    client_auth::ClientAuth,
    error::ProviderError,
    profile::{ErrorRule, Meaning, Profile},
    token_endpoint::{Credentials, TokenEndpoint},
};
