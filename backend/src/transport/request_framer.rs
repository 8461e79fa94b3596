//! State of one connection, shared by the server and its stream: the position within a request, and
//! how long the client may take (SEC-66, SEC-67).

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Duration,
};

use tokio::time::Instant;

use super::head_scanner::HeadScanner;

/// Time limits for a client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// Between two requests, and before the first one.
    pub(super) idle: Duration,
    /// For a request head, from its first byte on.
    pub(super) head: Duration,
    /// Between two requests while the server stops.
    pub(super) idle_at_stop: Duration,
}

/// The time limit that expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    Idle,
    Head,
}

/// Tracks where requests begin and end on one connection.
#[derive(Debug)]
pub(super) struct RequestFramer {
    timeouts: Timeouts,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    expects: Expects,
    /// Whether a response is in progress.
    is_busy: bool,
    /// Whether the last response has been written completely.
    is_flushed: bool,
    /// Start of the current idle period.
    idle_since: Instant,
    /// Arrival of the first byte of the current head.
    head_since: Option<Instant>,
    asks_for_page: bool,
    stopping_since: Option<Instant>,
    waker: Option<Waker>,
}

#[derive(Debug)]
enum Expects {
    Head(HeadScanner),
    /// A head was passed on, and hyper has not reported the body length yet.
    BodyLength,
    Body(u64),
    /// A chunked body. Only hyper sees its end, so the connection ends with it.
    UntilClose,
}

impl Default for Expects {
    fn default() -> Self {
        Self::Head(HeadScanner::default())
    }
}

