//! What the server and its stream know of one connection together: where in a request it stands, and
//! until when the client has time (SEC-66, SEC-67).

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Duration,
};

use tokio::time::Instant;

use super::head_scanner::HeadScanner;

/// How long a client has time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// Between two requests, and before the first one.
    pub(super) idle: Duration,
    /// For a head, from its first byte on.
    pub(super) head: Duration,
    /// Between two requests once the server stops.
    pub(super) idle_at_stop: Duration,
}

/// Which time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    Idle,
    Head,
}

/// What the server tells its stream.
#[derive(Debug)]
pub(super) struct RequestFramer {
    timeouts: Timeouts,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    expects: Expects,
    /// Whether a request is being answered.
    is_busy: bool,
    /// Whether everything that was answered has been written.
    is_flushed: bool,
    /// Since when nothing is under way.
    idle_since: Instant,
    /// When the first byte of the head came that is being read.
    head_since: Option<Instant>,
    asks_for_page: bool,
    stopping_since: Option<Instant>,
    waker: Option<Waker>,
}

#[derive(Debug)]
enum Expects {
    Head(HeadScanner),
    /// A head went on; hyper has not said yet what follows it.
    BodyLength,
    Body(u64),
    /// Of a chunked body only hyper sees the end: the connection ends with it.
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

    /// hyper read a head, and a body of this length follows; without one, chunks.
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

    /// The answer was handed to hyper, all of it.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.is_busy = false;
        state.idle_since = Instant::now();
        // Only who reads learns how long it may wait from now on.
        state.wake();
    }

    /// hyper has nothing left to write.
    pub(super) fn flushed(&self) {
        let mut state = self.state();
        state.is_flushed |= !state.is_busy;
    }

    /// The server stops. Who is connected may still ask once, for a moment; the answer ends the
    /// connection.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.stopping_since = Some(Instant::now());
        state.wake();
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.state().stopping_since.is_some()
    }

    /// Whether hyper answers something that nobody was asked: a head that it cannot read.
    pub(super) fn is_unasked(&self) -> bool {
        let state = self.state();
        !state.is_busy && state.is_flushed
    }

    /// Whether the head that came last asks for a page.
    pub(super) fn asks_for_page(&self) -> bool {
        self.state().asks_for_page
    }

    /// Whether the client may still be sending a body.
    pub(super) fn is_sending(&self) -> bool {
        matches!(self.state().expects, Expects::Body(_) | Expects::UntilClose)
    }

    /// Whether hyper has said what follows the last head. The reader is woken when anything changes.
    pub(super) fn may_read(&self, reader: &Waker) -> bool {
        let mut state = self.state();
        match &mut state.waker {
            Some(waker) => waker.clone_from(reader),
            None => state.waker = Some(reader.clone()),
        }
        !matches!(state.expects, Expects::BodyLength)
    }

    /// How many of these bytes may go on now: all, or those of this head or this body.
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
            Expects::Body(left) => {
                let admitted = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                *left -= admitted as u64;
                if *left == 0 {
                    state.expects = Expects::default();
                }
                admitted
            }
            Expects::BodyLength | Expects::UntilClose => bytes.len(),
        }
    }

    /// Until when the client may be silent, and what is over then. `None` while it waits for us, and
    /// while a body comes, which has a time of its own.
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
        let until = match state.stopping_since {
            Some(stop) => idle.min(stop.max(state.idle_since) + self.timeouts.idle_at_stop),
            None => idle,
        };
        Some((until, Expiry::Idle))
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

    fn admit(gate: &RequestFramer, bytes: &[u8]) -> usize {
        gate.admit(&mut bytes.to_vec())
    }

    async fn wait(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn sec_67_an_idle_client_has_its_time_and_a_begun_head_another() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let gate = RequestFramer::new(TIMEOUTS);
        assert_eq!(gate.expiry(), Some((at(75), Expiry::Idle)));
        wait(30).await;
        // Empty lines are no head, and give no more time.
        admit(&gate, b"\r\n\r\n");
        assert_eq!(gate.expiry(), Some((at(75), Expiry::Idle)));
        admit(&gate, b"GET / HT");
        wait(5).await;
        admit(&gate, b"TP/1.1\r\n");
        assert_eq!(gate.expiry(), Some((at(40), Expiry::Head)));
        admit(&gate, b"\r\n");
        assert_eq!(gate.expiry(), None, "hyper is to say what follows");
        gate.begin(Some(0));
        wait(200).await;
        assert_eq!(gate.expiry(), None, "the client waits for us");
        gate.end();
        assert_eq!(gate.expiry(), Some((at(235 + 75), Expiry::Idle)));
    }

    #[tokio::test(start_paused = true)]
    async fn rel_7_at_a_stop_who_is_idle_may_ask_for_a_moment() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let gate = RequestFramer::new(TIMEOUTS);
        wait(50).await;
        gate.stop();
        assert_eq!(gate.expiry(), Some((at(52), Expiry::Idle)));
        admit(&gate, b"GET / HTTP/1.1\r\n\r\n");
        gate.begin(Some(0));
        wait(10).await;
        gate.end();
        assert_eq!(gate.expiry(), Some((at(62), Expiry::Idle)));
        let gate = RequestFramer::new(TIMEOUTS);
        wait(74).await;
        gate.stop();
        assert_eq!(gate.expiry(), Some((at(60 + 75), Expiry::Idle)));
    }

    #[test]
    fn sec_61_only_what_nobody_was_asked_is_hypers_own_answer() {
        let gate = RequestFramer::new(TIMEOUTS);
        assert!(gate.is_unasked());
        gate.begin(Some(0));
        gate.flushed();
        assert!(!gate.is_unasked(), "an answer is being given");
        gate.end();
        assert!(!gate.is_unasked(), "its end is not written yet");
        gate.flushed();
        assert!(gate.is_unasked());
    }
}
