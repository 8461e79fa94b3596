//! Bodies of answers.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use reqwest::Response;
use tokio::time::{Instant, Sleep, sleep_until};
use zeroize::Zeroizing;

use super::transport_error::TransportError;

/// Timeout for an API answer up to [`READ_AHEAD`], and for each further part. What follows is passed
/// on while it arrives, and a browser that reads slowly would use up a timeout for all of it.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Number of bytes of an API answer that are read before any is passed on: nearly every page of a
/// list is smaller, and an interruption within them becomes a problem document instead of half an
/// answer. Of larger answers no more than this, and the few chunks in flight, are in memory.
pub const READ_AHEAD: usize = 256 * 1024;
/// Timeout for a whole API answer, which a server that sends a byte now and then does not extend.
const TOTAL_TIMEOUT: Duration = Duration::from_mins(30);

/// Initial capacity for a token answer, in bytes, so that it is read without reallocations that
/// leave copies in memory.
const INITIAL_CAPACITY: usize = 16 * 1024;

/// The body of the answer to an API request.
///
/// Beyond the read-ahead, the read timeout limits the time that this server waits for the provider.
/// Data that has arrived is returned however long the body was not polled, so that a slow reader is
/// not cut off.
#[derive(Debug)]
pub struct TimedBody {
    body: Incoming,
    /// When the request began.
    began: Instant,
    /// Number of bytes that have been returned.
    read: usize,
    /// The timeout of the chunk that is being waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl TimedBody {
    pub(super) fn new(body: Incoming, began: Instant) -> Self {
        Self {
            body,
            began,
            read: 0,
            timer: None,
        }
    }

    /// Returns when a wait that begins now ends.
    fn deadline(&self) -> Instant {
        let is_ahead = self.read <= READ_AHEAD;
        let since = if is_ahead { self.began } else { Instant::now() };
        (since + READ_TIMEOUT).min(self.began + TOTAL_TIMEOUT)
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.timer = None;
            if let Some(Ok(frame)) = &frame {
                let length = frame.data_ref().map_or(0, Bytes::len);
                self.read = self.read.saturating_add(length);
            }
            return Poll::Ready(frame.map(|frame| Ok(frame?)));
        }
        let deadline = self.deadline();
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        ready!(timer.as_mut().poll(cx));
        let elapsed = io::Error::new(io::ErrorKind::TimedOut, "no more of the answer came");
        Poll::Ready(Some(Err(TransportError::AnswerLost(elapsed.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Reads a body as far as it arrives, up to `max` bytes. Returns it with the error that interrupted
/// it, if any. It may hold tokens, so it is wiped on drop.
pub async fn read_partial(
    mut response: Response,
    max: usize,
) -> (Zeroizing<Vec<u8>>, Option<TransportError>) {
    let mut body = Zeroizing::new(Vec::with_capacity(INITIAL_CAPACITY));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let left = max.saturating_sub(body.len());
                body.extend_from_slice(&chunk[..chunk.len().min(left)]);
                if chunk.len() > left {
                    return (body, Some(TransportError::TooLarge { max }));
                }
            }
            Ok(None) => return (body, None),
            Err(error) => return (body, Some(error.into())),
        }
    }
}
