//! The database file: created for its owner alone, and locked for one process whatever name it is
//! opened by (REL-15).

use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::open_error::OpenError;

/// Number of further attempts at a lock, and the delay before each.
const RETRIES: u32 = 10;
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// A database file. What [`make_and_lock`](Self::make_and_lock) returns is locked for this process
/// until dropped.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    /// The path as configured.
    given: PathBuf,
    /// The canonical path: SQLite finds the write-ahead log next to the file by this name.
    pub(super) path: PathBuf,
    identity: Option<Identity>,
    /// The open files that hold the locks, the current lock file first.
    locks: Vec<File>,
    /// The open database file, locked or not. Closing any descriptor of it would release the locks
    /// that SQLite holds on it in this process (`fcntl`).
    _file: File,
}

/// Identifies a file independently of its name: device and inode.
type Identity = (u64, u64);

impl DatabaseFile {
    /// Creates the file (mode 0600) if it is missing, and acquires its locks.
    pub(super) fn make_and_lock(given: &Path) -> Result<Self, OpenError> {
        let not_writable = |at: &Path| {
            let at = at.to_owned();
            move |cause| OpenError::NotWritable {
                path: given.to_owned(),
                at,
                cause,
            }
        };
        if let Some(folder) = given
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder).map_err(not_writable(folder))?;
        }
        let file = open_private(given).map_err(not_writable(given))?;
        let path = given.canonicalize().map_err(not_writable(given))?;
        let lock = |result: Result<(), TryLockError>, at: &Path| match result {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(given.to_owned())),
            Err(TryLockError::Error(cause)) => Err(not_writable(at)(cause)),
        };

        // Checked before the link count: that the file is in use says more than that it has two
        // names.
        if is_flock_independent(&file) {
            lock(file.try_lock(), given)?;
        }
        let metadata = file.metadata().map_err(not_writable(given))?;
        if link_count(&metadata) > 1 {
            return Err(OpenError::SecondName(given.to_owned()));
        }
        // The lock of earlier versions, and the only one on a network file system.
        let lock_file = lock_file(&path);
        let mut locks = vec![open_private(&lock_file).map_err(not_writable(&lock_file))?];
        // Earlier versions that were started with a symbolic link lock a file next to the link.
        if fs::symlink_metadata(given).is_ok_and(|link| link.is_symlink())
            && let Ok(earlier) = OpenOptions::new()
                .write(true)
                .open(with_suffix(given, ".lock"))
        {
            locks.push(earlier);
        }
        locks
            .iter()
            .try_for_each(|file| lock(lock_patiently(file), &lock_file))?;
        // Checked here, since SQLite's own errors do not name these files.
        for name in ["-wal", "-shm"].map(|suffix| with_suffix(&path, suffix)) {
            match OpenOptions::new().read(true).write(true).open(&name) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => {
                    return Err(not_writable(&name)(cause));
                }
                _ => {}
            }
        }
        Ok(Self {
            given: given.to_owned(),
            path,
            identity: identity(&metadata),
            locks,
            _file: file,
        })
    }

    /// Opens an existing file without a lock, beside the process that may have locked it.
    pub(super) fn open_beside(given: &Path) -> Result<Self, OpenError> {
        let not_writable = |cause: io::Error| match cause.kind() {
            ErrorKind::NotFound => OpenError::Missing(given.to_owned()),
            _ => OpenError::NotWritable {
                path: given.to_owned(),
                at: given.to_owned(),
                cause,
            },
        };
        let file = OpenOptions::new().read(true).write(true).open(given);
        let file = file.map_err(not_writable)?;
        let metadata = file.metadata().map_err(not_writable)?;
        if link_count(&metadata) > 1 {
            return Err(OpenError::SecondName(given.to_owned()));
        }
        Ok(Self {
            given: given.to_owned(),
            path: given.canonicalize().map_err(not_writable)?,
            identity: identity(&metadata),
            locks: Vec::new(),
            _file: file,
        })
    }

    /// Returns the lock file that this process has locked.
    pub(super) fn lock_file(&self) -> Option<&File> {
        self.locks.first()
    }

    /// Returns the path as configured.
    pub(super) fn given(&self) -> &Path {
        &self.given
    }

    /// Returns whether both paths still lead to the opened file.
    pub(super) fn is_in_place(&self) -> bool {
        [&self.path, &self.given].into_iter().all(|path| {
            fs::metadata(path).is_ok_and(|metadata| identity(&metadata) == self.identity)
        })
    }
}