impl RequestFramer {
    pub(super) fn new(timeouts: Timeouts) -> Self {
        Self {
            timeouts,
            state: Mutex::new(State {
                expects: Expects::default(),
                is_busy: false,
                is_flushed: true,
                idle_since: Instant::now(),
                head_since: None,
                asks_for_page: false,
                stopping_since: None,
                waker: None,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that hyper read a head whose body has this length. A body without a length is
    /// chunked.
    pub(super) fn begin(&self, body: Option<u64>) {
        let mut state = self.state();
        state.expects = match body {
            Some(0) => Expects::default(),
            Some(length) => Expects::Body(length),
            None => Expects::UntilClose,
        };
        state.is_busy = true;
        state.is_flushed = false;
        state.wake();
    }

    /// Records that hyper has consumed the response.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.is_busy = false;
        state.idle_since = Instant::now();
        // The reader learns the new deadline only when it is woken.
        state.wake();
    }

    /// Records that hyper has nothing left to write.
    pub(super) fn flushed(&self) {
        let mut state = self.state();
        state.is_flushed |= !state.is_busy;
    }

    /// Records that the server stops. A client may send one more request within a short time, and
    /// its response closes the connection.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.stopping_since = Some(Instant::now());
        state.wake();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.state().stopping_since.is_some()
    }

    /// Returns whether no request is in progress. Whatever hyper writes then is its response to a
    /// malformed head.
    pub(super) fn is_between_requests(&self) -> bool {
        let state = self.state();
        !state.is_busy && state.is_flushed
    }

    /// Returns whether the last head requests a page.
    pub(super) fn asks_for_page(&self) -> bool {
        self.state().asks_for_page
    }

    /// Returns whether the client may still be sending a body.
    pub(super) fn is_sending(&self) -> bool {
        matches!(self.state().expects, Expects::Body(_) | Expects::UntilClose)
    }

    /// Returns whether hyper has reported the body length of the last head. `reader` is woken when
    /// the state changes.
    pub(super) fn may_read(&self, reader: &Waker) -> bool {
        let mut state = self.state();
        match &mut state.waker {
            Some(waker) => waker.clone_from(reader),
            None => state.waker = Some(reader.clone()),
        }
        !matches!(state.expects, Expects::BodyLength)
    }

    /// Returns how many of the bytes may be passed on now: all of them, or those of the current
    /// head or body.
    pub(super) fn admit(&self, bytes: &mut [u8]) -> usize {
        let mut state = self.state();
        match &mut state.expects {
            Expects::Head(head) => {
                let end = head.scan(bytes);
                let (has_begun, asks_for_page) = (head.has_begun(), head.asks_for_page());
                state.asks_for_page = asks_for_page;
                if end.is_some() {
                    state.expects = Expects::BodyLength;
                    state.head_since = None;
                } else if has_begun {
                    state.head_since.get_or_insert_with(Instant::now);
                }
                end.unwrap_or(bytes.len())
            }
            Expects::Body(remaining) => {
                let admitted = usize::try_from(*remaining)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                *remaining -= admitted as u64;
                if *remaining == 0 {
                    state.expects = Expects::default();
                }
                admitted
            }
            Expects::BodyLength | Expects::UntilClose => bytes.len(),
        }
    }

    /// Returns the deadline of the client and the limit that then expires. Returns `None` while the
    /// client waits for a response, and while a body arrives, which has a time limit of its own.
    pub(super) fn expiry(&self) -> Option<(Instant, Expiry)> {
        let state = self.state();
        if !matches!(state.expects, Expects::Head(_)) {
            return None;
        }
        if let Some(since) = state.head_since {
            return Some((since + self.timeouts.head, Expiry::Head));
        }
        if state.is_busy {
            return None;
        }
        let idle = state.idle_since + self.timeouts.idle;
        let deadline = match state.stopping_since {
            Some(stop) => idle.min(stop.max(state.idle_since) + self.timeouts.idle_at_stop),
            None => idle,
        };
        Some((deadline, Expiry::Idle))
    }
}

impl State {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUTS: Timeouts = Timeouts {
        idle: Duration::from_secs(75),
        head: Duration::from_secs(10),
        idle_at_stop: Duration::from_secs(2),
    };

    fn admit(framer: &RequestFramer, bytes: &[u8]) -> usize {
        framer.admit(&mut bytes.to_vec())
    }

    async fn wait(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn sec_67_an_idle_client_has_its_time_and_a_begun_head_another() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let framer = RequestFramer::new(TIMEOUTS);
        assert_eq!(framer.expiry(), Some((at(75), Expiry::Idle)));
        wait(30).await;
        // Empty lines do not begin a head and do not extend the time.
        admit(&framer, b"\r\n\r\n");
        assert_eq!(framer.expiry(), Some((at(75), Expiry::Idle)));
        admit(&framer, b"GET / HT");
        wait(5).await;
        admit(&framer, b"TP/1.1\r\n");
        assert_eq!(framer.expiry(), Some((at(40), Expiry::Head)));
        admit(&framer, b"\r\n");
        assert_eq!(framer.expiry(), None, "hyper is to say what follows");
        framer.begin(Some(0));
        wait(200).await;
        assert_eq!(framer.expiry(), None, "the client waits for us");
        framer.end();
        assert_eq!(framer.expiry(), Some((at(235 + 75), Expiry::Idle)));
    }

    #[tokio::test(start_paused = true)]
    async fn rel_7_at_a_stop_who_is_idle_may_ask_for_a_moment() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let framer = RequestFramer::new(TIMEOUTS);
        wait(50).await;
        framer.stop();
        assert_eq!(framer.expiry(), Some((at(52), Expiry::Idle)));
        admit(&framer, b"GET / HTTP/1.1\r\n\r\n");
        framer.begin(Some(0));
        wait(10).await;
        framer.end();
        assert_eq!(framer.expiry(), Some((at(62), Expiry::Idle)));
        let framer = RequestFramer::new(TIMEOUTS);
        wait(74).await;
        framer.stop();
        assert_eq!(framer.expiry(), Some((at(60 + 75), Expiry::Idle)));
    }

    #[test]
    fn sec_61_hyper_writes_its_own_response_only_between_requests() {
        let framer = RequestFramer::new(TIMEOUTS);
        assert!(framer.is_between_requests());
        framer.begin(Some(0));
        framer.flushed();
        assert!(!framer.is_between_requests(), "an answer is being given");
        framer.end();
        assert!(!framer.is_between_requests(), "its end is not written yet");
        framer.flushed();
        assert!(framer.is_between_requests());
    }
}
