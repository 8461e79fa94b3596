//! The answer to an API request: as a stream or complete.

use std::fmt;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream::BoxStream};
use http::{HeaderMap, StatusCode};
use reqwest::Response;
use shared::{
    json::{self, FromValue},
    snyk::ErrorDocument,
};
use tokio::time::Instant;

use super::ProviderError;
use crate::http_client::{self, READ_AHEAD, TransportError};

/// A streamed body, bounded in size after decompression and in the time between two of its parts.
/// If it is interrupted, the last item is the error.
pub type ApiBody = BoxStream<'static, Result<Bytes, ProviderError>>;

/// An answer whose body has not been read yet.
pub struct ApiAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: ApiBody,
}

impl ApiAnswer {
    /// Reads the whole body.
    pub async fn whole(self) -> Result<WholeAnswer, ProviderError> {
        let Self {
            status,
            headers,
            body,
        } = self;
        Ok(WholeAnswer {
            status,
            headers,
            body: whole(body).await?,
        })
    }
}

impl fmt::Debug for ApiAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiAnswer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// An answer with its whole body.
pub struct WholeAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl WholeAnswer {
    /// Parses the body as JSON, as leniently as possible.
    pub fn json<T: FromValue>(&self) -> Result<T, ProviderError> {
        json::read(&self.body).map_err(|error| ProviderError::Unusable(error.to_string()))
    }

    /// Returns the error document of a failure; an empty one if the body is none.
    #[must_use]
    pub fn error_document(&self) -> ErrorDocument {
        json::read(&self.body).unwrap_or_default()
    }
}

impl fmt::Debug for WholeAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WholeAnswer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Returns the id by which Snyk's support finds the request, if the answer has one that is safe to
/// log.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers
        .get("snyk-request-id")
        .and_then(|id| id.to_str().ok())
        .filter(|id| {
            id.len() <= 64
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// Reads up to about [`READ_AHEAD`] bytes of a body, and returns the rest as a stream if there is more. An
/// interruption within these bytes can still be reported as a problem.
pub async fn read_ahead(mut body: ApiBody) -> Result<(Bytes, Option<ApiBody>), ProviderError> {
    let mut head = BytesMut::new();
    while head.len() <= READ_AHEAD {
        match body.try_next().await? {
            Some(chunk) => head.extend_from_slice(&chunk),
            None => return Ok((head.freeze(), None)),
        }
    }
    Ok((head.freeze(), Some(body)))
}

/// Reads a whole body.
pub(super) async fn whole(mut body: ApiBody) -> Result<Bytes, ProviderError> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.try_next().await? {
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

/// Returns the body of the answer to a request that began at that time, as a stream of at most
/// `max` bytes, counted after decompression (SEC-59). Returns an error at once if its declared length exceeds that.
pub(super) fn body(
    response: Response,
    began: Instant,
    max: usize,
) -> Result<ApiBody, ProviderError> {
    if response
        .content_length()
        .is_some_and(|length| length > max as u64)
    {
        return Err(too_large(max));
    }
    Ok(bounded(
        http_client::stream(response, began).map_err(ProviderError::from),
        max,
    ))
}

/// Returns a body that ends with an error once it exceeds `max` bytes.
fn bounded(
    body: impl Stream<Item = Result<Bytes, ProviderError>> + Send + 'static,
    max: usize,
) -> ApiBody {
    let mut left = max;
    body.map(move |chunk| {
        let chunk = chunk?;
        left = left
            .checked_sub(chunk.len())
            .ok_or_else(|| too_large(max))?;
        Ok(chunk)
    })
    .boxed()
}

fn too_large(max: usize) -> ProviderError {
    TransportError::TooLarge { max }.into()
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn sec_59_a_body_ends_at_its_bound() {
        let answer = |max| ApiAnswer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: bounded(
                stream::iter(["1234"; 3]).map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))),
                max,
            ),
        };
        assert_eq!(answer(12).whole().await.unwrap().body.len(), 12);
        assert!(matches!(
            answer(11).whole().await,
            Err(ProviderError::Unusable(_))
        ));
    }

    #[test]
    fn only_an_id_is_returned_as_the_request_id() {
        let mut headers = HeaderMap::new();
        for (value, is_id) in [
            ("7ff2a7d1-0f2b-4a55-9bd2-000000000001", true),
            ("<script>", false),
            (&"a".repeat(65), false),
        ] {
            headers.insert("snyk-request-id", value.parse().unwrap());
            assert_eq!(request_id(&headers).is_some(), is_id, "{value}");
        }
    }
}
