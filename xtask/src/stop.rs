//! Ctrl-C and its kin: remembered, so that whoever waits for a child can end it first.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use anyhow::{Context as _, Result};
use signal_hook::{
    consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ},
    flag,
};

static ASKED: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// From now on a signal to stop is remembered instead of ending this program at once, and those that
/// say nothing here are ignored: whoever ends unasked leaves its children behind.
pub(crate) fn listen() -> Result<()> {
    const DEAF: &str = "cannot listen for signals";
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        flag::register_usize(signal, Arc::clone(&ASKED), usize::try_from(signal)?).context(DEAF)?;
    }
    for signal in [SIGALRM, SIGUSR1, SIGUSR2, SIGXFSZ] {
        flag::register(signal, Arc::new(AtomicBool::new(false))).context(DEAF)?;
    }
    Ok(())
}

/// Whether someone asked us to stop.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst) != 0
}

/// Whether it was a signal that a terminal sends, with Ctrl-C, Ctrl-\ or when it goes away. It sends it
/// to the children too, so that they stop unasked.
pub(crate) fn asked_by_terminal() -> bool {
    matches!(
        i32::try_from(ASKED.load(Ordering::SeqCst)),
        Ok(SIGINT | SIGQUIT | SIGHUP)
    )
}

/// Who asked, in words.
pub(crate) fn by() -> String {
    match i32::try_from(ASKED.load(Ordering::SeqCst)) {
        Ok(SIGINT) => "by Ctrl-C".to_owned(),
        Ok(SIGQUIT) => "by Ctrl-\\".to_owned(),
        Ok(SIGTERM) => "by another program (SIGTERM)".to_owned(),
        Ok(SIGHUP) => "because the terminal went away (SIGHUP)".to_owned(),
        _ => "by a signal".to_owned(),
    }
}
