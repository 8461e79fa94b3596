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
