//! Checks who may read the files with secrets.

use std::{fs, path::Path};

use super::finding::Finding;
use crate::config::raw::Raw;

const CHECK: &str = "permissions";

/// Permission bits of anyone but the owner.
const GROUP_OR_OTHERS: u32 = 0o077;
/// Others may write a folder, and so replace files in it, unless it has the sticky bit.
const OTHERS_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// Checks `.env` and the files that it names.
pub(super) fn env_file(raw: &Raw) -> Vec<Finding> {
    let open = raw.open_files.iter().map(|file| {
        Finding::warn(
            CHECK,
            format!("{file} is open to other users of this computer."),
        )
        .fix("`chmod 600` it")
    });
    let mut findings: Vec<_> = open.collect();
    if findings.is_empty() && Path::new(".env").exists() {
        findings.push(Finding::ok(CHECK, ".env is closed to other users."));
    }
    findings
}

/// Checks the database file and its folder.
pub(super) fn database(path: &Path) -> Vec<Finding> {
    let Some(mode) = mode(path) else {
        return Vec::new();
    };
    let name = path.display();
    let mut findings = Vec::new();
    if mode & GROUP_OR_OTHERS != 0 {
        findings.push(
            Finding::warn(
                CHECK,
                format!("The database {name} is open to other users."),
            )
            .fix(format!(
                "`chmod 600 {name}`, or restart the server, which does it"
            )),
        );
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if folder_mode_is_open(self::mode(folder).unwrap_or_default()) {
        let folder = folder.display();
        findings.push(
            Finding::warn(CHECK, format!("Other users may replace files in {folder}."))
                .fix(format!("`chmod o-w {folder}`")),
        );
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            CHECK,
            format!("The database {name} is closed to other users."),
        ));
    }
    findings
}

fn folder_mode_is_open(mode: u32) -> bool {
    mode & OTHERS_WRITE != 0 && mode & STICKY == 0
}

/// Returns the permission bits of a file; `None` if there is none.
fn mode(path: &Path) -> Option<u32> {
    let metadata = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let mode = std::os::unix::fs::MetadataExt::mode(&metadata);
    // Other systems have no such bits.
    #[cfg(not(unix))]
    let mode = u32::from(metadata.is_file()) & 0;
    Some(mode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Status;

    #[test]
    fn a_file_that_others_may_read_is_told_with_the_command_that_closes_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db");
        assert_eq!(database(&path), [], "there is none yet");
        fs::write(&path, "").unwrap();
        let with_modes = |file, folder_mode| {
            let set = |path: &Path, mode| {
                fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            };
            set(&path, file);
            set(folder.path(), folder_mode);
            database(&path)
        };
        for (file, folder, fixes) in [
            (0o600, 0o755, vec![]),
            (0o600, 0o1777, vec![]),
            (0o640, 0o755, vec!["chmod 600"]),
            (0o604, 0o777, vec!["chmod 600", "chmod o-w"]),
        ] {
            let found = with_modes(file, folder);
            let warned: Vec<_> = found
                .iter()
                .filter(|finding| finding.status == Status::Warn)
                .map(|finding| finding.fix.clone().unwrap())
                .collect();
            assert_eq!(warned.len(), fixes.len(), "{file:o} {folder:o}");
            for (warned, fix) in warned.iter().zip(fixes) {
                assert!(warned.contains(fix), "{warned}");
            }
        }
    }
}
