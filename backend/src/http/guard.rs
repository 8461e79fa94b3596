//! The stream between a client and hyper. It hands on one head at a time, looked at ([`Head`]), and
//! learns of hyper itself where the body behind it ends, so that the two cannot disagree. And it puts a
//! whole answer in the place of the bare one that hyper gives to a head that it cannot read (SEC-61).

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker, ready},
};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
};

use super::head::Head;

/// What the server tells its stream.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    first: Notify,
}

#[derive(Debug, Default)]
struct State {
    expects: Expects,
    /// Whether hyper ever read a head.
    has_begun: bool,
    waker: Option<Waker>,
}

#[derive(Debug)]
enum Expects {
    Head(Head),
    /// A head went on; hyper has not said yet what follows it.
    Word,
    Body(u64),
    /// Of a chunked body only hyper sees the end: the connection ends with it.
    Rest,
}

impl Default for Expects {
    fn default() -> Self {
        Self::Head(Head::default())
    }
}

impl Gate {
    /// hyper read a head, and a body of this length follows; without one, chunks.
    pub(super) fn begin(&self, body: Option<u64>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.expects = match body {
            Some(0) => Expects::default(),
            Some(length) => Expects::Body(length),
            None => Expects::Rest,
        };
        if !state.has_begun {
            state.has_begun = true;
            self.first.notify_one();
        }
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// Done once a first head was read.
    pub(super) async fn first(&self) {
        if !self.has_begun() {
            self.first.notified().await;
        }
    }

    fn has_begun(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.has_begun
    }
}

/// The stream.
pub(super) struct Guard<S, F> {
    stream: S,
    gate: Arc<Gate>,
    /// Read, and not to be handed on yet.
    held: BytesMut,
    /// Makes the whole answer of the bare one.
    whole: F,
    /// The whole answer's rest, once hyper gave a bare one.
    own: Option<Bytes>,
}

impl<S, F> Guard<S, F> {
    pub(super) fn new(stream: S, gate: Arc<Gate>, whole: F) -> Self {
        Self {
            stream,
            gate,
            held: BytesMut::new(),
            whole,
            own: None,
        }
    }
}

impl<S: AsyncRead + Unpin, F: Unpin> AsyncRead for Guard<S, F> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let guard = self.get_mut();
        {
            let mut state = guard
                .gate
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if matches!(state.expects, Expects::Word) {
                state.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
        }
        let before = out.filled().len();
        let held = guard.held.len().min(out.remaining());
        if held == 0 {
            ready!(Pin::new(&mut guard.stream).poll_read(cx, out))?;
        } else {
            out.put_slice(&guard.held[..held]);
        }
        let fresh = &mut out.filled_mut()[before..];
        let mut state = guard
            .gate
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let passed = state.pass(fresh);
        drop(state);
        if held == 0 {
            guard.held.extend_from_slice(&fresh[passed..]);
        } else {
            guard.held.advance(passed);
        }
        out.set_filled(before + passed);
        Poll::Ready(Ok(()))
    }
}

impl State {
    /// How many of these bytes may go on now: all, or those of this head or this body.
    fn pass(&mut self, bytes: &mut [u8]) -> usize {
        match &mut self.expects {
            Expects::Head(head) => match head.look(bytes) {
                Some(end) => {
                    self.expects = Expects::Word;
                    end
                }
                None => bytes.len(),
            },
            Expects::Body(left) => {
                let passed = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                *left -= passed as u64;
                if *left == 0 {
                    self.expects = Expects::default();
                }
                passed
            }
            Expects::Word | Expects::Rest => bytes.len(),
        }
    }
}

impl<S: AsyncWrite + Unpin, F: Fn(&[u8]) -> Bytes + Unpin> Guard<S, F> {
    /// Writes the whole answer where hyper gives a bare one: nobody was asked, and it answers.
    fn poll_own(&mut self, cx: &mut Context<'_>, bare: &[u8]) -> Poll<io::Result<bool>> {
        if self.own.is_none() && !self.gate.has_begun() {
            self.own = Some((self.whole)(bare));
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

impl<S: AsyncWrite + Unpin, F: Fn(&[u8]) -> Bytes + Unpin> AsyncWrite for Guard<S, F> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let guard = self.get_mut();
        if ready!(guard.poll_own(cx, bytes))? {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut guard.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let guard = self.get_mut();
        let first = slices.first().map(|slice| &**slice).unwrap_or_default();
        if ready!(guard.poll_own(cx, first))? {
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        Pin::new(&mut guard.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
