//! The provider client for Snyk: the profile of its token endpoint, and its API.

mod api;
mod base_url;
pub(crate) mod error_catalogue;
mod profile;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    connection::{Grant, Identity},
    vault::secret::{AccessToken, RefreshToken},
};
use shared::pkce::CodeVerifier;

use self::base_url::BaseUrl;
pub use self::base_url::NotABaseUrl;
use super::{AccountError, ApiAnswer, Encoding, OrgList, ProviderClient, ProviderError};
pub use crate::oauth::Credentials;
use crate::{
    clock::Clock,
    config::provider::Provider,
    http_client::{self, ApiClient},
    oauth::TokenEndpoint,
};

/// A client for Snyk, or for a server that stands in for it.
#[derive(Debug)]
pub struct Snyk {
    tokens: TokenEndpoint,
    api: ApiClient,
    api_url: BaseUrl,
    clock: Arc<dyn Clock>,
}

/// The client cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum CannotMake {
    /// The HTTP client failed, such as its TLS.
    #[error(transparent)]
    Http(#[from] http_client::CannotMake),
    /// The address of the API is not one.
    #[error(transparent)]
    ApiUrl(#[from] NotABaseUrl),
}

impl Snyk {
    /// Creates a client for the configured provider.
    pub fn new(
        endpoints: &Provider,
        credentials: &Credentials,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CannotMake> {
        let profile = profile::profile(endpoints);
        let api_url = BaseUrl::new(endpoints.api_url.url())?;
        Ok(Self {
            tokens: TokenEndpoint::new(profile, credentials.clone(), Arc::clone(&clock))?,
            api: ApiClient::new(api_url.is_https())?,
            api_url,
            clock,
        })
    }
}

impl Snyk {
    fn api_with<'a>(&'a self, token: &'a AccessToken) -> api::Api<'a> {
        api::Api {
            client: &self.api,
            base: &self.api_url,
            token,
            clock: &*self.clock,
        }
    }
}

#[async_trait]
impl ProviderClient for Snyk {
    async fn exchange(
        &self,
        code: String,
        verifier: &CodeVerifier,
    ) -> Result<Grant, ProviderError> {
        self.tokens.exchange(&code, verifier).await
    }

    async fn refresh(&self, token: &RefreshToken) -> Result<Grant, ProviderError> {
        self.tokens.refresh(token).await
    }

    async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError> {
        self.tokens.revoke(token).await
    }

    async fn identity(&self, token: &AccessToken) -> Result<Identity, AccountError> {
        self.api_with(token).identity().await
    }

    async fn next_orgs(&self, token: &AccessToken, list: &mut OrgList) -> Result<(), AccountError> {
        self.api_with(token).next_orgs(list).await
    }

    async fn get(
        &self,
        path_and_query: &str,
        accepted: Encoding,
        token: &AccessToken,
    ) -> Result<ApiAnswer, ProviderError> {
        api::get(&self.api, &self.api_url, path_and_query, accepted, token).await
    }
}
