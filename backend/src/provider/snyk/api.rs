//! Snyk's API: reads with a bearer token (RFC 6750 section 2.1), to the configured host only.

use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
use reqwest::Client;
use shared::{
    api::connection::{Context, Org},
    json::{FromValue, Object, Value},
    snyk::{self, Identity, Read, identity::IdentityKind, org::OrgAttributes, read},
};
use url::{Position, Url};

use crate::{
    clock::Clock,
    provider::{
        ApiAnswer, ProviderError, Reach, WholeAnswer, answer, http_client,
        retry::{self, with_retries},
    },
    vault::secret::AccessToken,
};

/// Largest API answer, in bytes, after decompression.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// Reading what a token reaches, all of it: a person waits, and what stands in between gives up after
/// a minute.
const REACH_WITHIN: Duration = Duration::from_secs(40);
/// Most pages of organizations that are read.
const MAX_PAGES: usize = 100;

/// Reads, once. The request is all of our making: nothing that a browser sent is in it but what the
/// path and query say.
pub(super) async fn get(
    client: &Client,
    base: &Url,
    path_and_query: &str,
    token: &AccessToken,
) -> Result<ApiAnswer, ProviderError> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.secret()))
        .map_err(|_| ProviderError::Unusable("its token is not a header value".to_owned()))?;
    bearer.set_sensitive(true);
    let mut response = client
        .get(address(base, path_and_query)?)
        .header(header::AUTHORIZATION, bearer)
        .header(header::ACCEPT, "application/vnd.api+json, application/json")
        .send()
        .await
        .map_err(http_client::fault)?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    if !status.is_success() {
        tracing::info!(
            status = status.as_u16(),
            snyk_request_id = answer::request_id(&headers),
            "Snyk did not give what was asked for"
        );
    }
    Ok(ApiAnswer {
        status,
        headers,
        body: http_client::bounded(response, MAX_ANSWER)?,
    })
}

/// The address of a read below `base`. A URL parser may take a path for another one, such as one that
/// climbs; then nothing is sent.
fn address(base: &Url, path_and_query: &str) -> Result<Url, ProviderError> {
    let other = || ProviderError::Unusable("the path is not one of the API".to_owned());
    let path = path_and_query.split('?').next().unwrap_or(path_and_query);
    if !(path.starts_with("/rest/") || path.starts_with("/v1/")) {
        return Err(other());
    }
    let text = format!("{}{path_and_query}", base.as_str().trim_end_matches('/'));
    let address = Url::parse(&text).map_err(|_| other())?;
    let is_as_asked = address[..Position::BeforePath] == base[..Position::BeforePath]
        && address
            .path()
            .strip_prefix(base.path().trim_end_matches('/'))
            == Some(path);
    if is_as_asked {
        Ok(address)
    } else {
        Err(other())
    }
}

/// Reads what a token reaches. A code can be exchanged once, so this is tried again where that may
/// help: giving up would waste the login.
pub(super) async fn reach(
    client: &Client,
    base: &Url,
    token: &AccessToken,
    clock: &dyn Clock,
) -> Result<Reach, ProviderError> {
    let api = Api {
        client,
        base,
        token,
        clock,
    };
    let reading = async {
        let (context, user) = api.who().await?;
        let mut orgs = api.rest_orgs().await?;
        if orgs.is_empty() {
            orgs = api.v1_orgs().await?;
        }
        Ok(Reach {
            context,
            user,
            orgs,
        })
    };
    tokio::time::timeout(REACH_WITHIN, reading)
        .await
        .unwrap_or(Err(ProviderError::AnswerLost(None)))
}

struct Api<'a> {
    client: &'a Client,
    base: &'a Url,
    token: &'a AccessToken,
    clock: &'a dyn Clock,
}

