//! The stream between a client and hyper.
//!
//! It passes on one request head at a time, scanned by
//! [`HeadScanner`](super::head_scanner::HeadScanner). hyper itself reports where the body behind
//! the head ends, so the two cannot disagree ([`RequestFramer`]). The stream closes connections
//! that are idle or send a head too slowly. It also replaces the bare response that hyper sends for
//! a malformed head by a complete one (SEC-61).

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use super::{
    head_scanner::INVALID_BYTE,
    request_framer::{Expiry, RequestFramer},
};

/// Maximum number of bytes to read and discard after a rejection.
const MAX_DISCARD_BYTES: usize = 1024 * 1024;
/// Maximum time spent discarding.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(2);

/// Ends a head with an invalid byte so that hyper rejects it. hyper parses a head only once its end
/// has arrived.
const INVALID_HEAD_END: [u8; 5] = [INVALID_BYTE, b'\r', b'\n', b'\r', b'\n'];

/// A request that hyper rejected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rejected<'a> {
    /// The response that hyper wrote.
    pub(super) hyper_response: &'a [u8],
    /// Whether the head timed out.
    pub(super) is_timed_out: bool,
    /// Whether a browser requested a page.
    pub(super) asks_for_page: bool,
}

/// A stream that frames requests before hyper reads them.
pub(super) struct FramedStream<S, F> {
    stream: S,
    framer: Arc<RequestFramer>,
    /// Bytes that were read but must not be passed on yet.
    buffered: BytesMut,
    /// Builds the complete response that replaces hyper's.
    build_response: F,
    /// The unwritten rest of the complete response, once hyper wrote a bare one.
    response: Option<Bytes>,
    /// Whether the rejected head timed out.
    is_timed_out: bool,
    timer: Option<Pin<Box<Sleep>>>,
    /// After a rejection: how many more bytes are discarded, and until when.
    discard: Option<(usize, Instant)>,
}

impl<S, F> FramedStream<S, F> {
    pub(super) fn new(stream: S, framer: Arc<RequestFramer>, build_response: F) -> Self {
        Self {
            stream,
            framer,
            buffered: BytesMut::new(),
            build_response,
            response: None,
            is_timed_out: false,
            timer: None,
            discard: None,
        }
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(cx)
    }

    /// Ends the stream if nothing arrived before the deadline.
    fn poll_expired(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some((deadline, expiry)) = self.framer.expiry() else {
            return Poll::Pending;
        };
        ready!(self.poll_timer(cx, deadline));
        match expiry {
            // hyper sees a client that closed between two requests.
            Expiry::Idle => {}
            Expiry::Head => {
                self.is_timed_out = true;
                let end = &INVALID_HEAD_END[..INVALID_HEAD_END.len().min(out.remaining())];
                out.put_slice(end);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin, F: Unpin> AsyncRead for FramedStream<S, F> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let framed = self.get_mut();
        if !framed.framer.may_read(cx.waker()) {
            return Poll::Pending;
        }
        let filled_before = out.filled().len();
        let buffered = framed.buffered.len().min(out.remaining());
        if buffered == 0 {
            // Bytes that have arrived count, however late they are read.
            match Pin::new(&mut framed.stream).poll_read(cx, out)? {
                Poll::Ready(()) => {}
                Poll::Pending => return framed.poll_expired(cx, out),
            }
        } else {
            out.put_slice(&framed.buffered[..buffered]);
        }
        let fresh = &mut out.filled_mut()[filled_before..];
        let admitted = framed.framer.admit(fresh);
        if buffered == 0 {
            framed.buffered.extend_from_slice(&fresh[admitted..]);
        } else {
            framed.buffered.advance(admitted);
        }
        out.set_filled(filled_before + admitted);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin, F: Fn(Rejected<'_>) -> Bytes + Unpin> FramedStream<S, F> {
    /// Writes the complete response in place of hyper's bare one. hyper responds without having
    /// dispatched a request only when it rejects a head.
    fn poll_error_response(
        &mut self,
        cx: &mut Context<'_>,
        hyper_response: &[u8],
    ) -> Poll<io::Result<bool>> {
        if self.response.is_none() && self.framer.is_between_requests() {
            self.response = Some((self.build_response)(Rejected {
                hyper_response,
                is_timed_out: self.is_timed_out,
                asks_for_page: self.framer.asks_for_page(),
            }));
        }
        let Some(rest) = &mut self.response else {
            return Poll::Ready(Ok(false));
        };
        while !rest.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            rest.advance(written);
        }
        Poll::Ready(Ok(true))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin, F> FramedStream<S, F> {
    /// Keeps reading after the last response, for a bounded time and amount. Closing a connection
    /// with unread bytes resets it, and a client that is still sending would never see the
    /// response.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (mut remaining, deadline) = self
            .discard
            .unwrap_or_else(|| (MAX_DISCARD_BYTES, Instant::now() + DISCARD_TIMEOUT));
        loop {
            let mut bytes = [0; 4_096];
            let mut out = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(cx, &mut out) {
                Poll::Ready(Ok(())) if !out.filled().is_empty() && remaining > 0 => {
                    remaining = remaining.saturating_sub(out.filled().len());
                    self.discard = Some((remaining, deadline));
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    self.discard = Some((remaining, deadline));
                    return self.poll_timer(cx, deadline);
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin, F: Fn(Rejected<'_>) -> Bytes + Unpin> AsyncWrite
    for FramedStream<S, F>
{
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let framed = self.get_mut();
        if ready!(framed.poll_error_response(cx, bytes))? {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut framed.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let framed = self.get_mut();
        let first = slices.first().map(|slice| &**slice).unwrap_or_default();
        if ready!(framed.poll_error_response(cx, first))? {
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        Pin::new(&mut framed.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let framed = self.get_mut();
        ready!(Pin::new(&mut framed.stream).poll_flush(cx))?;
        // hyper flushes once it has written everything that it has.
        framed.framer.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let framed = self.get_mut();
        if framed.discard.is_none() {
            ready!(Pin::new(&mut framed.stream).poll_shutdown(cx))?;
        }
        if framed.response.is_some() || framed.framer.is_sending() {
            ready!(framed.poll_discard(cx));
        }
        Poll::Ready(Ok(()))
    }
}
