//! The list of files that builds have written into the folder of a static host.
//!
//! Only listed files are ever removed, and a folder with other files and no list is refused, so that
//! a mistyped folder loses nothing.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Component, Path},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::spa;

/// The name of the list, with a path in each line. Hosts serve no file whose name begins with a dot.
const NAME: &str = ".page-files";

/// Paths of files, relative to the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest(BTreeSet<String>);

impl Manifest {
    /// Reads the list of a folder. A folder that is missing or empty has an empty one.
    ///
    /// # Errors
    ///
    /// Fails if the folder has files but no list, or if the list names something outside.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).with_context(|| format!("in {}", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                ensure!(
                    is_empty(folder)?,
                    "{} has files that no build of the page wrote: name an empty folder",
                    folder.display()
                );
                Ok(Self::default())
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let lines = text.lines().filter(|line| !line.is_empty());
        let names = lines.map(str::to_owned).collect::<BTreeSet<_>>();
        for name in &names {
            let mut components = Path::new(name).components();
            ensure!(
                components.all(|one| matches!(one, Component::Normal(_))),
                "{name} is outside of the folder"
            );
        }
        Ok(Self(names))
    }

    pub(super) fn of(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().collect())
    }

    /// Returns a list with the files of both.
    pub(super) fn with(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// Writes the list into a folder.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(NAME);
        let lines: Vec<_> = self.0.iter().map(String::as_str).collect();
        let text = lines.join("\n") + "\n";
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Removes the halves of listed files that interrupted copies have left in a folder.
    pub(super) fn remove_parts(&self, folder: &Path) -> Result<()> {
        let mut names = self.0.iter();
        names.try_for_each(|name| spa::remove_part(&folder.join(name)))
    }

    /// Removes the listed files that are not in `new` from a folder.
    pub(super) fn remove_except(&self, new: &Self, folder: &Path) -> Result<()> {
        for name in self.0.difference(&new.0) {
            let path = folder.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    bail!("cannot remove {}: {error}", path.display())
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_empty(folder: &Path) -> Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", folder.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(names: &[&str]) -> Manifest {
        Manifest::of(names.iter().map(|&name| name.to_owned()))
    }

    #[test]
    fn a_folder_with_other_files_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(Manifest::read(&folder.join("none")).unwrap(), manifest(&[]));
        assert_eq!(Manifest::read(folder).unwrap(), manifest(&[]));
        fs::write(folder.join("index.html"), "mine").unwrap();
        assert!(Manifest::read(folder).is_err());
        manifest(&["a.js"]).write(folder).unwrap();
        assert_eq!(Manifest::read(folder).unwrap(), manifest(&["a.js"]));
    }

    #[test]
    fn only_listed_files_of_former_builds_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let all = ["old.js", "same.js", "backup-202611300600.sql"];
        for name in all {
            fs::write(folder.join(name), "x").unwrap();
        }
        let old = manifest(&["old.js", "same.js", "gone.js"]);
        old.remove_except(&manifest(&["same.js"]), folder).unwrap();
        let left = all.map(|name| folder.join(name).exists());
        assert_eq!(left, [false, true, true]);
    }

    #[test]
    fn a_list_names_nothing_outside() {
        for wrong in ["../a", "/etc/passwd", "a/../../b", "./a/../b"] {
            assert!(Manifest::parse(&format!("{wrong}\n")).is_err(), "{wrong}");
        }
        assert!(Manifest::parse("fonts/a.woff2\nindex.html\n").is_ok());
    }
}
