//! The port to the provider: exchange, refresh, revoke, read. [`snyk`] implements it, and [`guarded`]
//! stops asking when it does not answer.

pub mod answer;
mod encoding;
pub mod guarded;
mod org_list;
pub mod retry;
pub mod snyk;

use std::fmt;

use async_trait::async_trait;
use domain::{
    connection::{Grant, Identity},
    vault::secret::{AccessToken, RefreshToken},
};
use shared::pkce::CodeVerifier;

pub use self::{
    answer::{ApiAnswer, ApiBody, WholeAnswer},
    encoding::Encoding,
    org_list::{Listed, NextPage, OrgList},
};
pub use crate::oauth::ProviderError;

/// The reasons why the account of a token could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The API rejects the token.
    #[error("the API refuses the token")]
    Unauthorized,
    /// Anything else.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

/// A client for the provider's OAuth server and API.
#[async_trait]
pub trait ProviderClient: fmt::Debug + Send + Sync {
    /// Sends one exchange of a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
    async fn exchange(&self, code: String, verifier: &CodeVerifier)
    -> Result<Grant, ProviderError>;

    /// Sends one refresh with a refresh token (RFC 6749 section 6).
    async fn refresh(&self, token: &RefreshToken) -> Result<Grant, ProviderError>;

    /// Revokes a refresh token (RFC 7009).
    async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError>;

    /// Sends one read of the identity that a token acts as.
    async fn identity(&self, token: &AccessToken) -> Result<Identity, AccountError>;

    /// Sends one read of the next page of a token's organizations, unless the list is complete.
    /// What has been read is kept if this fails or is cancelled.
    async fn next_orgs(&self, token: &AccessToken, list: &mut OrgList) -> Result<(), AccountError>;

    /// Sends one read to the API. `path_and_query` begins with `/rest/` or `/v1/`, and was built by
    /// this server. The body is streamed, in an encoding that is accepted.
    async fn get(
        &self,
        path_and_query: &str,
        accepted: Encoding,
        token: &AccessToken,
    ) -> Result<ApiAnswer, ProviderError>;
}
