//! The database file: made for its owner alone, and locked for one process whatever name it comes by
//! (REL-15).

use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::OpenError;

/// A database file that belongs to this process for as long as this lives.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    /// As the operator names it.
    given: PathBuf,
    /// Where it is, free of links: SQLite finds the write-ahead log beside it by this name.
    pub(super) path: PathBuf,
    identity: Option<Identity>,
    /// The files that hold the locks.
    _locks: Vec<File>,
    /// The file itself, locked or not. Closing any descriptor of it would end the locks that SQLite
    /// holds on it in this process (`fcntl`).
    _file: File,
}

/// What tells a file from others, whatever its name: device and inode.
type Identity = (u64, u64);

impl DatabaseFile {
    /// Makes the file (mode 0600) if it is missing, and takes its locks.
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
        let file = private(given).map_err(not_writable(given))?;
        let path = given.canonicalize().map_err(not_writable(given))?;
        let lock = |file: &File, at: &Path| match file.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(given.to_owned())),
            Err(TryLockError::Error(cause)) => Err(not_writable(at)(cause)),
        };

        // Before the name is looked at: that the file is in use says more than that it has two names.
        if can_be_locked_itself(&file) {
            lock(&file, given)?;
        }
        let metadata = file.metadata().map_err(not_writable(given))?;
        if names(&metadata) > 1 {
            return Err(OpenError::SecondName(given.to_owned()));
        }
        // What earlier versions take, and all that there is on a network.
        let lock_file = beside(&path, ".lock");
        let mut locks = vec![private(&lock_file).map_err(not_writable(&lock_file))?];
        // They take it beside a symbolic link where they were started with that.
        if fs::symlink_metadata(given).is_ok_and(|link| link.is_symlink())
            && let Ok(earlier) = OpenOptions::new()
                .write(true)
                .open(beside(given, ".lock"))
        {
            locks.push(earlier);
        }
        locks.iter().try_for_each(|file| lock(file, &lock_file))?;
        // SQLite's own words for these name none of them.
        for name in ["-wal", "-shm"].map(|suffix| beside(&path, suffix)) {
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
            _locks: locks,
            _file: file,
        })
    }

    /// Whether both names still lead to the file that was opened.
    pub(super) fn is_in_place(&self) -> bool {
        [&self.path, &self.given].into_iter().all(|path| {
            fs::metadata(path).is_ok_and(|metadata| identity(&metadata) == self.identity)
        })
    }
}

/// The file beside a database whose name ends in `suffix`.
fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Whether a lock on the database file itself (`flock`) leaves those alone that SQLite takes on it
/// (`fcntl`). Linux turns the one kind into the other on network file systems.
#[cfg(target_os = "linux")]
fn can_be_locked_itself(file: &File) -> bool {
    // NFS, and three generations of SMB.
    const NETWORKS: [u32; 4] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42];
    let kind = rustix::fs::fstatfs(file).map(|system| system.f_type & 0xFFFF_FFFF);
    let is_local = kind
        .ok()
        .and_then(|kind| u32::try_from(kind).ok())
        .is_some_and(|kind| !NETWORKS.contains(&kind));
    if !is_local {
        tracing::warn!(
            "The database is on a network file system, for which SQLite is not made: keep it on a local \
             one"
        );
    }
    is_local
}

/// The two kinds of lock are one elsewhere.
#[cfg(not(target_os = "linux"))]
fn can_be_locked_itself(_: &File) -> bool {
    false
}

/// Device and inode of a file.
#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems do not tell a file's identity"
)]
fn identity(metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

/// Not known here.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}

/// How many names (hard links) a file has.
#[cfg(unix)]
fn names(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

/// Not known here.
#[cfg(not(unix))]
fn names(_: &Metadata) -> u64 {
    1
}

/// Opens a file for its owner alone, and makes it if it is missing. SQLite gives the files beside a
/// database the database's own mode.
fn private(path: &Path) -> io::Result<File> {
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
        let earlier = private(&beside(&link, ".lock")).unwrap();
        earlier.try_lock().unwrap();
        assert!(matches!(
            DatabaseFile::make_and_lock(&link),
            Err(OpenError::InUse(_))
        ));
        drop(earlier);
        assert!(DatabaseFile::make_and_lock(&link).is_ok());
    }

    #[test]
    fn a_link_that_leads_elsewhere_by_now_is_not_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("app.db"), folder.path().join("link.db"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let held = DatabaseFile::make_and_lock(&link).unwrap();
        assert!(held.is_in_place());
        let other = folder.path().join("other.db");
        private(&other).unwrap();
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink(&other, &link).unwrap();
        assert!(!held.is_in_place());
    }
}
