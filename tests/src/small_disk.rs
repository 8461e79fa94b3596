//! A file system that can be filled.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// A small in-memory file system. Unmounted on drop.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts a file system. Returns `None` and prints a note if this user lacks the permission.
    /// The same faults are then simulated only by a limit on the size of files.
    #[must_use]
    pub fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(folder.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self { folder }),
            refused => {
                let why =
                    refused.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
                eprintln!("NOT TESTED on a real full file system: mount says {why:?}");
                None
            }
        }
    }

    /// Returns the path of a file on it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Uses up the remaining space.
    pub fn fill(&self) {
        let mut ballast = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.ballast())
            .expect("a file");
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    /// Frees the space.
    pub fn free(&self) {
        fs::remove_file(self.ballast()).expect("it was filled");
    }

    fn ballast(&self) -> PathBuf {
        self.path("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(self.folder.path());
    }
}

/// Detaches the file system at once. It is released when no process has a file open there any more.
fn unmount(folder: &Path) {
    let _ = Command::new("umount").arg("--lazy").arg(folder).status();
}
