//! A provider of which a test only uses the token endpoint.

use std::fmt;

use async_trait::async_trait;
use domain::{
    connection::{Grant, Identity},
    vault::secret::{AccessToken, RefreshToken},
};
use shared::pkce::CodeVerifier;
use snyk_app::provider::{
    AccountError, ApiAnswer, Encoding, OrgList, ProviderClient, ProviderError,
};

const NOT_ASKED: &str = "this test does not ask that";

/// The answers to the requests with a refresh token.
#[async_trait]
pub(crate) trait TokenEndpoint: fmt::Debug + Send + Sync {
    async fn refresh(&self, _: &RefreshToken) -> Result<Grant, ProviderError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError>;
}

/// A provider that only has a token endpoint.
#[derive(Debug, Default)]
pub(crate) struct Provider<T>(pub(crate) T);

#[async_trait]
impl<T: TokenEndpoint> ProviderClient for Provider<T> {
    async fn refresh(&self, token: &RefreshToken) -> Result<Grant, ProviderError> {
        self.0.refresh(token).await
    }

    async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError> {
        self.0.revoke(token).await
    }

    async fn exchange(&self, _: String, _: &CodeVerifier) -> Result<Grant, ProviderError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn identity(&self, _: &AccessToken) -> Result<Identity, AccountError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn next_orgs(&self, _: &AccessToken, _: &mut OrgList) -> Result<(), AccountError> {
        unreachable!("{NOT_ASKED}")
    }

    async fn get(&self, _: &str, _: Encoding, _: &AccessToken) -> Result<ApiAnswer, ProviderError> {
        unreachable!("{NOT_ASKED}")
    }
}
