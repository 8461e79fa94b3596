//! Body wrappers that track whether a request body was read to its end, and how long a response
//! body is being sent.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::body::Body;
use bytes::Bytes;
use http::Request;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use super::request_framer::RequestFramer;

/// A request body that records whether it was read to its end.
pub(super) struct TrackedRequestBody {
    body: Incoming,
    is_fully_read: Arc<AtomicBool>,
}

/// Reports whether a request body was read to its end.
pub(super) struct ReadStatus(Option<Arc<AtomicBool>>);

impl TrackedRequestBody {
    /// Wraps the body of a request.
    pub(super) fn track(request: Request<Incoming>) -> (Request<Body>, ReadStatus) {
        if request.body().is_end_stream() {
            return (request.map(Body::new), ReadStatus(None));
        }
        let is_fully_read = Arc::new(AtomicBool::new(false));
        let read_status = ReadStatus(Some(Arc::clone(&is_fully_read)));
        let request = request.map(|body| {
            Body::new(Self {
                body,
                is_fully_read,
            })
        });
        (request, read_status)
    }
}

impl ReadStatus {
    /// Returns whether part of the body was not read. hyper may then have to close the connection.
    pub(super) fn is_unread(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|is_fully_read| !is_fully_read.load(Ordering::Acquire))
    }
}

impl HttpBody for TrackedRequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let is_complete = match &frame {
            None => true,
            Some(Ok(_)) => self.body.is_end_stream(),
            Some(Err(_)) => false,
        };
        if is_complete {
            self.is_fully_read.store(true, Ordering::Release);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response body. The connection is not idle until hyper has consumed all of the body and dropped
/// it.
pub(super) struct TrackedResponseBody {
    body: Body,
    framer: Arc<RequestFramer>,
}

impl TrackedResponseBody {
    /// Marks a response as in progress.
    pub(super) fn track(framer: Arc<RequestFramer>) -> Self {
        Self {
            body: Body::empty(),
            framer,
        }
    }

    pub(super) fn framer(&self) -> &RequestFramer {
        &self.framer
    }

    /// Attaches the body of the response, once there is one.
    pub(super) fn with_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }
}

impl Drop for TrackedResponseBody {
    fn drop(&mut self) {
        self.framer.end();
    }
}

impl HttpBody for TrackedResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
