//! Signals (REL-7, REL-13): each one that a terminal, a supervisor or an operator sends ends in the
//! orderly stop, or is ignored. The default action of nearly all of them ends the process at once, in
//! the middle of a refresh.

use std::{fs, io, ops::RangeInclusive, task::Poll};

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Those that ask for the orderly stop. The last two announce that CPU time or power runs out.
const STOPS: &[(Number, &str)] = &[
    (Number::TERM, "SIGTERM"),
    (INTERRUPT, "SIGINT"),
    (Number::QUIT, "SIGQUIT"),
    (HANGUP, "SIGHUP"),
    (Number::XCPU, "SIGXCPU"),
    #[cfg(target_os = "linux")]
    (Number::POWER, "SIGPWR"),
];
pub(super) const INTERRUPT: Number = Number::INT;
const HANGUP: Number = Number::HUP;

/// Those that are ignored. Without SIGXFSZ a file that may not grow is an error of the write; without
/// SIGTSTP Ctrl-Z does not suspend a refresh until its answer is too late. SIGPIPE is ignored by the
/// standard library already.
const IGNORED: &[Number] = &[
    Number::USR1,
    Number::USR2,
    Number::ALARM,
    Number::VTALARM,
    Number::PROF,
    Number::IO,
    Number::XFSZ,
    Number::TSTP,
    Number::TTIN,
    Number::TTOU,
    Number::TRAP,
    Number::SYS,
    #[cfg(target_os = "linux")]
    Number::STKFLT,
];
/// Linux's real-time signals; the C library keeps some of the first for itself and refuses those.
const REAL_TIME: RangeInclusive<i32> = 32..=64;

/// The signals that ask for a stop, heard from the moment that this was made.
#[derive(Debug)]
pub(super) struct Stops(Vec<(Number, &'static str, Signal)>);

impl Stops {
    /// Takes over the signals of this process.
    pub(super) fn listen() -> io::Result<Self> {
        let stops = STOPS.iter().filter(|(number, _)| {
            // Started with `nohup`: a terminal that closes is none of our business.
            *number != HANGUP || !is_ignored(HANGUP)
        });
        let stops = stops
            .map(|(number, name)| Ok((*number, *name, signal(kind(number.as_raw()))?)))
            .collect::<io::Result<_>>()?;
        // A handler stays for as long as the process, also when nobody listens to it.
        for number in IGNORED {
            drop(signal(kind(number.as_raw()))?);
        }
        if cfg!(target_os = "linux") {
            for number in REAL_TIME {
                drop(signal(kind(number)));
            }
        }
        Ok(Self(stops))
    }

    /// Done when a stop is asked for; by which signal.
    pub(super) async fn next(&mut self) -> (Number, &'static str) {
        std::future::poll_fn(|context| {
            for (number, name, signal) in &mut self.0 {
                if signal.poll_recv(context).is_ready() {
                    return Poll::Ready((*number, *name));
                }
            }
            Poll::Pending
        })
        .await
    }
}

fn kind(number: i32) -> SignalKind {
    SignalKind::from_raw(number)
}

/// Whether this process was started with a signal ignored. Only Linux says so without unsafe code.
fn is_ignored(number: Number) -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status, number.as_raw()))
}

/// Whether the mask of ignored signals in the text of `/proc/self/status` holds this one.
fn ignores(status: &str, number: i32) -> bool {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & (1 << (number - 1)) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rel_13_nohup_is_read_off_the_mask_of_ignored_signals() {
        let status = |mask: &str| format!("Name:\tsnyk-app\nSigBlk:\t0001\nSigIgn:\t{mask}\n");
        assert!(ignores(&status("0000000000001001"), 1));
        assert!(!ignores(&status("0000000000001000"), 1));
        assert!(!ignores("", 1));
    }

    #[tokio::test]
    async fn rel_13_no_signal_is_both_obeyed_and_ignored() {
        for (number, name) in STOPS {
            assert!(!IGNORED.contains(number), "{name}");
        }
        assert!(Stops::listen().is_ok());
    }
}
