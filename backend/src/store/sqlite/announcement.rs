//! The keys of the server that runs on a file, for maintenance commands beside it.
//!
//! They are written to the lock file, and count as long as the lock on it is held. What a process
//! that was killed left there says nothing.

use std::{
    fs::{File, TryLockError},
    io::{self, ErrorKind, Read as _, Seek as _, Write as _},
    path::Path,
};

use domain::vault::KeyId;

use super::file::lock_file;
use crate::store::database::NodeKeys;

/// The first word of the text, so that another text is not taken for it.
const KEYS: &str = "keys";

/// Writes the keys of this process to its lock file.
pub(super) fn write(mut lock_file: &File, keys: &[KeyId]) -> io::Result<()> {
    lock_file.set_len(0)?;
    lock_file.rewind()?;
    let words = keys.iter().map(|key| format!(" {key}"));
    let text = format!("{KEYS}{}\n", words.collect::<String>());
    lock_file.write_all(text.as_bytes())
}

/// Returns the keys of the server that runs on a database file, if one does.
pub(super) fn read(database: &Path) -> io::Result<Option<NodeKeys>> {
    let mut file = match File::open(lock_file(database)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // A server that starts now tries again: see `file::lock_patiently`.
    match file.try_lock_shared() {
        Ok(()) => return Ok(None),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(Some(parse(&text)))
}

fn parse(text: &str) -> NodeKeys {
    // Without its end it may still be being written.
    let words = text.strip_suffix('\n')?.strip_prefix(KEYS)?;
    let keys = words.split_ascii_whitespace().map(str::parse);
    keys.collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use super::*;

    #[test]
    fn keys_are_told_as_long_as_the_lock_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("app.db");
        assert_eq!(read(&database).unwrap(), None, "no lock file");
        let held = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(lock_file(&database))
            .unwrap();
        assert_eq!(read(&database).unwrap(), None, "no lock");
        held.try_lock().unwrap();
        assert_eq!(read(&database).unwrap(), Some(None), "an earlier version");
        let keys: Vec<KeyId> = ["0000000a", "ffffffff"]
            .map(|key| key.parse().unwrap())
            .to_vec();
        write(&held, &keys).unwrap();
        assert_eq!(read(&database).unwrap(), Some(Some(keys.clone())));
        write(&held, &keys[1..]).unwrap();
        assert_eq!(
            read(&database).unwrap(),
            Some(Some(keys[1..].to_vec())),
            "no rest of a longer text"
        );
        drop(held);
        assert_eq!(read(&database).unwrap(), None, "a process that ended");
    }

    #[test]
    fn what_is_not_an_announcement_is_not_read_as_one() {
        for text in ["", "keys", "keys 0000000a", "keys canary\n", "0000000a\n"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
