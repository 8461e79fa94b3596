//! The token endpoint (RFC 6749 section 3.2) through the `oauth2` crate, with a client of ours
//! underneath: that crate's own is an older reqwest, and would follow redirects.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::header;
use jiff::{SignedDuration, Timestamp};
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, Client, ClientId, ClientSecret,
    EmptyExtraTokenFields, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, StandardErrorResponse,
    StandardRevocableToken, StandardTokenIntrospectionResponse, TokenResponse as _, TokenUrl,
    basic::{
        BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenType,
    },
};
use secrecy::ExposeSecret as _;
use shared::{pkce::CodeVerifier, scope::Scopes};
use zeroize::Zeroizing;

use super::{CannotMake, Credentials, token_answer::TokenAnswer};
use crate::{
    clock::Clock,
    connection::{Grant, Tokens},
    provider::{ProviderError, http_client, region::Provider, retry},
    vault::secret::{AccessToken, RefreshToken},
};

/// Largest token answer, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

type OAuthClient = Client<
    BasicErrorResponse,
    TokenAnswer,
    StandardTokenIntrospectionResponse<EmptyExtraTokenFields, BasicTokenType>,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Where codes and refresh tokens are exchanged and revoked.
#[derive(Debug)]
pub(super) struct TokenEndpoint {
    client: OAuthClient,
    revocation_endpoint: String,
    credentials: Credentials,
    http: Bridge,
    clock: Arc<dyn Clock>,
}

impl TokenEndpoint {
    pub(super) fn new(
        region: &Provider,
        credentials: &Credentials,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CannotMake> {
        let client = Client::new(ClientId::new(credentials.client_id.clone()))
            // Snyk documents credentials in the form body only.
            .set_auth_type(AuthType::RequestBody)
            .set_redirect_uri(RedirectUrl::new(credentials.redirect_uri.clone())?)
            .set_token_uri(TokenUrl::new(region.token_endpoint())?);
        Ok(Self {
            client,
            revocation_endpoint: region.revocation_endpoint(),
            credentials: credentials.clone(),
            http: Bridge {
                http: http_client::for_tokens(region)?,
                clock: Arc::clone(&clock),
            },
            clock,
        })
    }

    /// The client with the secret as it is now: its file may have changed.
    fn client(&self) -> OAuthClient {
        let secret = self.credentials.client_secret.current();
        let secret = ClientSecret::new(secret.expose_secret().to_owned());
        self.client.clone().set_client_secret(secret)
    }

    pub(super) async fn exchange(
        &self,
        code: String,
        verifier: &CodeVerifier,
    ) -> Result<Grant, ProviderError> {
        let answer = self
            .client()
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.secret().to_owned()))
            .request_async(&self.http)
            .await
            .map_err(meaning)?;
        self.grant(&answer, None)
    }

    pub(super) async fn refresh(&self, token: &RefreshToken) -> Result<Grant, ProviderError> {
        let presented = oauth2::RefreshToken::new(token.secret().to_owned());
        let answer = self
            .client()
            .exchange_refresh_token(&presented)
            .request_async(&self.http)
            .await
            .map_err(meaning)?;
        self.grant(&answer, Some(token))
    }

    /// By hand: the `oauth2` crate refuses a revocation address that is not https, and on this
    /// computer there is none.
    pub(super) async fn revoke(&self, token: &RefreshToken) -> Result<(), ProviderError> {
        let secret = self.credentials.client_secret.current();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token.secret())
            .append_pair("client_id", &self.credentials.client_id)
            .append_pair("client_secret", secret.expose_secret())
            .finish();
        let request = http::Request::post(&self.revocation_endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into_bytes())
            .map_err(|error| ProviderError::Unusable(error.to_string()))?;
        let answer = self.http.call(request).await?;
        if answer.status().is_success() {
            return Ok(());
        }
        let told: BasicErrorResponse = serde_json::from_slice(answer.body())
            .map_err(|_| ProviderError::Unusable(format!("the status {}", answer.status())))?;
        Err(refusal(told.error().as_ref(), ""))
    }

    /// The pair of an answer. An answer to a refresh may leave the refresh token out, and then the
    /// presented one goes on (RFC 6749 section 6).
    fn grant(
        &self,
        answer: &TokenAnswer,
        presented: Option<&RefreshToken>,
    ) -> Result<Grant, ProviderError> {
        let refresh = match (answer.refresh_token(), presented) {
            (Some(new), _) => RefreshToken::new(new.secret().clone()),
            (None, Some(presented)) => presented.clone(),
            (None, None) => {
                return Err(ProviderError::Unusable(
                    "it holds no refresh token".to_owned(),
                ));
            }
        };
        let now = self.clock.now();
        let scopes = answer.scopes().map(|scopes| {
            Scopes::parse(
                &scopes
                    .iter()
                    .map(|scope| scope.as_str())
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        });
        // A missing lifetime is the shortest that Snyk issues; an absurd one is clamped (SEC-43).
        let lifetime = answer
            .expires_in()
            .unwrap_or(HOUR)
            .clamp(Duration::from_secs(1), 2 * DAY);
        let refresh_lifetime = answer
            .refresh_expires_in()
            .map(|lifetime| lifetime.clamp(Duration::from_secs(1), 3_650 * DAY));
        Ok(Grant {
            tokens: Tokens {
                access: AccessToken::new(answer.access_token().secret().clone()),
                refresh,
            },
            access_expires_at: later(now, lifetime),
            refresh_expires_at: refresh_lifetime.map(|lifetime| later(now, lifetime)),
            scopes,
        })
    }
}

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::ZERO);
    now.saturating_add(by).unwrap_or(now)
}

