//! The answer to an API request: as a body that arrives, or complete.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, combinators::UnsyncBoxBody};
use hyper::body::{Body, Frame, SizeHint};
use shared::{
    json::{self, FromValue},
    snyk::ErrorDocument,
};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    ProviderError,
    encoding::{self, Encoding, Refused, SizeLimit},
};
use crate::http_client::{READ_AHEAD, TransportError};

/// A body that arrives, bounded in size, also after decompression, and in the time between two of
/// its parts. If it is interrupted, the last item is the error.
pub struct ApiBody {
    source: UnsyncBoxBody<Bytes, TransportError>,
    encoding: Encoding,
    max: usize,
    limit: SizeLimit,
    /// Held until the body is dropped.
    _permit: Option<OwnedSemaphorePermit>,
}

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
    /// Returns an answer whose body is not used.
    pub(super) fn without_body(
        status: StatusCode,
        mut headers: HeaderMap,
    ) -> Result<Self, ProviderError> {
        for name in [
            header::CONTENT_ENCODING,
            header::CONTENT_LENGTH,
            header::CONTENT_TYPE,
        ] {
            headers.remove(name);
        }
        let none = Empty::new().map_err(|never| match never {});
        Ok(Self {
            status,
            headers,
            body: ApiBody::new(none, Encoding::Identity, 0)?,
        })
    }

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
            body: body.whole().await?,
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

impl ApiBody {
    /// Bounds a body of that encoding by `max` bytes, counted after decompression (SEC-59).
    ///
    /// # Errors
    ///
    /// If its declared length exceeds that.
    pub fn new(
        source: impl Body<Data = Bytes, Error = TransportError> + Send + 'static,
        encoding: Encoding,
        max: usize,
    ) -> Result<Self, ProviderError> {
        if source.size_hint().lower() > max as u64 {
            return Err(refused(&Refused::TooLarge { max }));
        }
        Ok(Self {
            source: UnsyncBoxBody::new(source),
            encoding,
            max,
            limit: SizeLimit::new(max, encoding),
            _permit: None,
        })
    }

    /// Returns how the chunks are encoded.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Holds a permit until the body is dropped.
    #[must_use]
    pub fn holding(self, permit: OwnedSemaphorePermit) -> Self {
        Self {
            _permit: Some(permit),
            ..self
        }
    }

    /// Returns the next chunk, or `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ProviderError> {
        while let Some(frame) = self.frame().await {
            if let Ok(chunk) = frame?.into_data() {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    /// Reads up to about [`READ_AHEAD`] bytes. Returns them with the rest of the body if there is
    /// more. An interruption within these bytes can still be reported as a problem.
    pub async fn read_ahead(mut self) -> Result<(Vec<Bytes>, Option<Self>), ProviderError> {
        let (mut chunks, mut size) = (Vec::new(), 0);
        while size <= READ_AHEAD {
            // Its end is known with its last chunk if its length was declared.
            if self.is_end_stream() {
                return Ok((chunks, None));
            }
            match self.chunk().await? {
                Some(chunk) => {
                    size += chunk.len();
                    chunks.push(chunk);
                }
                None => return Ok((chunks, None)),
            }
        }
        Ok((chunks, Some(self)))
    }

    /// Reads and decompresses the whole body.
    async fn whole(mut self) -> Result<Bytes, ProviderError> {
        // Decompressed below and bounded there, instead of being counted here too.
        self.limit = SizeLimit::new(self.max, Encoding::Identity);
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            whole.extend_from_slice(&chunk);
        }
        match self.encoding {
            // An empty body is no gzip, and says nothing that could be broken.
            _ if whole.is_empty() => Ok(Bytes::new()),
            Encoding::Identity => Ok(whole.freeze()),
            Encoding::Gzip => encoding::decompress(&whole, self.max).map_err(|why| refused(&why)),
        }
    }
}

impl Body for ApiBody {
    type Data = Bytes;
    type Error = ProviderError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ProviderError>>> {
        let Some(frame) = ready!(Pin::new(&mut self.source).poll_frame(cx)) else {
            return Poll::Ready(None);
        };
        let frame = frame?;
        if let Some(chunk) = frame.data_ref()
            && let Err(why) = self.limit.count(chunk)
        {
            return Poll::Ready(Some(Err(refused(&why))));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.source.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.source.size_hint()
    }
}

impl fmt::Debug for ApiBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiBody").finish_non_exhaustive()
    }
}

fn refused(why: &Refused) -> ProviderError {
    ProviderError::Unusable(why.to_string())
}

#[cfg(test)]
mod tests {
    use http_body_util::StreamBody;

    use super::*;

    fn body(encoding: Encoding, max: usize) -> ApiBody {
        let chunks = ["1234"; 3].map(|chunk| Ok(Frame::data(Bytes::from_static(chunk.as_bytes()))));
        let source = StreamBody::new(futures_util::stream::iter(chunks));
        ApiBody::new(source, encoding, max).unwrap()
    }

    #[tokio::test]
    async fn sec_59_a_body_ends_at_its_bound() {
        let answer = |max| ApiAnswer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body(Encoding::Identity, max),
        };
        assert_eq!(answer(12).whole().await.unwrap().body.len(), 12);
        assert!(matches!(
            answer(11).whole().await,
            Err(ProviderError::Unusable(_))
        ));
    }

    #[tokio::test]
    async fn a_body_is_read_ahead_without_copies() {
        let (chunks, rest) = body(Encoding::Identity, 12).read_ahead().await.unwrap();
        assert_eq!((chunks.len(), rest.is_none()), (3, true));
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
