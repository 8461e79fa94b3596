//! Where a client secret is stored: a file of its own, or a variable in `.env`. The former secret is
//! kept in a file beside it, until it is deleted at Snyk.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use env_file::{
    Variables,
    replacement::{CannotReplace, Replacement},
    text::{NotText, decode, trim},
    update::{CannotUpdate, update},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::raw::Raw;

/// The variable that holds the secret, and the one that names its file.
const VARIABLE: &str = "CLIENT_SECRET";
const FILE_VARIABLE: &str = "CLIENT_SECRET_FILE";
/// The suffix of the path of the former secret's file.
const FORMER: &str = ".former";
/// The suffix of the path of the new file, until it replaces the existing one.
const NEW: &str = ".new";

/// The error returned when a place cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlaceError {
    /// The operating system reports an error.
    #[error("{} {what}: {error}", path.display())]
    Io {
        /// The failed operation, such as "cannot be read".
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The error.
        error: io::Error,
    },
    /// The file is not text.
    #[error("{} cannot be read: {why}", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: NotText,
    },
    /// The file is empty.
    #[error("{} holds no secret", .0.display())]
    Empty(PathBuf),
    /// No file holds the secret.
    #[error(
        "no file holds the client secret: set CLIENT_SECRET_FILE, name a file with --secret-file, or \
         write CLIENT_SECRET in `.env` (a variable of the environment alone cannot be changed here)"
    )]
    Nowhere,
    /// `.env` cannot be read.
    #[error("{0}")]
    EnvFile(#[from] env_file::Unreadable),
    /// `.env` cannot be replaced.
    #[error("{0}")]
    Replace(#[from] CannotReplace),
    /// The text of `.env` cannot be changed.
    #[error("`.env` cannot be changed: {0}")]
    Update(#[from] CannotUpdate),
}

/// The place of a client secret.
#[derive(Debug)]
pub(super) enum SecretPlace {
    /// A file with the secret alone. Servers read it again by themselves.
    File(PathBuf),
    /// The variable in `.env`. Servers read it at their start.
    EnvFile(PathBuf),
}

/// A place that has been proved to be writable.
#[derive(Debug)]
pub(super) enum Prepared {
    /// A file with the secret alone.
    File(NewFile),
    /// `.env`.
    EnvFile(PathBuf, Replacement),
}

/// A new file that is to replace an existing one. Removed on drop, if it has not replaced it.
#[derive(Debug)]
pub(super) struct NewFile {
    target: PathBuf,
    path: PathBuf,
}

impl SecretPlace {
    /// Returns the file that is named, or the one of the configuration.
    pub(super) fn find(
        named: Option<&Path>,
        raw: &Raw,
        env_file: &Path,
    ) -> Result<Self, PlaceError> {
        if let Some(path) = named {
            return Ok(Self::File(path.to_owned()));
        }
        if let Some(path) = raw.get(FILE_VARIABLE) {
            return Ok(Self::File(path.into()));
        }
        let in_file = Variables::read(env_file, [])?;
        match (in_file.get(VARIABLE), raw.get(VARIABLE)) {
            (Some(own), Some(effective)) if own == effective => {
                Ok(Self::EnvFile(env_file.to_owned()))
            }
            _ => Err(PlaceError::Nowhere),
        }
    }

    /// Returns whether running servers read the place again by themselves.
    pub(super) fn is_read_again(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// Returns the path of the place.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::EnvFile(path) => path,
        }
    }

    /// Returns the path of the former secret's file.
    pub(super) fn former_path(&self) -> PathBuf {
        let mut path = self.path().as_os_str().to_owned();
        path.push(FORMER);
        path.into()
    }

    /// Returns the secret that is stored.
    pub(super) fn current(&self) -> Result<SecretString, PlaceError> {
        match self {
            Self::File(path) => read(path),
            Self::EnvFile(path) => {
                let variables = Variables::read(path, [])?;
                let secret = variables.get(VARIABLE).map(SecretString::from);
                secret.ok_or_else(|| PlaceError::Empty(path.clone()))
            }
        }
    }

    /// Returns the former secret, if there is one.
    pub(super) fn former(&self) -> Result<Option<SecretString>, PlaceError> {
        let path = self.former_path();
        if path.exists() {
            read(&path).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Stores the former secret.
    pub(super) fn keep_former(&self, secret: &SecretString) -> Result<(), PlaceError> {
        write_new(&self.former_path(), secret.expose_secret())
    }

    /// Removes the file of the former secret.
    pub(super) fn forget_former(&self) -> Result<(), PlaceError> {
        let path = self.former_path();
        fs::remove_file(&path).map_err(failed("cannot be removed", &path))
    }

    /// Prepares the replacement, which proves that the place can be written.
    pub(super) fn prepare(&self) -> Result<Prepared, PlaceError> {
        match self {
            Self::File(path) => Ok(Prepared::File(NewFile::beside(path)?)),
            Self::EnvFile(path) => {
                let replacement = Replacement::prepare(path)?;
                Ok(Prepared::EnvFile(path.clone(), replacement))
            }
        }
    }
}

impl Prepared {
    /// Replaces the secret atomically.
    pub(super) fn commit(self, secret: &SecretString) -> Result<(), PlaceError> {
        match self {
            Self::File(file) => file.replace(secret),
            Self::EnvFile(path, replacement) => {
                let before = replacement.before().unwrap_or_default();
                let text = decode(before).map_err(|why| PlaceError::NotText { path, why })?;
                let text = update(&text, &[(VARIABLE, secret.expose_secret())], &[])?;
                replacement.commit(&text)?;
                Ok(())
            }
        }
    }
}

impl NewFile {
    /// Creates a file beside an existing one, with its owner and permissions: a server of another
    /// user must be able to read the new one too.
    fn beside(path: &Path) -> Result<Self, PlaceError> {
        // A symbolic link is followed, so that it stays one.
        let target = path
            .canonicalize()
            .map_err(failed("cannot be read", path))?;
        let existing = fs::metadata(&target).map_err(failed("cannot be read", &target))?;
        let mut new = target.as_os_str().to_owned();
        new.push(NEW);
        let new = PathBuf::from(new);
        write_new(&new, "")?;
        let file = Self { target, path: new };
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, chown};
            let own = fs::metadata(&file.path).map_err(failed("cannot be read", &file.path))?;
            if (own.uid(), own.gid()) != (existing.uid(), existing.gid()) {
                chown(&file.path, Some(existing.uid()), Some(existing.gid())).map_err(failed(
                    "cannot be given the owner of the existing file",
                    &file.path,
                ))?;
            }
        }
        fs::set_permissions(&file.path, existing.permissions())
            .map_err(failed("cannot be given permissions", &file.path))?;
        Ok(file)
    }

    fn replace(&self, secret: &SecretString) -> Result<(), PlaceError> {
        let Self { target, path } = self;
        let mut file = OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(path)
            .map_err(failed("cannot be written", path))?;
        file.write_all(secret.expose_secret().as_bytes())
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .map_err(failed("cannot be written", path))?;
        fs::rename(path, target).map_err(failed("cannot be replaced", target))?;
        sync_folder(target);
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // After the replacement, there is none.
        let _ = fs::remove_file(&self.path);
    }
}

fn read(path: &Path) -> Result<SecretString, PlaceError> {
    let bytes = fs::read(path).map_err(failed("cannot be read", path))?;
    let text = decode(&bytes).map_err(|why| PlaceError::NotText {
        path: path.to_owned(),
        why,
    })?;
    match trim(&text) {
        "" => Err(PlaceError::Empty(path.to_owned())),
        secret => Ok(secret.into()),
    }
}

/// Creates a file for its owner only, and writes a text to it.
fn write_new(path: &Path, text: &str) -> Result<(), PlaceError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .map_err(failed("cannot be created", path))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed("cannot be written", path))?;
    sync_folder(path);
    Ok(())
}