fn meaning(
    error: RequestTokenError<ProviderError, StandardErrorResponse<BasicErrorResponseType>>,
) -> ProviderError {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(answer) => refusal(
            answer.error().as_ref(),
            answer.error_description().map_or("", String::as_str),
        ),
        // An answer that says that it was done, and gives nothing.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => ProviderError::Unreadable,
    }
}

/// The table of errors of the token endpoint (RFC 6749 section 5.2, and what Snyk adds).
fn refusal(error: &str, description: &str) -> ProviderError {
    let error: String = error
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .take(64)
        .collect();
    let description = description.to_ascii_lowercase();
    match error.as_str() {
        "invalid_grant" | "token_inactive" | "invalid_token" | "token_expired" => {
            ProviderError::GrantRejected { error }
        }
        "invalid_client" | "unauthorized_client" => ProviderError::ClientRejected { error },
        "invalid_request" if description.contains("concurrent") => ProviderError::ConcurrentUse,
        "server_error" | "temporarily_unavailable" => ProviderError::Later {
            status: 503,
            after: None,
        },
        _ => ProviderError::Unusable(format!("the error {error}")),
    }
}

/// Carries the `oauth2` crate's requests with our client.
#[derive(Debug)]
struct Bridge {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
}

impl<'c> AsyncHttpClient<'c> for Bridge {
    type Error = ProviderError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, ProviderError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = self
                .http
                .request(parts.method, parts.uri.to_string())
                .headers(parts.headers)
                // The form holds secrets: it is wiped when it has been sent.
                .body(Bytes::from_owner(Zeroizing::new(body)));
            let response = request.send().await.map_err(http_client::fault)?;
            let status = response.status();
            let is_json = response
                .headers()
                .get(header::CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok())
                .is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
            if retry::is_later(status) {
                let after = retry::asked_pause(response.headers(), self.clock.now());
                return Err(ProviderError::Later {
                    status: status.as_u16(),
                    after,
                });
            }
            // Both say that it was done, and may have consumed what was presented.
            let is_done = status.is_success() || status.is_redirection();
            let body = http_client::read_bounded(response, MAX_ANSWER).await;
            let body = match body {
                Err(ProviderError::Unusable(_)) if is_done => {
                    return Err(ProviderError::Unreadable);
                }
                body => body?,
            };
            let is_readable = (is_json || body.is_empty()) && !status.is_redirection();
            if is_done && !(is_readable && is_whole_json(&body)) {
                return Err(ProviderError::Unreadable);
            }
            if !is_readable {
                return Err(ProviderError::Unusable("it is not JSON".to_owned()));
            }
            let mut answer = HttpResponse::new(body.to_vec());
            *answer.status_mut() = status;
            Ok(answer)
        })
    }
}

/// A revocation's answer is empty, and as good.
fn is_whole_json(body: &[u8]) -> bool {
    body.is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_44_each_error_means_what_the_table_says() {
        let is = |error, description| format!("{:?}", refusal(error, description));
        for dead in ["invalid_grant", "token_inactive", "invalid_token"] {
            assert!(is(dead, "").starts_with("GrantRejected"), "{dead}");
        }
        for operator in ["invalid_client", "unauthorized_client"] {
            assert!(is(operator, "").starts_with("ClientRejected"), "{operator}");
        }
        assert!(is("invalid_request", "failed due to concurrent access").starts_with("Concurrent"));
        assert!(is("invalid_request", "missing").starts_with("Unusable"));
        assert!(is("temporarily_unavailable", "").starts_with("Later"));
        assert!(is("<script>\n", "").contains("script") && !is("<a>\n", "").contains('<'));
    }
}
