//! The token and revocation endpoints (RFC 6749 section 3.2, RFC 7009): three form posts, and the
//! classification of their answers.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use domain::{
    connection::{Grant, Tokens},
    vault::secret::RefreshToken,
};
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
    config::provider::Provider,
    provider::{ProviderError, http_client, retry},
};

/// Maximum size of an answer that is read, in bytes. The tokens are at its beginning.
const MAX_ANSWER: usize = 1024 * 1024;

/// A client for the endpoints that exchange and revoke codes and refresh tokens.
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
        endpoints: &Provider,
        credentials: &Credentials,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CannotMake> {
        Ok(Self {
            token_url: endpoints.token_endpoint(),
            revocation_url: endpoints.revocation_endpoint(),
            credentials: credentials.clone(),
            http: http_client::for_tokens(endpoints)?,
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

    /// Revokes a token. The body of a success is ignored (RFC 7009 section 2.2), unless it is HTML:
    /// then an intermediary answered.
    pub(super) async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError> {
        let form = [("token", token.secret())];
        let response = self.post(&self.revocation_url, &form).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let (body, broken) = http_client::read_partial(response, MAX_ANSWER).await;
        let is_page = body.trim_ascii_start().starts_with(b"<") || is_html(&headers);
        match broken {
            Some(error @ ProviderError::AnswerLost(_)) => Err(error),
            _ if is_page => Err(self.logged(token_refusal::classify(status, &headers, &[]))),
            _ => Ok(()),
        }
    }

    /// Sends a form with the app's credentials in it, which is the only method that Snyk documents.
    async fn post(&self, to: &Url, form: &[(&str, &str)]) -> Result<Response, ProviderError> {
        // Read each time, since the secret's file may have changed.
        let secret = self.credentials.client_secret.current();
        let form = form_urlencoded::Serializer::new(String::with_capacity(FORM_CAPACITY))
            .extend_pairs(form)
            .append_pair("client_id", &self.credentials.client_id)
            .append_pair("client_secret", secret.expose_secret())
            .finish();
        // The form holds secrets: it is wiped after it has been sent.
        let form = Bytes::from_owner(Zeroizing::new(form.into_bytes()));
        self.http
            .post(to.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(form)
            .send()
            .await
            .map_err(http_client::request_error)
    }

    /// Extracts the token pair of an answer, as long as the tokens can be found in it: what was
    /// presented for them has been consumed. If an answer to a refresh omits the refresh token, the
    /// presented one stays valid (RFC 6749 section 6), unless the answer was interrupted before it
    /// could come.
    async fn grant(
        &self,
        response: Response,
        presented: Option<&RefreshToken>,
    ) -> Result<Grant, ProviderError> {
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let (body, broken) = http_client::read_partial(response, MAX_ANSWER).await;
        let lost = match broken {
            // The status reported success.
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
        // A missing lifetime becomes the shortest that Snyk issues; an absurd one is clamped
        // (SEC-43).
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

    /// Classifies an unsuccessful answer. For most, the status suffices.
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
        if token_refusal::may_be_oauth_error(status) {
            let broken;
            (body, broken) = http_client::read_partial(response, MAX_ANSWER).await;
            // The interrupted part may hold the OAuth error.
            if let Some(error @ ProviderError::AnswerLost(_)) = broken {
                return error;
            }
        }
        self.logged(token_refusal::classify(status, &headers, &body))
    }

    fn logged(&self, error: ProviderError) -> ProviderError {
        self.operator.log(&error);
        error
    }
}

/// Initial capacity for a form in bytes, so that it is written without reallocations that leave
/// copies in memory.
const FORM_CAPACITY: usize = 8 * 1024;
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

fn later(now: Timestamp, offset: Duration) -> Timestamp {
    let offset = SignedDuration::try_from(offset).unwrap_or(SignedDuration::ZERO);
    now.saturating_add(offset).unwrap_or(now)
}

fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
}
