//! Snyk's API: reads with a bearer token (RFC 6750 section 2.1), from the configured host only.

use std::time::{Duration, Instant};

use domain::{connection::Identity, vault::secret::AccessToken};
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Empty;
use shared::{
    api::connection::{Context, Org},
    json::{FromValue, Object, Value},
    snyk::{self, Read, identity::IdentityKind, org::OrgAttributes, read},
};
use tokio::time::timeout;

use super::base_url::BaseUrl;
use crate::{
    clock::Clock,
    http_client::{self, ApiClient},
    metrics::{self, Endpoint},
    provider::{
        AccountError, ApiAnswer, ApiBody, Encoding, Listed, NextPage, OrgList, ProviderError,
        WholeAnswer, answer,
    },
    request_context,
    retry_after::{is_later, retry_delay},
    traces::Kind,
};

/// Maximum size of an API answer in bytes, after decompression.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// Time limit of the read of a group's name. A login waits for it.
const GROUP_NAME_TIMEOUT: Duration = Duration::from_secs(2);

const ACCEPT: HeaderValue = HeaderValue::from_static("application/vnd.api+json, application/json");

/// Sends one read. The request is built from scratch: nothing of a browser's request is in it
/// except the path and query, and whether it accepts gzip.
pub(super) async fn get(
    client: &ApiClient,
    base: &BaseUrl,
    path_and_query: &str,
    accepted: Encoding,
    token: &AccessToken,
) -> Result<ApiAnswer, ProviderError> {
    let mut bearer = HeaderValue::try_from(["Bearer ", token.secret()].concat())
        .map_err(|_| ProviderError::Unusable("its token is not a header value".to_owned()))?;
    bearer.set_sensitive(true);
    let address = base.address(path_and_query)?;
    let request = || {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = address.clone();
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, bearer.clone());
        headers.insert(header::ACCEPT, ACCEPT);
        headers.insert(header::ACCEPT_ENCODING, accepted.asked());
        headers.insert(
            header::USER_AGENT,
            HeaderValue::from_static(http_client::USER_AGENT),
        );
        request
    };
    let began = Instant::now();
    let span = request_context::child_span("GET Snyk api", Kind::Client);
    let answer = client.send(request).await;
    let status = answer.as_ref().ok().map(Response::status);
    metrics::provider_answered(Endpoint::Api, status, began.elapsed());
    span.end_call("GET", status);
    let (head, body) = answer?.into_parts();
    if !head.status.is_success() {
        tracing::info!(
            status = head.status.as_u16(),
            snyk_request_id = answer::request_id(&head.headers),
            "Snyk did not give what was asked for"
        );
    }
    let Some(encoding) = accepted.of_answer(&head.headers) else {
        if head.status.is_success() {
            let why = "its encoding was not asked for".to_owned();
            return Err(ProviderError::Unusable(why));
        }
        // The status is enough for a refresh, a retry or a wait, and must not be lost.
        return ApiAnswer::without_body(head.status, head.headers);
    };
    Ok(ApiAnswer {
        status: head.status,
        headers: head.headers,
        body: ApiBody::new(body, encoding, MAX_ANSWER)?,
    })
}

/// The reads of an account, one request each: the caller decides about retries.
pub(super) struct Api<'a> {
    pub(super) client: &'a ApiClient,
    pub(super) base: &'a BaseUrl,
    pub(super) token: &'a AccessToken,
    pub(super) clock: &'a dyn Clock,
}