impl Api<'_> {
    async fn ask(&self, path_and_query: &str) -> Result<WholeAnswer, ProviderError> {
        with_retries(self.clock, |_| {
            get(self.client, self.base, path_and_query, self.token)
        })
        .await
    }

    async fn read<T: FromValue>(&self, read: &Read<T>) -> Result<T, ProviderError> {
        let answer = self.ask(&read.versioned()).await?;
        if answer.status != StatusCode::OK {
            return Err(self.unexpected(&answer));
        }
        answer.json()
    }

    fn unexpected(&self, answer: &WholeAnswer) -> ProviderError {
        if retry::is_later(answer.status) {
            ProviderError::Later {
                status: answer.status.as_u16(),
                after: retry::asked_pause(&answer.headers, self.clock.now()),
            }
        } else {
            ProviderError::Unusable(format!("the status {}", answer.status))
        }
    }

    async fn who(&self) -> Result<(Option<Context>, Option<String>), ProviderError> {
        let answer = self.ask(&read::identity().versioned()).await?;
        match answer.status {
            StatusCode::OK => Ok(who(answer.json()?)),
            // A provider may keep this from an app; organizations are what counts.
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok((None, None)),
            _ => Err(self.unexpected(&answer)),
        }
    }

    async fn rest_orgs(&self) -> Result<Vec<Org>, ProviderError> {
        let mut orgs = Vec::new();
        let mut cursors = Vec::<String>::new();
        for _ in 0..MAX_PAGES {
            let mut page = read::orgs().limit(read::LARGEST_PAGE);
            if let Some(cursor) = cursors.last() {
                page = page.after(cursor);
            }
            let page = self.read(&page).await?;
            let next = page.next();
            if page.unreadable > 0 || page.is_next_lost() {
                tracing::warn!(
                    unreadable = page.unreadable,
                    next_is_lost = page.is_next_lost(),
                    "some of the organizations at Snyk cannot be read"
                );
            }
            orgs.extend(page.data.into_iter().map(org));
            match next {
                Some(cursor) if !cursors.contains(&cursor) => cursors.push(cursor),
                _ => break,
            }
        }
        Ok(orgs)
    }

    /// REST once left out organizations that are reached through a group; v1 has them.
    async fn v1_orgs(&self) -> Result<Vec<Org>, ProviderError> {
        let answer = self.ask("/v1/orgs").await?;
        match answer.status {
            StatusCode::OK => v1_orgs(answer.json()?).ok_or_else(|| {
                ProviderError::Unusable("it is not a list of organizations".to_owned())
            }),
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(Vec::new()),
            _ => Err(self.unexpected(&answer)),
        }
    }
}

/// As whom the token acts. A document that does not say costs no login: organizations are what
/// counts.
fn who(mut document: Object) -> (Option<Context>, Option<String>) {
    let identity: Identity = document.take("data").unwrap_or_default();
    match identity.kind {
        Some(IdentityKind::User) => (Some(Context::User), identity.id),
        Some(IdentityKind::AppInstance | IdentityKind::ServiceAccount) => {
            (Some(Context::Tenant), None)
        }
        Some(IdentityKind::Other(_)) | None => (None, None),
    }
}

/// An organization as a connection holds it. One whose name Snyk does not say is called by its slug,
/// and else by its id; an empty slug is one that is not known.
fn org(org: snyk::Org) -> Org {
    let OrgAttributes { name, slug, .. } = org.attributes;
    Org {
        name: name
            .or_else(|| slug.clone())
            .unwrap_or_else(|| org.id.clone()),
        slug: slug.unwrap_or_default(),
        id: org.id,
    }
}

/// v1 has an organization's attributes beside its id.
fn v1_orgs(mut document: Object) -> Option<Vec<Org>> {
    let orgs: Vec<Object> = document.take("orgs")?;
    let read = |mut attributes: Object| {
        Some(org(snyk::Org {
            id: attributes.take_text("id")?,
            attributes: OrgAttributes::from_value(Value::Object(attributes))?,
        }))
    };
    Some(orgs.into_iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_52_the_address_is_what_was_asked_for_at_the_configured_origin() {
        for base in ["https://api.snyk.io", "http://127.0.0.1:4010/snyk"] {
            let path = "/rest/orgs/4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11/projects?version=x";
            let parsed = Url::parse(base).unwrap();
            assert_eq!(
                address(&parsed, path).unwrap().as_str(),
                format!("{base}{path}")
            );
            for path in [
                "/rest/orgs/../self",
                "/rest/orgs/%2E%2e/projects",
                "/rest/./self",
                "/rest\\self",
                "@evil.example/rest/self",
                ".evil.example/rest/self",
                ":80/rest/self",
                "/rest/se\tlf",
            ] {
                assert!(address(&parsed, path).is_err(), "{base}{path}");
            }
        }
    }
}
