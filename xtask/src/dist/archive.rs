//! Packs a folder so that equal files make an equal archive.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::process;

/// Packs the folder `name` in `output` into `name.tar.gz` next to it, and returns its path. All
/// files get the given time, root as their owner, and the mode of a program or of a plain file.
pub(crate) fn pack(output: &Path, name: &str, seconds: u64) -> Result<PathBuf> {
    let archive = output.join(format!("{name}.tar.gz"));
    let mut tar = process::command("tar");
    tar.args([
        "--create",
        "--sort=name",
        "--format=ustar",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mode=u=rwX,go=rX",
        // gzip would store the time.
        "--use-compress-program=gzip -n -9",
    ]);
    tar.arg(format!("--mtime=@{seconds}"));
    tar.arg("--file").arg(&archive);
    tar.arg("--directory").arg(output).arg(name);
    process::run(&mut tar).context("GNU tar and gzip make the archive")?;
    Ok(archive)
}

/// Writes the file `SHA256SUMS`, which `sha256sum --check` reads, and returns its path.
pub(crate) fn write_checksums(output: &Path, files: &[&Path]) -> Result<PathBuf> {
    let mut command = process::command("sha256sum");
    command.current_dir(output);
    command.args(files.iter().filter_map(|file| file.file_name()));
    let checksums = output.join("SHA256SUMS");
    fs::write(&checksums, process::output(&mut command)?)
        .with_context(|| format!("cannot write {}", checksums.display()))?;
    Ok(checksums)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Makes a folder of files in the given order, with the given mode of plain files.
    fn folder(parent: &Path, names: &[&str], mode: u32) {
        for name in names {
            let path = parent.join("release").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, name).unwrap();
            let mode = if *name == "program" {
                mode | 0o111
            } else {
                mode
            };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    #[test]
    fn equal_files_make_an_equal_archive_and_its_checksum_is_verified() {
        let root = std::env::temp_dir().join(format!("xtask-archive-{}", std::process::id()));
        let (one, two) = (root.join("one"), root.join("two"));
        folder(&one, &["program", "man/a.1", ".env.sample"], 0o600);
        folder(&two, &[".env.sample", "man/a.1", "program"], 0o664);
        let archives = [&one, &two].map(|parent| pack(parent, "release", 1_700_000_000).unwrap());
        let [first, second] = archives.each_ref().map(|path| fs::read(path).unwrap());
        assert_eq!(first, second);

        let mut list = process::command("tar");
        let list = list
            .args(["--utc", "--full-time", "-tvf"])
            .arg(&archives[0]);
        let list = process::output(list).unwrap();
        let lines: Vec<_> = list.lines().collect();
        let names = lines.iter().map(|line| line.rsplit(' ').next().unwrap());
        let expected = [
            "release/",
            "release/.env.sample",
            "release/man/",
            "release/man/a.1",
            "release/program",
        ];
        assert_eq!(names.collect::<Vec<_>>(), expected);
        assert!(
            lines
                .iter()
                .all(|line| line.contains("2023-11-14 22:13:20")),
            "{list}"
        );
        assert!(lines[1].starts_with("-rw-r--r-- 0/0"), "{list}");
        assert!(lines[4].starts_with("-rwxr-xr-x 0/0"), "{list}");

        let checksums = write_checksums(&one, &[&archives[0]]).unwrap();
        let check = || {
            let mut command = process::command("sha256sum");
            process::answer(command.current_dir(&one).args(["--check", "SHA256SUMS"]))
        };
        assert_eq!(check().as_deref(), Some("release.tar.gz: OK"));
        fs::write(&archives[0], "changed").unwrap();
        assert_eq!(check(), None, "{}", checksums.display());
        fs::remove_dir_all(root).unwrap();
    }
}
