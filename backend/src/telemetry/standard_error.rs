//! Standard error, as a writer.
//!
//! A terminal can stop background processes that write to it (`stty tostop`). A line then waits
//! until this process is in the foreground. This process ignores SIGTTOU, as it does all signals
//! without a meaning here (`cli::signals`), and the system would otherwise restart such a write
//! forever.

use std::{
    io::{self, Stderr, Write},
    thread,
    time::Duration,
};

use rustix::{
    process::getpgrp,
    termios::{LocalModes, tcgetattr, tcgetpgrp},
};

const CHECK_INTERVAL: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct StandardError(pub(super) Stderr);

impl StandardError {
    fn stops_background_writes(&self) -> bool {
        tcgetattr(&self.0).is_ok_and(|modes| modes.local_modes.contains(LocalModes::TOSTOP))
            && tcgetpgrp(&self.0).is_ok_and(|foreground| foreground != getpgrp())
    }
}

impl Write for StandardError {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while self.stops_background_writes() {
            thread::sleep(CHECK_INTERVAL);
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
