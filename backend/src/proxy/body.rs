//! The body that is passed on to the browser.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::provider::{ApiBody, ProviderError};

/// The chunks that were read ahead, and the rest while it arrives.
#[derive(Debug)]
pub(super) struct PassedBody {
    chunks: std::vec::IntoIter<Bytes>,
    rest: Option<ApiBody>,
}

impl PassedBody {
    pub(super) fn new(chunks: Vec<Bytes>, rest: Option<ApiBody>) -> Self {
        Self {
            chunks: chunks.into_iter(),
            rest,
        }
    }
}

impl Body for PassedBody {
    type Data = Bytes;
    type Error = ProviderError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ProviderError>>> {
        if let Some(chunk) = self.chunks.next() {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        let Some(rest) = &mut self.rest else {
            return Poll::Ready(None);
        };
        loop {
            match ready!(Pin::new(&mut *rest).poll_frame(cx)) {
                // Trailers are headers, of which only listed ones pass.
                Some(Ok(frame)) if !frame.is_data() => {}
                frame => return Poll::Ready(frame),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.as_slice().is_empty() && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }

    /// Exact if everything was read ahead, so that the response declares its length.
    fn size_hint(&self) -> SizeHint {
        let ahead = self.chunks.as_slice().iter().map(Bytes::len).sum::<usize>() as u64;
        if self.rest.is_none() {
            return SizeHint::with_exact(ahead);
        }
        let mut hint = SizeHint::new();
        hint.set_lower(ahead);
        hint
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;
    use crate::provider::Encoding;

    #[tokio::test]
    async fn sec_56_trailers_do_not_pass() {
        let mut trailers = HeaderMap::new();
        trailers.insert("set-cookie", "a=b".parse().unwrap());
        let frames = [
            Frame::data(Bytes::from_static(b"[1,")),
            Frame::data(Bytes::from_static(b"2]")),
            Frame::trailers(trailers),
        ];
        let source = StreamBody::new(futures_util::stream::iter(frames.map(Ok)));
        let rest = ApiBody::new(source, Encoding::Identity, 16).unwrap();
        let body = PassedBody::new(vec![Bytes::from_static(b"{}")], Some(rest));
        let passed = body.collect().await.unwrap();
        assert!(passed.trailers().is_none());
        assert_eq!(passed.to_bytes(), "{}[1,2]");
    }
}
