//! A provider client that stops asking a provider that does not answer.
//!
//! There are two circuits, since the API and the token endpoint fail independently of each other. What
//! counts as a failure is the lack of an answer: no connection, no answer in time, or 502, 503 and 504,
//! by which a gateway says the same. Every other status is an answer, also 500, which may be the fault of
//! one resource, and 429.

mod breaker;
mod circuit;

use async_trait::async_trait;
use domain::{
    connection::{Grant, Identity},
    vault::secret::{AccessToken, RefreshToken},
};
use http::StatusCode;
use shared::pkce::CodeVerifier;

use self::circuit::{Circuit, IsAnswer};
use super::{AccountError, ApiAnswer, Encoding, NextPage, OrgList, ProviderClient, ProviderError};
use crate::metrics;

/// A provider client behind two circuit breakers.
#[derive(Debug)]
pub struct Guarded<P> {
    inner: P,
    api: Circuit,
    tokens: Circuit,
}

impl<P: ProviderClient> Guarded<P> {
    /// Guards a client. Its circuits are closed.
    pub fn new(inner: P) -> Self {
        Self {
            inner,
            api: Circuit::new(metrics::Circuit::Api),
            tokens: Circuit::new(metrics::Circuit::Token),
        }
    }
}

#[async_trait]
impl<P: ProviderClient> ProviderClient for Guarded<P> {
    /// Always sends: a person waits for it, and the attempt is claimed once. The outcome counts.
    async fn exchange(
        &self,
        code: String,
        verifier: &CodeVerifier,
    ) -> Result<Grant, ProviderError> {
        let call = self.tokens.observe();
        call.report(self.inner.exchange(code, verifier).await)
    }

    async fn refresh(&self, token: &RefreshToken) -> Result<Grant, ProviderError> {
        let call = self.tokens.admit()?;
        call.report(self.inner.refresh(token).await)
    }

    async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError> {
        let call = self.tokens.admit()?;
        call.report(self.inner.revoke(token).await)
    }

    async fn identity(&self, token: &AccessToken) -> Result<Identity, AccountError> {
        let call = self.api.admit()?;
        call.report(self.inner.identity(token).await)
    }

    async fn next_orgs(&self, token: &AccessToken, list: &mut OrgList) -> Result<(), AccountError> {
        if list.is_whole() {
            return Ok(());
        }
        let call = self.api.admit()?;
        // The list does without the name if it does not arrive: success says nothing then.
        let is_optional = *list.next() == NextPage::GroupName;
        let result = self.inner.next_orgs(token, list).await;
        if is_optional && result.is_ok() {
            return result;
        }
        call.report(result)
    }

    async fn get(
        &self,
        path_and_query: &str,
        accepted: Encoding,
        token: &AccessToken,
    ) -> Result<ApiAnswer, ProviderError> {
        let call = self.api.admit()?;
        call.report(self.inner.get(path_and_query, accepted, token).await)
    }
}

/// Returns whether a gateway says by that status that no answer is to be had.
fn is_unanswered(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
}

impl IsAnswer for ProviderError {
    fn is_answer(&self) -> bool {
        match self {
            Self::NotSent(_) | Self::AnswerLost(_) => false,
            Self::Later { status, .. } => !StatusCode::from_u16(*status).is_ok_and(is_unanswered),
            _ => true,
        }
    }
}

impl IsAnswer for AccountError {
    fn is_answer(&self) -> bool {
        match self {
            Self::Unauthorized => true,
            Self::Provider(error) => error.is_answer(),
        }
    }
}

impl IsAnswer for ApiAnswer {
    fn is_answer(&self) -> bool {
        !is_unanswered(self.status)
    }
}

impl IsAnswer for Grant {
    fn is_answer(&self) -> bool {
        true
    }
}

impl IsAnswer for Identity {
    fn is_answer(&self) -> bool {
        true
    }
}

impl IsAnswer for () {
    fn is_answer(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
