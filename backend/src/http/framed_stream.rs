//! The stream between a client and hyper. It hands on one head at a time, looked at
//! ([`Head`](super::head::Head)), and learns of hyper itself where the body behind it ends, so that the
//! two cannot disagree ([`RequestFramer`]). It ends a connection that is idle or sends its head too slowly. And
//! it puts a whole answer in the place of the bare one that hyper gives to a head that it cannot read
//! (SEC-61).

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
    head_scanner::NEVER,
    request_framer::{Expiry, RequestFramer},
};

/// Most bytes that are read and forgotten after a refusal.
const DISCARD_AT_MOST: usize = 1024 * 1024;
/// Longest time for that.
const DISCARD_WITHIN: Duration = Duration::from_secs(2);

/// Ends a head so that hyper refuses it: before its end hyper does not look at a head again.
const REFUSED_END: [u8; 5] = [NEVER, b'\r', b'\n', b'\r', b'\n'];

/// What is known of a request that hyper refuses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rejected<'a> {
    /// hyper's own answer.
    pub(super) bare: &'a [u8],
    /// Whether the head took too long.
    pub(super) is_late: bool,
    /// Whether a browser asks for a page.
    pub(super) asks_for_page: bool,
}

/// The stream.
pub(super) struct FramedStream<S, F> {
    stream: S,
    framer: Arc<RequestFramer>,
    /// Read, and not to be handed on yet.
    held: BytesMut,
    /// Makes the whole answer of the bare one.
    whole: F,
    /// The whole answer's rest, once hyper gave a bare one.
    own: Option<Bytes>,
    /// Whether the head that is refused took too long.
    is_late: bool,
    timer: Option<Pin<Box<Sleep>>>,
    /// After a refusal: how many bytes more are read and forgotten, and until when.
    discard: Option<(usize, Instant)>,
}

impl<S, F> FramedStream<S, F> {
    pub(super) fn new(stream: S, framer: Arc<RequestFramer>, whole: F) -> Self {
        Self {
            stream,
            framer,
            held: BytesMut::new(),
            whole,
            own: None,
            is_late: false,
            timer: None,
            discard: None,
        }
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>, until: Instant) -> Poll<()> {
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(until)));
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        timer.as_mut().poll(cx)
    }

    /// Nothing has come: ends the stream once the client has had its time.
    fn poll_expired(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some((until, expiry)) = self.framer.expiry() else {
            return Poll::Pending;
        };
        ready!(self.poll_timer(cx, until));
        match expiry {
            // To hyper the client went away between two requests.
            Expiry::Idle => {}
            Expiry::Head => {
                self.is_late = true;
                let end = &REFUSED_END[..REFUSED_END.len().min(out.remaining())];
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
        let before = out.filled().len();
        let held = framed.held.len().min(out.remaining());
        if held == 0 {
            // What has come counts, however late it is seen.
            match Pin::new(&mut framed.stream).poll_read(cx, out)? {
                Poll::Ready(()) => {}
                Poll::Pending => return framed.poll_expired(cx, out),
            }
        } else {
            out.put_slice(&framed.held[..held]);
        }
        let fresh = &mut out.filled_mut()[before..];
        let passed = framed.framer.admit(fresh);
        if held == 0 {
            framed.held.extend_from_slice(&fresh[passed..]);
        } else {
            framed.held.advance(passed);
        }
        out.set_filled(before + passed);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin, F: Fn(Rejected<'_>) -> Bytes + Unpin> FramedStream<S, F> {
    /// Writes the whole answer where hyper gives a bare one: nobody was asked, and it answers.
    fn poll_own(&mut self, cx: &mut Context<'_>, bare: &[u8]) -> Poll<io::Result<bool>> {
        if self.own.is_none() && self.framer.is_unasked() {
            self.own = Some((self.whole)(Rejected {
                bare,
                is_late: self.is_late,
                asks_for_page: self.framer.asks_for_page(),
            }));
        }
        let Some(rest) = &mut self.own else {
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
    /// Reads on after the last answer, for a bounded time and amount: a connection that is closed on unread
    /// bytes is reset, and a client that is still sending would never see the answer.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (mut room, until) = self
            .discard
            .unwrap_or_else(|| (DISCARD_AT_MOST, Instant::now() + DISCARD_WITHIN));
        loop {
            let mut bytes = [0; 4_096];
            let mut out = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(cx, &mut out) {
                Poll::Ready(Ok(())) if !out.filled().is_empty() && room > 0 => {
                    room = room.saturating_sub(out.filled().len());
                    self.discard = Some((room, until));
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    self.discard = Some((room, until));
                    return self.poll_timer(cx, until);
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
        if ready!(framed.poll_own(cx, bytes))? {
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
        if ready!(framed.poll_own(cx, first))? {
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
        // hyper flushes when it has written all that it has.
        framed.framer.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let framed = self.get_mut();
        if framed.discard.is_none() {
            ready!(Pin::new(&mut framed.stream).poll_shutdown(cx))?;
        }
        if framed.own.is_some() || framed.framer.is_sending() {
            ready!(framed.poll_discard(cx));
        }
        Poll::Ready(Ok(()))
    }
}
