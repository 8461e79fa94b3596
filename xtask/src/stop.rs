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

const INTERRUPT: usize = 1;
const OTHER: usize = 2;

static ASKED: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// From now on a signal to stop is remembered instead of ending this program at once.
pub(crate) fn listen() -> Result<()> {
    for (signal, value) in [(SIGINT, INTERRUPT), (SIGTERM, OTHER), (SIGHUP, OTHER)] {
        flag::register_usize(signal, Arc::clone(&ASKED), value)
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
    ASKED.load(Ordering::SeqCst) == INTERRUPT
}
