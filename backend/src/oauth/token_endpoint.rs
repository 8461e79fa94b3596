//! The token and revocation endpoints (RFC 6749 section 3.2, RFC 7009): three form posts, and the
//! classification of their answers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use domain::{
    connection::{Grant, Tokens},
    vault::secret::RefreshToken,
};
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use reqwest::Response;
use secrecy::{ExposeSecret as _, SecretString};
use shared::pkce::CodeVerifier;
use url::Url;
use zeroize::Zeroizing;

use super::{
    Profile, ProviderError, client_auth::AuthenticatedForm, operator_log::OperatorLog,
    token_answer::TokenAnswer,
};
use crate::{
    activity::{self, Event},
    clock::Clock,
    config::secret_file::ClientSecret,
    http_client::{self, CannotMake, TransportError},
    metrics::{self, Endpoint},
    request_context,
    retry_after::{is_later, retry_delay},
    traces::Kind,
};

/// Maximum size of an answer that is read, in bytes. The tokens are at its beginning.
const MAX_ANSWER: usize = 1024 * 1024;

/// The app's credentials at a provider.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: ClientSecret,
    /// The registered redirect URI.
    pub redirect_uri: String,
}

/// A client for the endpoints that exchange and revoke codes and refresh tokens.
#[derive(Debug)]
pub struct TokenEndpoint {
    profile: Profile,
    credentials: Credentials,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    operator: OperatorLog,
}

impl TokenEndpoint {
    /// Creates a client for the provider of that profile.
    pub fn new(
        profile: Profile,
        credentials: Credentials,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CannotMake> {
        let addresses = [&profile.token_endpoint, &profile.revocation_endpoint];
        Ok(Self {
            http: http_client::for_tokens(&addresses)?,
            profile,
            credentials,
            clock,
            operator: OperatorLog::default(),
        })
    }

    /// Exchanges a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
    pub async fn exchange(
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
        let response = self.request_tokens(&form).await?;
        self.grant(response, None).await
    }

    /// Refreshes a token pair (RFC 6749 section 6).
    pub async fn refresh(&self, token: &RefreshToken) -> Result<Grant, ProviderError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.secret()),
        ];
        let response = self.request_tokens(&form).await?;
        self.grant(response, Some(token)).await
    }

    /// Revokes a refresh token (RFC 7009). The body of a success is ignored (RFC 7009 section 2.2), unless it is HTML:
    /// then an intermediary answered.
    pub async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError> {
        let form = [("token", token.secret())];
        let further = &self.profile.revocation_parameters;
        let response = self
            .post(&self.profile.revocation_endpoint, &form, further)
            .await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let (body, broken) = http_client::read_partial(response, MAX_ANSWER).await;
        let is_page = body.trim_ascii_start().starts_with(b"<") || is_html(&headers);
        match broken {
            Some(error @ TransportError::AnswerLost(_)) => Err(error.into()),
            _ if is_page => Err(self.logged(self.profile.classify(status, &headers, &[]))),
            _ => Ok(()),
        }
    }

    async fn request_tokens(&self, form: &[(&str, &str)]) -> Result<Response, ProviderError> {
        let further = &self.profile.token_parameters;
        self.post(&self.profile.token_endpoint, form, further).await
    }

    /// Sends a form, authenticated with the app's credentials, and returns a successful answer.
    ///
    /// If the provider rejects the secret, the request is sent again with the other one, if there is
    /// one: while a client secret is being rotated, both are known, and each may be the valid one. A
    /// client that is not authenticated consumes nothing (RFC 6749 section 3.2.1).
    async fn post(
        &self,
        to: &Url,
        form: &[(&str, &str)],
        further: &[(String, String)],
    ) -> Result<Response, ProviderError> {
        // Read each time, since the secret's file may have changed.
        let secrets = &self.credentials.client_secret;
        let secret = secrets.current();
        if secrets.take_reread() {
            secrets.usage().reread(self.clock.now());
            activity::note(Event::secret_reread());
        }
        let answered = self.post_with(&secret, to, form, further).await;
        let Err(ProviderError::ClientRejected { .. }) = answered else {
            return answered;
        };
        let Some(other) = secrets.other_than(&secret) else {
            return answered;
        };
        tracing::warn!(
            "The provider rejects a client secret of CLIENT_SECRET_FILE: the other known one is \
             tried, the one before or after it"
        );
        self.post_with(&other, to, form, further).await
    }

    /// Sends a form with that client secret, and returns a successful answer.
    async fn post_with(
        &self,
        secret: &SecretString,
        to: &Url,
        form: &[(&str, &str)],
        further: &[(String, String)],
    ) -> Result<Response, ProviderError> {
        let further = further
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let AuthenticatedForm {
            authorization,
            form,
        } = self.profile.client_auth.authenticate(
            &self.credentials.client_id,
            secret,
            form.iter().copied().chain(further),
        );
        let mut request = self
            .http
            .post(to.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            // The form holds secrets: it is wiped after it has been sent.
            .body(Bytes::from_owner(form));
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let (endpoint, name) = if *to == self.profile.revocation_endpoint {
            (Endpoint::Revocation, "POST Snyk revocation")
        } else {
            (Endpoint::Token, "POST Snyk token")
        };
        let began = Instant::now();
        let span = request_context::child_span(name, Kind::Client);
        let answer = request.send().await;
        let status = answer.as_ref().ok().map(Response::status);
        metrics::provider_answered(endpoint, status, began.elapsed());
        span.end_call("POST", status);
        let response = answer.map_err(TransportError::from)?;
        if response.status().is_success() {
            if endpoint == Endpoint::Token {
                let known = &self.credentials.client_secret;
                // The former secret, which counts for a while, says nothing about the current one.
                if known.current().expose_secret() == secret.expose_secret() {
                    known.usage().accepted(self.clock.now());
                }
            }
            Ok(response)
        } else {
            Err(self.refusal(response).await)
        }
    }

    /// Extracts the token pair of a successful answer, as long as the tokens can be found in it: what was
    /// presented for them has been consumed. If an answer to a refresh omits the refresh token, the
    /// presented one stays valid (RFC 6749 section 6), unless the answer was interrupted before it
    /// could come.
    async fn grant(
        &self,
        response: Response,
        presented: Option<&RefreshToken>,
    ) -> Result<Grant, ProviderError> {
        let (body, broken) = http_client::read_partial(response, MAX_ANSWER).await;
        let lost = match broken {
            // The status reported success.
            Some(TransportError::TooLarge { .. }) => Some(ProviderError::Unreadable),
            broken => broken.map(ProviderError::from),
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
        // An absurd lifetime is clamped (SEC-43).
        let lifetime = answer
            .expires_in
            .unwrap_or(self.profile.default_lifetime)
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
        if is_later(status) {
            return ProviderError::Later {
                status: status.as_u16(),
                after: retry_delay(response.headers(), self.clock.now()),
            };
        }
        let headers = response.headers().clone();
        let mut body = Zeroizing::default();
        if self.profile.may_be_oauth_error(status) {
            let broken;
            (body, broken) = http_client::read_partial(response, MAX_ANSWER).await;
            // The interrupted part may hold the OAuth error.
            if let Some(error @ TransportError::AnswerLost(_)) = broken {
                return error.into();
            }
        }
        self.logged(self.profile.classify(status, &headers, &body))
    }

    fn logged(&self, error: ProviderError) -> ProviderError {
        self.operator.log(self.profile.name, &error);
        error
    }
}

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
