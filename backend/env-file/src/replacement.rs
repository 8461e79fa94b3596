//! Replaces a `.env` file atomically. Whatever fails, the old file or the new one is there, whole.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// The number of names that are tried for a new file. More backups than that are not kept.
const MAX_NAMES: u32 = 1000;

/// The error returned when a file cannot be replaced.
#[derive(Debug)]
pub enum CannotReplace {
    /// The operating system reports an error.
    Io {
        /// The failed operation, such as "cannot be created".
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error.
        error: io::Error,
    },
    /// There is a folder, a device or a broken link in its place.
    NotAFile(PathBuf),
    /// The file was changed after the replacement had been prepared.
    Changed(PathBuf),
}

impl fmt::Display for CannotReplace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { what, path, error } => write!(f, "{} {what}: {error}", path.display()),
            Self::NotAFile(path) => write!(f, "{} is not a file", path.display()),
            Self::Changed(path) => {
                write!(
                    f,
                    "{} was changed by another program meanwhile",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for CannotReplace {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::NotAFile(_) | Self::Changed(_) => None,
        }
    }
}

/// A file that is about to be created or replaced.
///
/// [`prepare`](Self::prepare) proves that the folder can be written, and copies the existing file
/// to a backup. [`commit`](Self::commit) replaces the file. Without it, nothing stays behind.
#[derive(Debug)]
pub struct Replacement {
    target: PathBuf,
    before: Option<Vec<u8>>,
    new: NewFile,
    backup: Option<NewFile>,
}

impl Replacement {
    /// Prepares the replacement of a file. A symbolic link is followed, so that it stays one.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, or if its folder cannot be written.
    pub fn prepare(path: &Path) -> Result<Self, CannotReplace> {
        let (target, before) = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (path.to_owned(), None),
            Err(error) => return Err(failed("cannot be read", path)(error)),
            Ok(_) => {
                let target = path
                    .canonicalize()
                    .map_err(|_| CannotReplace::NotAFile(path.to_owned()))?;
                if !target.is_file() {
                    return Err(CannotReplace::NotAFile(path.to_owned()));
                }
                let bytes = fs::read(&target).map_err(failed("cannot be read", path))?;
                (target, Some(bytes))
            }
        };
        let new = NewFile::create(&target, "new")?;
        let backup = match &before {
            Some(bytes) => {
                let mut backup = NewFile::create(&target, "backup")?;
                backup.fill(bytes)?;
                Some(backup)
            }
            None => None,
        };
        Ok(Self {
            target,
            before,
            new,
            backup,
        })
    }

    /// Returns the bytes of the existing file.
    #[must_use]
    pub fn before(&self) -> Option<&[u8]> {
        self.before.as_deref()
    }

    /// Replaces the file. Returns the path of the backup, if there was a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the new file cannot be written, or if the existing one has changed since
    /// [`prepare`](Self::prepare). The existing file is then as it was.
    pub fn commit(mut self, text: &str) -> Result<Option<PathBuf>, CannotReplace> {
        self.new.fill(text.as_bytes())?;
        let now = match fs::read(&self.target) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed("cannot be read", &self.target)(error)),
        };
        if now != self.before {
            return Err(CannotReplace::Changed(self.target));
        }
        fs::rename(&self.new.path, &self.target)
            .map_err(failed("cannot be replaced", &self.target))?;
        self.new.keep();
        sync_folder(folder_of(&self.target));
        Ok(self.backup.map(NewFile::keep))
    }
}

/// A new file beside another one, readable for its owner only. Removed on drop, unless it is kept.
#[derive(Debug)]
struct NewFile {
    path: PathBuf,
    file: File,
    is_kept: bool,
}

