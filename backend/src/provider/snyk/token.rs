//! The token and revocation endpoints (RFC 6749 section 3.2, RFC 7009): three form posts, and what
//! their answers mean for what was presented.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use reqwest::Response;
use secrecy::ExposeSecret as _;
use shared::pkce::CodeVerifier;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::{
    CannotMake, Credentials,
    token_answer::TokenAnswer,
    token_refusal::{self, OperatorLog},
};
use crate::{
    clock::Clock,
    connection::{Grant, Tokens},
    provider::{ProviderError, http_client, region::Provider, retry},
    vault::secret::RefreshToken,
};

/// So much of an answer is read, in bytes. The tokens are at its beginning.
const MAX_ANSWER: usize = 1024 * 1024;

/// Where codes and refresh tokens are exchanged and revoked.
#[derive(Debug)]
pub(super) struct TokenEndpoint {
    token_url: Url,
    revocation_url: Url,
    credentials: Credentials,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    operator: OperatorLog,
}

impl TokenEndpoint {
    pub(super) fn new(
        region: &Provider,
        credentials: &Credentials,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CannotMake> {
        Ok(Self {
            token_url: Url::parse(&region.token_endpoint())?,
            revocation_url: Url::parse(&region.revocation_endpoint())?,
            credentials: credentials.clone(),
            http: http_client::for_tokens(region)?,
            clock,
            operator: OperatorLog::default(),
        })
    }

    pub(super) async fn exchange(
        &self,
        code: &str,
        verifier: &CodeVerifier,
    ) -> Result<Grant, ProviderError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier.secret()),
            ("redirect_uri", &self.credentials.redirect_uri),
        ];
        let response = self.post(&self.token_url, &form).await?;
        self.grant(response, None).await
    }

    pub(super) async fn refresh(&self, token: &RefreshToken) -> Result<Grant, ProviderError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.secret()),
        ];
        let response = self.post(&self.token_url, &form).await?;
        self.grant(response, Some(token)).await
    }

    /// Whatever the body of a success is, it does not matter (RFC 7009 section 2.2), unless it is a
    /// page: then something else answered.
    pub(super) async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError> {
        let form = [("token", token.secret())];
        let response = self.post(&self.revocation_url, &form).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let (body, broken) = http_client::read_what_comes(response, MAX_ANSWER).await;
        let is_page = body.trim_ascii_start().starts_with(b"<") || is_html(&headers);
        match broken {
            Some(error @ ProviderError::AnswerLost(_)) => Err(error),
            _ if is_page => Err(self.told(token_refusal::meaning(status, &headers, &[]))),
            _ => Ok(()),
        }
    }

    /// Sends a form with the app's credentials in it, which is the only way that Snyk documents.
    async fn post(&self, to: &Url, form: &[(&str, &str)]) -> Result<Response, ProviderError> {
        // Its file may have changed.
        let secret = self.credentials.client_secret.current();
        let form = form_urlencoded::Serializer::new(String::with_capacity(FORM))
            .extend_pairs(form)
            .append_pair("client_id", &self.credentials.client_id)
            .append_pair("client_secret", secret.expose_secret())
            .finish();
        // The form holds secrets: it is wiped when it has been sent.
        let form = Bytes::from_owner(Zeroizing::new(form.into_bytes()));
        self.http
            .post(to.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(form)
            .send()
            .await
            .map_err(http_client::fault)
    }

    /// The pair of an answer, if the tokens can be found in it at all: whatever it is besides, what
    /// was presented for them is spent. An answer to a refresh may leave the refresh token out, and
    /// then the presented one goes on (RFC 6749 section 6), unless it may have been in what was lost.
    async fn grant(
        &self,
        response: Response,
        presented: Option<&RefreshToken>,
    ) -> Result<Grant, ProviderError> {
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let (body, broken) = http_client::read_what_comes(response, MAX_ANSWER).await;
        let lost = match broken {
            // It said that it was done.
            Some(ProviderError::Unusable(_)) => Some(ProviderError::Unreadable),
            broken => broken,
        };
        let Some(answer) = TokenAnswer::read(&body) else {
            return Err(lost.unwrap_or(ProviderError::Unreadable));
        };
        let refresh = match (answer.refresh_token, lost, presented) {
            (Some(new), ..) => new,
            (None, Some(lost), _) => return Err(lost),
            (None, None, Some(presented)) => presented.clone(),
            (None, None, None) => {
                return Err(ProviderError::Unusable(
                    "it holds no refresh token".to_owned(),
                ));
            }
        };
        let now = self.clock.now();
        // A missing lifetime is the shortest that Snyk issues; an absurd one is clamped (SEC-43).
        let lifetime = answer
            .expires_in
            .unwrap_or(HOUR)
            .clamp(Duration::from_secs(1), 2 * DAY);
        let refresh_lifetime = answer
            .refresh_expires_in
            .map(|lifetime| lifetime.clamp(Duration::from_secs(1), 3_650 * DAY));
        Ok(Grant {
            tokens: Tokens {
                access: answer.access_token,
                refresh,
            },
            access_expires_at: later(now, lifetime),
            refresh_expires_at: refresh_lifetime.map(|lifetime| later(now, lifetime)),
            scopes: answer.scopes,
        })
    }

    /// What an answer means that gives nothing. Of most the status says it all.
    async fn refusal(&self, response: Response) -> ProviderError {
        let status = response.status();
        if retry::is_later(status) {
            return ProviderError::Later {
                status: status.as_u16(),
                after: retry::retry_delay(response.headers(), self.clock.now()),
            };
        }
        let headers = response.headers().clone();
        let mut body = Zeroizing::default();
        if token_refusal::may_be_of_oauth(status) {
            let broken;
            (body, broken) = http_client::read_what_comes(response, MAX_ANSWER).await;
            // What it refuses was in what is lost.
            if let Some(error @ ProviderError::AnswerLost(_)) = broken {
                return error;
            }
        }
        self.told(token_refusal::meaning(status, &headers, &body))
    }

    fn told(&self, error: ProviderError) -> ProviderError {
        self.operator.tell(&error);
        error
    }
}

/// What a form fits into, so that it is written without leaving copies behind.
const FORM: usize = 8 * 1024;
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::ZERO);
    now.saturating_add(by).unwrap_or(now)
}

fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
}
