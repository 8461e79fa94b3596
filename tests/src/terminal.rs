//! Runs a command of the app on a pseudo-terminal, as a person does: keys go in, and the screen is
//! what a terminal would show.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    num::NonZeroU16,
    path::Path,
    process::{Child, Command},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use crate::app::program;

/// Height and width of the screen.
const SIZE: (NonZeroU16, NonZeroU16) = (
    NonZeroU16::new(40).expect("not zero"),
    NonZeroU16::new(100).expect("not zero"),
);
/// How long words may take to appear.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The key Enter.
pub const ENTER: &str = "\r";
/// The key Backspace.
pub const BACKSPACE: &str = "\x7f";
/// The key Down.
pub const DOWN: &str = "\x1b[B";
/// Ctrl-C.
pub const CTRL_C: &str = "\x03";

/// A command on a terminal of its own.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    keys: File,
    output: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// Starts a command in a folder, with these variables alone.
    #[must_use]
    pub fn start(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).expect("a pseudo-terminal");
        grantpt(&master).expect("access to it");
        unlockpt(&master).expect("access to it");
        let (rows, columns) = SIZE;
        let size = Winsize {
            ws_row: rows.get(),
            ws_col: columns.get(),
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).expect("a size");
        let name = ptsname(&master, Vec::new()).expect("its name");
        let slave = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = File::from(open(name, slave, Mode::empty()).expect("its other end"));
        let copy = || slave.try_clone().expect("a second handle");
        // With the terminal as the controlling one, Ctrl-C is a signal where the program does not
        // read keys.
        let child = Command::new("setsid")
            .arg("--ctty")
            .arg(program())
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("TERM", "xterm-256color")
            .envs(variables.iter().copied())
            .stdin(copy())
            .stdout(copy())
            .stderr(copy())
            .spawn()
            .expect("setsid, of util-linux");
        let keys = File::from(master);
        let mut screen = keys.try_clone().expect("a second handle");
        let output = Arc::<Mutex<Vec<u8>>>::default();
        let written = Arc::clone(&output);
        thread::spawn(move || {
            let mut bytes = [0; 4_096];
            // An error is the end: the program has closed its terminal.
            while let Ok(length @ 1..) = screen.read(&mut bytes) {
                let mut written = written.lock().expect("no test panics here");
                written.extend_from_slice(&bytes[..length]);
            }
        });
        Self {
            child,
            keys,
            output,
        }
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("a terminal");
    }

    /// Waits until the screen shows these words, and returns the screen.
    pub fn wait_for(&mut self, words: &str) -> String {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let screen = self.screen();
            if screen.contains(words) {
                return screen;
            }
            assert!(Instant::now() < deadline, "no {words:?} on:\n{screen}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for these words, and then presses keys.
    pub fn answer(&mut self, words: &str, keys: &str) {
        self.wait_for(words);
        self.press(keys);
    }

    /// Returns the text on the screen.
    #[must_use]
    pub fn screen(&self) -> String {
        let screen = self.parsed().screen().contents();
        let lines = screen.lines().map(str::trim_end);
        lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// Returns whether the cursor is shown.
    #[must_use]
    pub fn has_cursor(&self) -> bool {
        !self.parsed().screen().hide_cursor()
    }

    fn parsed(&self) -> vt100::Parser {
        let (rows, columns) = SIZE;
        let mut terminal = vt100::Parser::new(rows, columns, 0);
        terminal.process(&self.written());
        terminal
    }

    /// Returns every byte that was written, also what is no longer on the screen.
    #[must_use]
    pub fn written(&self) -> Vec<u8> {
        self.output.lock().expect("no test panics here").clone()
    }

    /// Waits for the end, and returns the exit code; `None` if a signal killed it.
    pub fn exit_code(&mut self) -> Option<i32> {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                return status.code();
            }
            assert!(Instant::now() < deadline, "no end:\n{}", self.screen());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
