//! File locks, with which concurrent runs wait for each other. Some file systems do not support
//! them.

use std::{
    fs::{File, TryLockError},
    io,
};

use anyhow::{Context as _, Result};
use rustix::io::Errno;

use crate::ui;

/// Locks a file until it is closed. Prints `waiting` if another run holds the lock. If locks are
/// not supported, prints that and continues without one.
pub(crate) fn take(file: &File, name: &str, waiting: &str) -> Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            ui::note(waiting);
            file.lock().with_context(|| format!("cannot lock {name}"))
        }
        Err(TryLockError::Error(error)) if is_unsupported(&error) => {
            ui::warning(&format!(
                "{name} lies on a file system without locks ({error}): two runs at the same time \
                 would disturb each other"
            ));
            Ok(())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {name}"))
        }
    }
}

/// Returns whether the file system does not support locks, or not for a file that is not writable.
fn is_unsupported(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
        || matches!(
            Errno::from_io_error(error),
            Some(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL | Errno::BADF)
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_locks_is_told_from_one_that_fails() {
        for errno in [Errno::NOLCK, Errno::NOSYS, Errno::OPNOTSUPP] {
            assert!(is_unsupported(&errno.into()), "{errno}");
        }
        assert!(is_unsupported(&io::ErrorKind::Unsupported.into()));
        for errno in [Errno::IO, Errno::INTR, Errno::ACCESS] {
            assert!(!is_unsupported(&errno.into()), "{errno}");
        }
    }
}
