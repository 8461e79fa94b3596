//! Signals: those of a person, a terminal or a supervisor end the sandbox in order, the others are
//! ignored.

use std::io;
use std::task::Poll;

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};

const STOPS: [Number; 4] = [Number::TERM, Number::INT, Number::QUIT, Number::HUP];
const IGNORED: [Number; 6] = [
    Number::USR1,
    Number::USR2,
    Number::ALARM,
    Number::XFSZ,
    Number::TSTP,
    Number::TTIN,
];

/// The signals that ask for a stop, heard from the moment that this was made.
pub(crate) struct Stops(Vec<Signal>);

impl Stops {
    pub(crate) fn listen() -> io::Result<Self> {
        // A handler stays for as long as the process, also when nobody listens to it.
        for number in IGNORED {
            drop(listen(number)?);
        }
        STOPS
            .into_iter()
            .map(listen)
            .collect::<io::Result<_>>()
            .map(Self)
    }

    /// Done when a stop is asked for.
    pub(crate) async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let mut signals = self.0.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

fn listen(number: Number) -> io::Result<Signal> {
    signal(SignalKind::from_raw(number.as_raw()))
}