/// Locks a lock file. A maintenance command that looks for a running server holds the lock for a
/// moment, so a lock that is held is tried again.
fn lock_patiently(file: &File) -> Result<(), TryLockError> {
    for _ in 0..RETRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(RETRY_DELAY),
            done => return done,
        }
    }
    file.try_lock()
}

/// Returns the path of the lock file of a database.
pub(super) fn lock_file(database: &Path) -> PathBuf {
    with_suffix(database, ".lock")
}

/// Returns the path of the file next to a database whose name ends in `suffix`.
fn with_suffix(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Returns whether a lock on the database file itself (`flock`) is independent of SQLite's own
/// locks on it (`fcntl`). Linux converts one kind into the other on network file systems.
#[cfg(target_os = "linux")]
fn is_flock_independent(file: &File) -> bool {
    // The magic numbers of NFS and of three generations of SMB.
    const NETWORK_FILE_SYSTEMS: [u32; 4] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42];
    let kind = rustix::fs::fstatfs(file).map(|system| system.f_type & 0xFFFF_FFFF);
    let is_local = kind
        .ok()
        .and_then(|kind| u32::try_from(kind).ok())
        .is_some_and(|kind| !NETWORK_FILE_SYSTEMS.contains(&kind));
    if !is_local {
        tracing::warn!(
            "The database is on a network file system, for which SQLite is not made: keep it on a local \
             one"
        );
    }
    is_local
}

/// The two kinds of lock are the same on other systems.
#[cfg(not(target_os = "linux"))]
fn is_flock_independent(_: &File) -> bool {
    false
}

/// Returns the device and inode of a file.
#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems do not tell a file's identity"
)]
fn identity(metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

/// Other systems do not provide it.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}

/// Returns the number of names (hard links) of a file.
#[cfg(unix)]
fn link_count(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

/// Other systems do not provide it.
#[cfg(not(unix))]
fn link_count(_: &Metadata) -> u64 {
    1
}

/// Opens a file that only its owner can access, and creates it if it is missing. SQLite gives the
/// files next to a database the mode of the database.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rel_15_the_file_itself_is_locked_and_a_second_name_of_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db");
        let held = DatabaseFile::make_and_lock(&path).unwrap();
        assert!(held.is_in_place());
        let second = folder.path().join("second.db");
        fs::hard_link(&path, &second).unwrap();
        assert!(matches!(
            DatabaseFile::make_and_lock(&second),
            Err(OpenError::InUse(_))
        ));
        drop(held);
        for name in [&path, &second] {
            assert!(matches!(
                DatabaseFile::make_and_lock(name),
                Err(OpenError::SecondName(_))
            ));
        }
        fs::remove_file(&second).unwrap();
        assert!(DatabaseFile::make_and_lock(&path).is_ok());
    }

    #[test]
    fn rel_15_a_lock_of_an_earlier_version_beside_a_link_counts() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("app.db"), folder.path().join("link.db"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let earlier = open_private(&with_suffix(&link, ".lock")).unwrap();
        earlier.try_lock().unwrap();
        assert!(matches!(
            DatabaseFile::make_and_lock(&link),
            Err(OpenError::InUse(_))
        ));
        drop(earlier);
        assert!(DatabaseFile::make_and_lock(&link).is_ok());
    }

    #[test]
    fn a_lock_file_that_is_being_looked_at_delays_a_start_and_does_not_prevent_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db");
        drop(DatabaseFile::make_and_lock(&path).unwrap());
        let looking = File::open(lock_file(&path)).unwrap();
        looking.try_lock_shared().unwrap();
        let start = thread::spawn(move || DatabaseFile::make_and_lock(&path).map(drop));
        thread::sleep(2 * RETRY_DELAY);
        assert!(!start.is_finished());
        drop(looking);
        assert!(start.join().unwrap().is_ok());
    }

    #[test]
    fn a_link_that_leads_elsewhere_by_now_is_not_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("app.db"), folder.path().join("link.db"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let held = DatabaseFile::make_and_lock(&link).unwrap();
        assert!(held.is_in_place());
        let other = folder.path().join("other.db");
        open_private(&other).unwrap();
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink(&other, &link).unwrap();
        assert!(!held.is_in_place());
    }
}
