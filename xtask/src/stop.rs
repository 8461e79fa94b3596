//! Ctrl-C and its kin: remembered, so that whoever waits for a child can end it first.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context as _, Result};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
};

static ASKED: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// From now on a signal to stop is remembered instead of ending this program at once.
pub(crate) fn listen() -> Result<()> {
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        flag::register_usize(signal, Arc::clone(&ASKED), usize::try_from(signal)?)
            .context("cannot listen for signals")?;
    }
    Ok(())
}

/// Whether someone asked us to stop.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst) != 0
}

/// Whether it was Ctrl-C. A terminal sends that to the children too, so that they stop unasked.
pub(crate) fn asked_by_interrupt() -> bool {
    i32::try_from(ASKED.load(Ordering::SeqCst)) == Ok(SIGINT)
}

/// Who asked, in words.
pub(crate) fn by() -> String {
    match i32::try_from(ASKED.load(Ordering::SeqCst)) {
        Ok(SIGINT) => "by Ctrl-C".to_owned(),
        Ok(SIGTERM) => "by another program (SIGTERM)".to_owned(),
        Ok(SIGHUP) => "because the terminal went away (SIGHUP)".to_owned(),
        _ => "by a signal".to_owned(),
    }
}
