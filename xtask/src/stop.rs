//! Handles termination signals: they are recorded, so that code waiting for a child can stop it
//! first.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use anyhow::{Context as _, Result};
use signal_hook::{
    consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ},
    flag,
};

static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// Records termination signals from now on, instead of exiting at once, and ignores signals that
/// have no meaning here. An unexpected exit would leave child processes behind.
pub(crate) fn listen() -> Result<()> {
    const ERROR: &str = "cannot listen for signals";
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        flag::register_usize(signal, Arc::clone(&SIGNAL), usize::try_from(signal)?)
            .context(ERROR)?;
    }
    for signal in [SIGALRM, SIGUSR1, SIGUSR2, SIGXFSZ] {
        flag::register(signal, Arc::new(AtomicBool::new(false))).context(ERROR)?;
    }
    Ok(())
}

/// Returns whether a stop was requested.
pub(crate) fn requested() -> bool {
    SIGNAL.load(Ordering::SeqCst) != 0
}

/// Returns whether the signal came from a terminal: by Ctrl-C, Ctrl-\ or a hangup. A terminal also
/// signals the children, so they stop by themselves.
pub(crate) fn requested_by_terminal() -> bool {
    matches!(
        i32::try_from(SIGNAL.load(Ordering::SeqCst)),
        Ok(SIGINT | SIGQUIT | SIGHUP)
    )
}

/// Returns the source of the request, in words.
pub(crate) fn source() -> String {
    match i32::try_from(SIGNAL.load(Ordering::SeqCst)) {
        Ok(SIGINT) => "by Ctrl-C".to_owned(),
        Ok(SIGQUIT) => "by Ctrl-\\".to_owned(),
        Ok(SIGTERM) => "by another program (SIGTERM)".to_owned(),
        Ok(SIGHUP) => "because the terminal went away (SIGHUP)".to_owned(),
        _ => "by a signal".to_owned(),
    }
}
