//! Standard error. Where it is a terminal that stops whoever writes to it in the background
//! (`stty tostop`), a line waits until this process is in the foreground: SIGTTOU is ignored as all
//! signals that say nothing here (`cli::signals`), and then the system would repeat such a write for ever.

use std::{
    io::{self, Stderr, Write},
    thread,
    time::Duration,
};

use rustix::{
    process::getpgrp,
    termios::{LocalModes, tcgetattr, tcgetpgrp},
};

const LOOK_EVERY: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct StandardError(pub(super) Stderr);

impl StandardError {
    fn stops_writers(&self) -> bool {
        tcgetattr(&self.0).is_ok_and(|modes| modes.local_modes.contains(LocalModes::TOSTOP))
            && tcgetpgrp(&self.0).is_ok_and(|foreground| foreground != getpgrp())
    }
}

impl Write for StandardError {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while self.stops_writers() {
            thread::sleep(LOOK_EVERY);
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
