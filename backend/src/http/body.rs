//! Bodies, watched: whether a request's was read to its end, and until when an answer's is sent.

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

/// A request's body, as it is read.
pub(super) struct Received {
    body: Incoming,
    is_read: Arc<AtomicBool>,
}

/// What is left of a request's body.
pub(super) struct Rest(Option<Arc<AtomicBool>>);

impl Received {
    /// The request with its body watched.
    pub(super) fn track(request: Request<Incoming>) -> (Request<Body>, Rest) {
        if request.body().is_end_stream() {
            return (request.map(Body::new), Rest(None));
        }
        let is_read = Arc::new(AtomicBool::new(false));
        let rest = Rest(Some(Arc::clone(&is_read)));
        let request = request.map(|body| Body::new(Self { body, is_read }));
        (request, rest)
    }
}

impl Rest {
    /// Whether something of the body was not read: then hyper may have to end the connection.
    pub(super) fn is_unread(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|is_read| !is_read.load(Ordering::Acquire))
    }
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let is_whole = match &frame {
            None => true,
            Some(Ok(_)) => self.body.is_end_stream(),
            Some(Err(_)) => false,
        };
        if is_whole {
            self.is_read.store(true, Ordering::Release);
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

/// An answer's body. Until it is dropped, which hyper does when it has taken all of it, the connection
/// is not idle.
pub(super) struct Answered {
    body: Body,
    framer: Arc<RequestFramer>,
}

impl Answered {
    /// From now on an answer is under way.
    pub(super) fn track(framer: Arc<RequestFramer>) -> Self {
        Self {
            body: Body::empty(),
            framer,
        }
    }

    pub(super) fn framer(&self) -> &RequestFramer {
        &self.framer
    }

    /// With the body of the answer, once there is one.
    pub(super) fn with(mut self, body: Body) -> Self {
        self.body = body;
        self
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.framer.end();
    }
}

impl HttpBody for Answered {
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
