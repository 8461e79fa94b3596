//! Snyk's API: reads with a bearer token (RFC 6750 section 2.1), to the configured host only.

use http::{HeaderValue, StatusCode, header};
use reqwest::Client;
use serde::Deserialize;
use shared::{
    api::connection::{Context, Org},
    snyk::VERSION,
};

use crate::{
    provider::{ApiAnswer, ProviderError, Reach, http_client},
    vault::secret::AccessToken,
};

/// Largest API answer, in bytes, after decompression.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// Most pages of organizations that are read.
const MAX_PAGES: usize = 100;

pub(super) async fn get(
    client: &Client,
    base: &str,
    path_and_query: &str,
    token: &AccessToken,
) -> Result<ApiAnswer, ProviderError> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.secret()))
        .map_err(|_| ProviderError::Unusable("its token is not a header value".to_owned()))?;
    bearer.set_sensitive(true);
    let response = client
        .get(format!("{base}{path_and_query}"))
        .header(header::AUTHORIZATION, bearer)
        .header(header::ACCEPT, "application/vnd.api+json, application/json")
        .send()
        .await
        .map_err(http_client::fault)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = http_client::read_bounded(response, MAX_ANSWER).await?;
    Ok(ApiAnswer {
        status,
        headers,
        body,
    })
}

pub(super) async fn reach(
    client: &Client,
    base: &str,
    token: &AccessToken,
) -> Result<Reach, ProviderError> {
    let path = format!("/rest/self?version={VERSION}");
    let me = get(client, base, &path, token).await?;
    let (context, user) = match me.status {
        StatusCode::OK => who(&parsed::<Document<SelfData>>(&me)?.data),
        // A provider may keep this from an app; organizations are what counts.
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => (None, None),
        status => return Err(unexpected(status)),
    };
    let mut orgs = rest_orgs(client, base, token).await?;
    if orgs.is_empty() {
        orgs = v1_orgs(client, base, token).await?;
    }
    Ok(Reach {
        context,
        user,
        orgs,
    })
}

fn who(data: &SelfData) -> (Option<Context>, Option<String>) {
    match data.kind.as_str() {
        "user" => (Some(Context::User), Some(data.id.clone())),
        "app_instance" | "service_account" => (Some(Context::Tenant), None),
        _ => (None, None),
    }
}

/// Pages through the organizations. Only the cursor is taken out of `links.next`, never its host, so
/// that the token follows no link elsewhere.
async fn rest_orgs(
    client: &Client,
    base: &str,
    token: &AccessToken,
) -> Result<Vec<Org>, ProviderError> {
    let mut orgs = Vec::new();
    let mut cursors = Vec::<String>::new();
    for _ in 0..MAX_PAGES {
        let query = page_query(cursors.last());
        let answer = get(client, base, &format!("/rest/orgs?{query}"), token).await?;
        if answer.status != StatusCode::OK {
            return Err(unexpected(answer.status));
        }
        let page: Document<Vec<OrgData>> = parsed(&answer)?;
        orgs.extend(page.data.into_iter().map(|org| Org {
            id: org.id,
            name: org.attributes.name,
            slug: org.attributes.slug,
        }));
        match page
            .links
            .and_then(|links| links.next)
            .as_ref()
            .and_then(Link::cursor)
        {
            Some(cursor) if !cursors.contains(&cursor) => cursors.push(cursor),
            _ => return Ok(orgs),
        }
    }
    Ok(orgs)
}

fn page_query(cursor: Option<&String>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("version", VERSION)
        .append_pair("limit", "100");
    if let Some(cursor) = cursor {
        query.append_pair("starting_after", cursor);
    }
    query.finish()
}

/// REST once left out organizations that are reached through a group; v1 has them.
async fn v1_orgs(
    client: &Client,
    base: &str,
    token: &AccessToken,
) -> Result<Vec<Org>, ProviderError> {
    let answer = get(client, base, "/v1/orgs", token).await?;
    if answer.status != StatusCode::OK {
        return Ok(Vec::new());
    }
    Ok(parsed::<V1Orgs>(&answer)?.orgs)
}

fn parsed<'a, T: Deserialize<'a>>(answer: &'a ApiAnswer) -> Result<T, ProviderError> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| ProviderError::Unusable("it is not the JSON that was asked for".to_owned()))
}

fn unexpected(status: StatusCode) -> ProviderError {
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        ProviderError::Later {
            status: status.as_u16(),
            after: None,
        }
    } else {
        ProviderError::Unusable(format!("the status {status}"))
    }
}

#[derive(Deserialize)]
struct Document<T> {
    data: T,
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Links {
    next: Option<Link>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Link {
    Text(String),
    Object { href: String },
}

impl Link {
    fn cursor(&self) -> Option<String> {
        let (Self::Text(href) | Self::Object { href }) = self;
        let (_, query) = href.split_once('?')?;
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "starting_after")
            .map(|(_, cursor)| cursor.into_owned())
    }
}

#[derive(Deserialize)]
struct SelfData {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct OrgData {
    id: String,
    attributes: OrgAttributes,
}

#[derive(Deserialize)]
struct OrgAttributes {
    name: String,
    slug: String,
}

#[derive(Deserialize)]
struct V1Orgs {
    orgs: Vec<Org>,
}
