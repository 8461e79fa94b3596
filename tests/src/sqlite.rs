//! Another program on the app's SQLite database: an operator's shell, or a backup.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Stdio},
};

use crate::python;

/// Runs statements, separated by semicolons.
pub fn execute(database: &Path, statements: &str) {
    let program = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
    let status = python::program(program)
        .arg(database)
        .arg(statements)
        .status();
    assert!(status.expect("Python starts").success());
}

/// Takes the lock, says so, and holds it until its standard input ends.
const HOLD: &str = "\
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute('BEGIN IMMEDIATE')
print('locked', flush=True)
sys.stdin.read()
";

/// The write lock of a database, held as by a backup. Released on drop.
#[derive(Debug)]
pub struct WriteLock(Child);

impl WriteLock {
    /// Takes the lock of a database.
    #[must_use]
    pub fn take(database: &Path) -> Self {
        let mut child = python::program(HOLD)
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let stdout = child.stdout.take().expect("a pipe");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("its output can be read");
        assert_eq!(line.trim_end(), "locked");
        Self(child)
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