impl NewFile {
    /// Creates `NAME.SUFFIX`, or `NAME.SUFFIX.1` and so on if that exists.
    fn create(beside: &Path, suffix: &str) -> Result<Self, CannotReplace> {
        let name = beside.file_name().unwrap_or_default().to_string_lossy();
        let mut number = 0;
        loop {
            let name = match number {
                0 => format!("{name}.{suffix}"),
                _ => format!("{name}.{suffix}.{number}"),
            };
            let path = beside.with_file_name(name);
            match private().open(&path) {
                Ok(file) => {
                    return Ok(Self {
                        path,
                        file,
                        is_kept: false,
                    });
                }
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && number < MAX_NAMES =>
                {
                    number += 1;
                }
                Err(error) => return Err(failed("cannot be created", &path)(error)),
            }
        }
    }

    fn fill(&mut self, bytes: &[u8]) -> Result<(), CannotReplace> {
        self.file
            .write_all(bytes)
            .and_then(|()| self.file.sync_all())
            .map_err(failed("cannot be written", &self.path))
    }

    fn keep(mut self) -> PathBuf {
        self.is_kept = true;
        self.path.clone()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_kept {
            // Nothing can be done about a file that cannot be removed.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Returns options that create a file for its owner only.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes a rename durable. File systems that cannot sync a folder do so by themselves.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CannotReplace {
    let path = path.to_owned();
    move |error| CannotReplace::Io { what, path, error }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).map_or(0, |data| data.permissions().mode() & 0o777)
    }

    #[test]
    fn a_new_file_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let replacement = Replacement::prepare(&path).unwrap();
        assert_eq!(replacement.before(), None);
        assert_eq!(replacement.commit("A=1\n").unwrap(), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), "A=1\n");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(names(folder.path()), [".env"]);
    }

    #[test]
    fn an_existing_file_is_kept_as_a_private_backup_and_no_backup_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, "A=0\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        for (before, after, backup) in [
            ("A=0\n", "A=1\n", ".env.backup"),
            ("A=1\n", "A=2\n", ".env.backup.1"),
        ] {
            let replacement = Replacement::prepare(&path).unwrap();
            assert_eq!(replacement.before(), Some(before.as_bytes()));
            let kept = replacement.commit(after).unwrap().unwrap();
            assert_eq!(kept.file_name().unwrap(), backup);
            assert_eq!(fs::read_to_string(&kept).unwrap(), before);
            assert_eq!(fs::read_to_string(&path).unwrap(), after);
            assert_eq!((mode(&path), mode(&kept)), (0o600, 0o600));
        }
        assert_eq!(
            names(folder.path()),
            [".env", ".env.backup", ".env.backup.1"]
        );
    }

    #[test]
    fn without_a_commit_nothing_stays_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        drop(Replacement::prepare(&path).unwrap());
        assert!(names(folder.path()).is_empty());
        fs::write(&path, "A=0\n").unwrap();
        drop(Replacement::prepare(&path).unwrap());
        assert_eq!(names(folder.path()), [".env"]);
    }

    #[test]
    fn a_change_by_another_program_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let replacement = Replacement::prepare(&path).unwrap();
        fs::write(&path, "A=other\n").unwrap();
        let error = replacement.commit("A=1\n").unwrap_err();
        assert!(matches!(error, CannotReplace::Changed(_)), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "A=other\n");
        assert_eq!(names(folder.path()), [".env"]);
    }

    #[test]
    fn a_link_stays_one_and_what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("real")).unwrap();
        fs::write(at("real/app.env"), "A=0\n").unwrap();
        symlink("real/app.env", at(".env")).unwrap();
        let replacement = Replacement::prepare(&at(".env")).unwrap();
        let backup = replacement.commit("A=1\n").unwrap().unwrap();
        assert!(at(".env").is_symlink() && backup.ends_with("real/app.env.backup"));
        assert_eq!(fs::read_to_string(at("real/app.env")).unwrap(), "A=1\n");

        symlink("nowhere", at("broken")).unwrap();
        for name in ["real", "broken"] {
            let error = Replacement::prepare(&at(name)).unwrap_err();
            assert!(matches!(error, CannotReplace::NotAFile(_)), "{error}");
        }
        let error = Replacement::prepare(&at("no/folder/.env")).unwrap_err();
        assert!(error.to_string().contains("cannot be created"), "{error}");
    }
}