impl Api<'_> {
    /// Sends one read and reads its whole answer within the read timeout.
    async fn send(&self, path_and_query: &str) -> Result<WholeAnswer, AccountError> {
        let reading = async {
            let answer = get(
                self.client,
                self.base,
                path_and_query,
                Encoding::Gzip,
                self.token,
            )
            .await?;
            answer.whole().await
        };
        match timeout(http_client::READ_TIMEOUT, reading).await {
            Ok(answer) => Ok(answer?),
            Err(elapsed) => Err(ProviderError::AnswerLost(Some(elapsed.into())).into()),
        }
    }

    async fn read<T: FromValue>(&self, read: &Read<T>) -> Result<T, AccountError> {
        let answer = self.send(&read.versioned()).await?;
        if answer.status != StatusCode::OK {
            return Err(self.unexpected(&answer));
        }
        Ok(answer.json()?)
    }

    fn unexpected(&self, answer: &WholeAnswer) -> AccountError {
        let status = answer.status;
        if status == StatusCode::UNAUTHORIZED {
            return AccountError::Unauthorized;
        }
        let error = if is_later(status) {
            ProviderError::Later {
                status: status.as_u16(),
                after: retry_delay(&answer.headers, self.clock.now()),
            }
        } else {
            ProviderError::Unusable(format!("the status {status}"))
        };
        error.into()
    }

    pub(super) async fn identity(&self) -> Result<Identity, AccountError> {
        let answer = self.send(&read::identity().versioned()).await?;
        match answer.status {
            StatusCode::OK => Ok(to_identity(answer.json()?)),
            // A provider may deny this to an app; the organizations matter more.
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(Identity::default()),
            _ => Err(self.unexpected(&answer)),
        }
    }

    pub(super) async fn next_orgs(&self, list: &mut OrgList) -> Result<(), AccountError> {
        let first = read::orgs().limit(read::LARGEST_PAGE);
        let page = match list.next() {
            NextPage::First => first,
            NextPage::After(cursor) => first.after(cursor),
            NextPage::V1 => {
                list.take_v1(self.v1_orgs().await?);
                return Ok(());
            }
            NextPage::GroupName => {
                list.take_group_names(self.v1_orgs_if_answered().await);
                return Ok(());
            }
            NextPage::End => return Ok(()),
        };
        let page = self.read(&page).await?;
        if page.unreadable > 0 {
            tracing::warn!(
                unreadable = page.unreadable,
                "Some of the organizations at Snyk cannot be read"
            );
        }
        let (next, is_next_lost) = (page.next(), page.is_next_lost());
        let orgs = page.data.into_iter().map(listed).collect();
        if is_next_lost {
            list.take_last_known(orgs);
            let why = "the link to its next page leads nowhere".to_owned();
            return Err(ProviderError::Unusable(why).into());
        }
        Ok(list.take(orgs, next)?)
    }

    /// REST has omitted organizations that are accessible through a group; v1 has them.
    async fn v1_orgs(&self) -> Result<Vec<Listed>, AccountError> {
        let answer = self.send("/v1/orgs").await?;
        match answer.status {
            StatusCode::OK => v1_orgs(answer.json()?).ok_or_else(|| {
                ProviderError::Unusable("it is not a list of organizations".to_owned()).into()
            }),
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(Vec::new()),
            _ => Err(self.unexpected(&answer)),
        }
    }

    /// Returns the list of v1 if it answers soon. Only the name of a group depends on it.
    async fn v1_orgs_if_answered(&self) -> Option<Vec<Listed>> {
        match timeout(GROUP_NAME_TIMEOUT, self.v1_orgs()).await {
            Ok(Ok(orgs)) => Some(orgs),
            Ok(Err(error)) => {
                tracing::info!(%error, "The name of a group at Snyk cannot be read");
                None
            }
            Err(_) => {
                tracing::info!("Snyk did not answer in time for the name of a group");
                None
            }
        }
    }
}

/// Converts the document to an identity. One without a known kind does not fail the login: the
/// organizations matter more.
fn to_identity(mut document: Object) -> Identity {
    let identity: snyk::Identity = document.take("data").unwrap_or_default();
    let (context, user) = match identity.kind {
        Some(IdentityKind::User) => (Some(Context::User), identity.id),
        Some(IdentityKind::AppInstance | IdentityKind::ServiceAccount) => {
            (Some(Context::Tenant), None)
        }
        Some(IdentityKind::Other(_)) | None => (None, None),
    };
    Identity { context, user }
}

/// Converts an organization. One without a name is named by its slug, or else by its id; an unknown
/// slug is empty.
fn listed(org: snyk::Org) -> Listed {
    let OrgAttributes {
        name,
        slug,
        group_id,
        ..
    } = org.attributes;
    let org = Org {
        name: name
            .or_else(|| slug.clone())
            .unwrap_or_else(|| org.id.clone()),
        slug: slug.unwrap_or_default(),
        group: None,
        id: org.id,
    };
    Listed { org, group_id }
}

/// Converts the list of v1, which has the attributes next to the id, and the name of the group.
fn v1_orgs(mut document: Object) -> Option<Vec<Listed>> {
    let orgs: Vec<Object> = document.take("orgs")?;
    let read = |mut attributes: Object| {
        let id = attributes.take_text("id")?;
        let mut group: Object = attributes.take("group").unwrap_or_default();
        let mut one = listed(snyk::Org {
            id,
            attributes: OrgAttributes::from_value(Value::Object(attributes))?,
        });
        one.org.group = group.take_text("name");
        one.group_id = group.take_text("id");
        Some(one)
    };
    Some(orgs.into_iter().filter_map(read).collect())
}
