//! Signal handling (REL-7, REL-13): every signal that a terminal, a supervisor or an operator sends
//! either starts an orderly shutdown or is ignored. The default action of almost all of them ends
//! the process at once, even during a refresh.

use std::{fs, io, ops::RangeInclusive, task::Poll};

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that start an orderly shutdown. The last two announce that CPU time or power is running
/// out.
const STOP_SIGNALS: &[(Number, &str)] = &[
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

/// Signals that are ignored. Without SIGXFSZ, a file that may not grow is a write error. Without
/// SIGTSTP, Ctrl-Z cannot suspend a refresh until its response is too late. The standard library
/// already ignores SIGPIPE.
const IGNORED_SIGNALS: &[Number] = &[
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
/// The real-time signals of Linux. The C library reserves some of the first ones, which cannot be
/// handled.
const REAL_TIME_SIGNALS: RangeInclusive<i32> = 32..=64;

/// Receives stop signals, starting when it is created.
#[derive(Debug)]
pub(super) struct StopSignals(Vec<(Number, &'static str, Signal)>);

impl StopSignals {
    /// Installs the signal handlers of this process.
    pub(super) fn listen() -> io::Result<Self> {
        let handlers = STOP_SIGNALS.iter().filter(|(number, _)| {
            // The process was started with `nohup`: it must survive the closing of its terminal.
            *number != HANGUP || !is_ignored(HANGUP)
        });
        let handlers = handlers
            .map(|(number, name)| Ok((*number, *name, signal(kind(number.as_raw()))?)))
            .collect::<io::Result<_>>()?;
        // A handler stays installed for the lifetime of the process, even without a listener.
        for number in IGNORED_SIGNALS {
            drop(signal(kind(number.as_raw()))?);
        }
        if cfg!(target_os = "linux") {
            for number in REAL_TIME_SIGNALS {
                drop(signal(kind(number)));
            }
        }
        Ok(Self(handlers))
    }

    /// Waits for the next stop signal and returns its number and name.
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

/// Returns whether this process was started with a signal ignored. Only Linux reports this without
/// unsafe code.
fn is_ignored(number: Number) -> bool {
    fs::read_to_string("/proc/self/status")
        .is_ok_and(|status| mask_contains(&status, number.as_raw()))
}

/// Returns whether the mask of ignored signals in the text of `/proc/self/status` contains this
/// signal.
fn mask_contains(status: &str, number: i32) -> bool {
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
        assert!(mask_contains(&status("0000000000001001"), 1));
        assert!(!mask_contains(&status("0000000000001000"), 1));
        assert!(!mask_contains("", 1));
    }

    #[tokio::test]
    async fn rel_13_no_signal_is_both_obeyed_and_ignored() {
        for (number, name) in STOP_SIGNALS {
            assert!(!IGNORED_SIGNALS.contains(number), "{name}");
        }
        assert!(StopSignals::listen().is_ok());
    }
}
