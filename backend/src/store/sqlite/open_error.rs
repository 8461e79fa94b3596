//! Explains to the operator why a file cannot be written, and what to do.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::store::StoreError;

/// The file cannot be opened. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its folder or file cannot be created or written.
    #[error("the database {path} cannot be written: {}", why(.at, .cause))]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// The folder or file that failed.
        at: PathBuf,
        /// The cause.
        #[source]
        cause: io::Error,
    },
    /// It does not exist.
    #[error(
        "there is no database {0}: check DATABASE_URL and the folder that this command runs in; the server creates the file when it first starts"
    )]
    Missing(PathBuf),
    /// Another process uses it.
    #[error(
        "the database {0} is in use by another snyk-app: stop that one, or give this one a file of its own (a SQLite file serves one process)"
    )]
    InUse(PathBuf),
    /// It has a second hard link.
    #[error(
        "the database {0} has a second name (a hard link). SQLite keeps what is new in a file beside it that goes by its name, so that by two names it would be destroyed: remove one of them, or make a copy or a symbolic link of it"
    )]
    SecondName(PathBuf),
    /// SQLite cannot open it.
    #[error("the database {path} cannot be opened: {cause}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: sqlx::Error,
    },
    /// The disk is full or fails.
    #[error(
        "the database {path} cannot be opened ({cause}): its disk is full, or fails, or may not be written"
    )]
    Disk {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: sqlx::Error,
    },
    /// A migration failed.
    #[error("the database {path} cannot be brought up to date: {cause}")]
    Migration {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: sqlx::migrate::MigrateError,
    },
}

impl OpenError {
    /// Converts an error of the driver at a file.
    pub(super) fn from_sqlx(path: &Path, cause: sqlx::Error) -> Self {
        let path = path.to_owned();
        if StoreError::is_of_the_disk(&cause) {
            Self::Disk { path, cause }
        } else {
            Self::Unusable { path, cause }
        }
    }
}

/// Describes an error at a path.
fn why(at: &Path, cause: &io::Error) -> String {
    use io::ErrorKind as Kind;
    let name = at.display();
    let advice = match cause.kind() {
        Kind::PermissionDenied => permission(at),
        Kind::ReadOnlyFilesystem => {
            "it lies on a file system that is read-only: choose another place by DATABASE_URL, or \
             mount this one writable"
                .to_owned()
        }
        Kind::IsADirectory => "it is a folder: name a file in it by DATABASE_URL".to_owned(),
        Kind::NotADirectory | Kind::AlreadyExists => {
            "a part of its path is a file and no folder: choose another path by DATABASE_URL"
                .to_owned()
        }
        Kind::StorageFull | Kind::QuotaExceeded => "there is no room left: make some".to_owned(),
        Kind::Unsupported => {
            "its file system has no locks: choose another place by DATABASE_URL".to_owned()
        }
        _ if is_no_lock(cause) => {
            "its file system has no locks: choose another place by DATABASE_URL".to_owned()
        }
        _ => "check that the folder exists and that this user may write there".to_owned(),
    };
    format!("{name}: {cause}; {advice}")
}

/// Describes who may write, and as whom this process runs.
fn permission(at: &Path) -> String {
    let existing = existing(at);
    let name = existing.display();
    #[cfg(unix)]
    if let Ok(data) = fs::metadata(&existing) {
        let owner = std::os::unix::fs::MetadataExt::uid(&data);
        let here = rustix::process::geteuid().as_raw();
        if owner != here {
            return format!(
                "{name} belongs to the user with the id {owner}, and this server runs as {here}: \
                 run it as that user, or `chown {here} {name}`"
            );
        }
    }
    format!("this user may not write {name}: check its mode, and whether it is mounted writable")
}

/// Returns the longest existing prefix of a path.
fn existing(at: &Path) -> PathBuf {
    let there = at.ancestors().find(|path| path.symlink_metadata().is_ok());
    let there = there.unwrap_or(Path::new("."));
    if there.as_os_str().is_empty() {
        return PathBuf::from(".");
    }
    there.to_owned()
}

#[cfg(unix)]
fn is_no_lock(cause: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(
        Errno::from_io_error(cause),
        Some(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP)
    )
}

#[cfg(not(unix))]
fn is_no_lock(_: &io::Error) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn each_fault_has_words_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app.db");
        for (errno, words) in [
            (Errno::ROFS, "read-only"),
            (Errno::ISDIR, "is a folder"),
            (Errno::NOTDIR, "is a file"),
            (Errno::NOSPC, "no room"),
            (Errno::NOLCK, "no locks"),
            (Errno::ACCESS, "check its mode"),
            (Errno::IO, "check that the folder exists"),
        ] {
            let why = why(&file, &errno.into());
            assert!(why.contains(words), "{why}");
        }
        let other = why(Path::new("/proc/1/nowhere/app.db"), &Errno::ACCESS.into());
        let is_root = rustix::process::geteuid().is_root();
        assert_eq!(
            other.contains("belongs to the user with the id 0"),
            !is_root
        );
    }
}
