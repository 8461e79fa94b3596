//! Signal handling: the signals of a person, a terminal or a supervisor shut the sandbox down
//! gracefully, and others are ignored.

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

/// Listens for the signals that request a shutdown, from its creation on.
pub(crate) struct Stops(Vec<Signal>);

impl Stops {
    pub(crate) fn listen() -> io::Result<Self> {
        // A handler stays installed for the lifetime of the process, even if its listener is
        // dropped.
        for number in IGNORED {
            drop(listen(number)?);
        }
        STOPS
            .into_iter()
            .map(listen)
            .collect::<io::Result<_>>()
            .map(Self)
    }

    /// Waits until a shutdown is requested.
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
