//! The provider client for Snyk: its token endpoint and its API.

mod api;
mod token;
mod token_answer;
mod token_refusal;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    connection::Grant,
    vault::secret::{AccessToken, RefreshToken},
};
use reqwest::Client;
use shared::pkce::CodeVerifier;
use url::Url;

use super::{
    AccountError, ApiAnswer, Identity, OrgList, ProviderClient, ProviderError, http_client,
};
use crate::{
    clock::Clock,
    config::{provider::Provider, secret_file::ClientSecret},
};

/// A client for Snyk, or for a server that stands in for it.
#[derive(Debug)]
pub struct Snyk {
    tokens: token::TokenEndpoint,
    api: Client,
    api_url: Url,
    clock: Arc<dyn Clock>,
}

/// The app's credentials at Snyk.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: ClientSecret,
    /// The registered redirect URI.
    pub redirect_uri: String,
}

/// The client cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum CannotMake {
    /// The HTTP client failed, such as its TLS.
    #[error(transparent)]
    Http(#[from] http_client::CannotMake),
}

impl Snyk {
    /// Creates a client for the configured provider.
    pub fn new(
        endpoints: &Provider,
        credentials: &Credentials,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CannotMake> {
        Ok(Self {
            tokens: token::TokenEndpoint::new(endpoints, credentials, Arc::clone(&clock))?,
            api: http_client::for_api(endpoints)?,
            api_url: endpoints.api_url.url().clone(),
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
        token: &AccessToken,
    ) -> Result<ApiAnswer, ProviderError> {
        api::get(&self.api, &self.api_url, path_and_query, token).await
    }
}
