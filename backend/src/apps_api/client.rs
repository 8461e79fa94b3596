//! The client for the endpoints.

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use secrecy::SecretString;
use serde_json::json;
use shared::{
    json::{self, FromValue},
    snyk::{Document, Org, Page},
};

use super::{ApiError, ApiToken, App, AppChanges, CreatedApp, Id, NewApp, Refusal, request};
use crate::{
    config::base_url::BaseUrl,
    http_client::{self, CannotMake, TransportError},
    provider::answer::request_id,
};

/// Maximum size of an answer, in bytes.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// Maximum number of pages of a list that are read.
const MAX_PAGES: usize = 100;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.api+json");

/// A client for the endpoints, with a person's API token.
///
/// No request is repeated: whether a lost one had an effect is for the caller to find out.
#[derive(Debug)]
pub struct AppsApi {
    http: reqwest::Client,
    base: BaseUrl,
    authorization: Option<HeaderValue>,
}

/// A whole answer.
struct Answer {
    status: StatusCode,
    request_id: Option<String>,
    body: zeroize::Zeroizing<Vec<u8>>,
}

impl AppsApi {
    /// Creates a client for the API at that address.
    pub fn new(api_url: &BaseUrl, token: &ApiToken) -> Result<Self, CannotMake> {
        Ok(Self {
            http: http_client::for_commands(api_url.url())?,
            base: api_url.clone(),
            authorization: token.authorization(),
        })
    }

    /// Returns the organizations that the token has access to.
    pub async fn orgs(&self) -> Result<Vec<Org>, ApiError> {
        self.list("/rest/orgs").await
    }

    /// Returns the apps that an organization owns.
    pub async fn apps(&self, org: &Id) -> Result<Vec<App>, ApiError> {
        self.list(&request::apps(org)).await
    }

    /// Returns an app.
    pub async fn app(&self, org: &Id, app: &Id) -> Result<App, ApiError> {
        let path = request::app(org, app);
        self.resource(Method::GET, &path, None).await
    }

    /// Creates an app. Its client secret is returned only here.
    pub async fn create(&self, org: &Id, app: &NewApp) -> Result<CreatedApp, ApiError> {
        let body = request::body(&app.attributes());
        self.resource(Method::POST, &request::apps(org), Some(body))
            .await
    }

    /// Changes an app.
    pub async fn update(&self, org: &Id, app: &Id, changes: &AppChanges) -> Result<App, ApiError> {
        let body = request::body(&changes.attributes());
        self.resource(Method::PATCH, &request::app(org, app), Some(body))
            .await
    }

    /// Deletes an app, with its secrets and all of its installs.
    pub async fn delete(&self, org: &Id, app: &Id) -> Result<(), ApiError> {
        let path = request::app(org, app);
        self.send(Method::DELETE, &path, &request::query(), None)
            .await?;
        Ok(())
    }

    /// Creates a further client secret. The former one stays valid; Snyk allows two at a time.
    pub async fn create_secret(&self, org: &Id, app: &Id) -> Result<CreatedApp, ApiError> {
        let body = request::body(&json!({"mode": "create"}));
        self.resource(Method::POST, &request::secrets(org, app), Some(body))
            .await
    }

    /// Deletes a client secret. Snyk refuses to delete the last one.
    pub async fn delete_secret(
        &self,
        org: &Id,
        app: &Id,
        secret: &SecretString,
    ) -> Result<(), ApiError> {
        let body = request::delete_secret(secret).map_err(|error| ApiError::Unreachable {
            host: self.host(),
            cause: TransportError::NotSent(error.into()),
        })?;
        let path = request::secrets(org, app);
        // The answer has no documented value for the secret.
        self.send(Method::POST, &path, &request::query(), Some(body))
            .await?;
        Ok(())
    }

    /// Reads every page of a list.
    async fn list<T: FromValue>(&self, path: &str) -> Result<Vec<T>, ApiError>
    where
        Page<T>: FromValue,
    {
        let mut items = Vec::new();
        let (mut after, mut last) = (None, None);
        for _ in 0..MAX_PAGES {
            let answer = self
                .send(Method::GET, path, &request::page(after.take()), None)
                .await?;
            let page: Page<T> = answer.json()?;
            let next = page.next();
            // Half a list would look like a whole one.
            if page.is_next_lost() || page.unreadable > 0 || (next.is_some() && next == last) {
                return Err(answer.unreadable());
            }
            items.extend(page.data);
            if next.is_none() {
                break;
            }
            last.clone_from(&next);
            after = next;
        }
        Ok(items)
    }

    async fn resource<T: FromValue>(
        &self,
        method: Method,
        path: &str,
        body: Option<Bytes>,
    ) -> Result<T, ApiError> {
        let answer = self.send(method, path, &request::query(), body).await?;
        let document: Document<T> = answer.json()?;
        Ok(document.data)
    }

    /// Sends a request and reads its whole answer, which is an error unless it is a success.
    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<Bytes>,
    ) -> Result<Answer, ApiError> {
        let mut url = self.base.join(path);
        url.query_pairs_mut().extend_pairs(query);
        let mut request = self.http.request(method, url);
        request = request.header(header::ACCEPT, MEDIA_TYPE);
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization.clone());
        }
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, MEDIA_TYPE).body(body);
        }
        let response = request.send().await;
        let response = response.map_err(|error| self.failed(error.into()))?;
        let status = response.status();
        let request_id = request_id(response.headers()).map(ToOwned::to_owned);
        let (body, broken) = http_client::read_partial(response, MAX_ANSWER).await;
        if !status.is_success() {
            let document = json::read(&body).unwrap_or_default();
            let refusal = Refusal::new(status, request_id.as_deref(), document);
            return Err(ApiError::Refused(refusal));
        }
        match broken {
            Some(error) => Err(self.failed(error)),
            None => Ok(Answer {
                status,
                request_id,
                body,
            }),
        }
    }

    fn failed(&self, cause: TransportError) -> ApiError {
        match cause {
            TransportError::NotSent(_) => ApiError::Unreachable {
                host: self.host(),
                cause,
            },
            _ => ApiError::AnswerLost(cause),
        }
    }

    fn host(&self) -> String {
        let host = self.base.url().host_str().unwrap_or_default();
        match self.base.url().port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

impl Answer {
    fn json<T: FromValue>(&self) -> Result<T, ApiError> {
        json::read(&self.body).map_err(|_| self.unreadable())
    }

    fn unreadable(&self) -> ApiError {
        ApiError::Unreadable {
            status: self.status.as_u16(),
            request_id: self.request_id.clone(),
        }
    }
}