/// Makes a new name durable. File systems that cannot sync a folder do so by themselves.
fn sync_folder(path: &Path) {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PlaceError {
    let path = path.to_owned();
    move |error| PlaceError::Io { what, path, error }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_with_its_permissions_and_nothing_stays_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "first\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let place = SecretPlace::File(path.clone());
        assert_eq!(place.current().unwrap().expose_secret(), "first");
        drop(place.prepare().unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let prepared = place.prepare().unwrap();
        prepared.commit(&"second".into()).unwrap();
        assert_eq!(place.current().unwrap().expose_secret(), "second");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        assert!(place.former().unwrap().is_none());
        place.keep_former(&"first".into()).unwrap();
        assert_eq!(mode(&place.former_path()), 0o600);
        assert!(
            place.keep_former(&"other".into()).is_err(),
            "never overwritten"
        );
        assert_eq!(place.former().unwrap().unwrap().expose_secret(), "first");
        place.forget_former().unwrap();
        assert!(place.former().unwrap().is_none());
    }

    #[test]
    fn the_place_is_that_of_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let env_file = folder.path().join(".env");
        fs::write(
            &env_file,
            "# one's own\nCLIENT_SECRET='a^`b'\nSCOPES=org.read\n",
        )
        .unwrap();
        let find = |raw: &[(&str, &str)]| SecretPlace::find(None, &Raw::from_pairs(raw), &env_file);
        let file = find(&[("CLIENT_SECRET_FILE", "/run/secret")]).unwrap();
        assert!(file.is_read_again());
        let in_env = find(&[("CLIENT_SECRET", "a^`b")]).unwrap();
        assert!(!in_env.is_read_again());
        assert_eq!(in_env.current().unwrap().expose_secret(), "a^`b");
        in_env.prepare().unwrap().commit(&"c*=<]".into()).unwrap();
        assert_eq!(in_env.current().unwrap().expose_secret(), "c*=<]");
        let text = fs::read_to_string(&env_file).unwrap();
        assert!(
            text.starts_with("# one's own\n") && text.contains("SCOPES=org.read"),
            "{text}"
        );
        // The environment has precedence: a change of `.env` would have no effect.
        assert!(matches!(
            find(&[("CLIENT_SECRET", "another")]),
            Err(PlaceError::Nowhere)
        ));
    }
}
