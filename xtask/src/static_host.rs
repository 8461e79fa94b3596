//! Writes the page for a static host: the files of a release, with the address of the API, and with
//! the headers of our own server in the forms that hosts read.
//!
//! | file | for |
//! | --- | --- |
//! | `404.html` | hosts that can only serve files: the document, for every path without one |
//! | `_headers` | Netlify, Cloudflare Pages and others with this form |
//! | `nginx.conf` | nginx: a part of a `server` block |
//!
//! # Design
//!
//! Files of former builds are kept unless their removal is asked for. A tab that was open before
//! still loads its files, and a document that a cache still has finds the ones that it names.

mod api_origin;
mod headers_file;
mod nginx;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use page_headers::{Caching, NO_TRANSFORM};

pub(crate) use self::api_origin::ApiOrigin;
use crate::{
    spa::{self, files},
    workspace::Workspace,
};

const DOCUMENT: &str = "index.html";
const NOT_FOUND: &str = "404.html";
/// The element of the document that names the API, as it is in the repository.
const UNSET: &str = r#"<meta name="api-base-url" content="""#;

/// What to write, and where.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The folder that the host serves.
    pub(crate) folder: PathBuf,
    /// The origin of the API, if it is not the page's own.
    pub(crate) api: Option<ApiOrigin>,
    /// Whether to remove the files of former builds.
    pub(crate) remove_old: bool,
}

/// Writes a built page for a static host.
pub(crate) fn write(workspace: &Workspace, page: &Path, target: &Target) -> Result<()> {
    let staging = workspace.notes()?.join("static-host");
    if staging.exists() {
        fs::remove_dir_all(&staging)
            .with_context(|| format!("cannot remove {}", staging.display()))?;
    }
    spa::add_files(&staging, page)?;
    // A page for development has none.
    let mut is_compressed = false;
    for name in ["index.html.br", "index.html.gz"] {
        let path = staging.join(name);
        if path.exists() {
            is_compressed = true;
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    let api = target.api.as_ref().map(ApiOrigin::as_str);
    let document = with_api(&read(&staging.join(DOCUMENT))?, api)?;
    put(&staging.join(DOCUMENT), &document)?;
    put(&staging.join(NOT_FOUND), &document)?;
    if is_compressed {
        spa::compress(
            workspace,
            &[&staging.join(DOCUMENT), &staging.join(NOT_FOUND)],
        )?;
    }

    let policy = page_headers::content_security_policy(&document, api);
    let mut hashed = hashed_files(&staging)?;
    if target.remove_old {
        remove_old(&target.folder, &hashed)?;
    } else {
        hashed.extend(hashed_files(&target.folder)?);
    }
    hashed.sort_unstable();
    hashed.dedup();
    put(
        &staging.join("_headers"),
        &headers_file::text(&policy, &hashed),
    )?;
    put(&staging.join("nginx.conf"), &nginx::text(&policy))?;
    spa::add_files(&target.folder, &staging)
}

/// Writes the page for the tests of a static host, which name the API's port in it.
pub(crate) fn for_tests(workspace: &Workspace, page: &Path) -> Result<PathBuf> {
    let folder = workspace.notes()?.join("static-host-for-tests");
    let target = Target {
        folder: folder.clone(),
        api: Some("https://api.fathom.localhost".parse()?),
        remove_old: true,
    };
    write(workspace, page, &target)?;
    Ok(folder)
}

/// Returns the value of `Cache-Control`.
fn cache_control(caching: Caching) -> String {
    format!("{}, {NO_TRANSFORM}", caching.value())
}

/// Names the API in a document.
fn with_api(document: &str, api: Option<&str>) -> Result<String> {
    ensure!(
        document.matches(UNSET).count() == 1,
        "{DOCUMENT} has to contain {UNSET} once"
    );
    let set = UNSET.replace(r#""""#, &format!("\"{}\"", api.unwrap_or_default()));
    Ok(document.replace(UNSET, &set))
}

/// Returns the paths of files with a hash in their name, without their compressed forms.
fn hashed_files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in files(folder)? {
        let name = file
            .strip_prefix(folder)?
            .to_string_lossy()
            .replace('\\', "/");
        let is_compressed = [".br", ".gz"].iter().any(|ending| name.ends_with(ending));
        let file_name = name.rsplit('/').next().unwrap_or_default();
        if !is_compressed && Caching::of_file(file_name) == Caching::Immutable {
            found.push(name);
        }
    }
    Ok(found)
}

/// Removes the files of former builds: those with a hash in their name that are not new.
fn remove_old(folder: &Path, new: &[String]) -> Result<()> {
    for old in hashed_files(folder)? {
        if !new.contains(&old) {
            for ending in ["", ".br", ".gz"] {
                let path = folder.join(format!("{old}{ending}"));
                if path.exists() {
                    fs::remove_file(&path)
                        .with_context(|| format!("cannot remove {}", path.display()))?;
                }
            }
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn put(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_the_api_once() {
        let document = include_str!("../../index.html");
        let set = with_api(document, Some("https://api.example.com")).unwrap();
        assert!(set.contains(r#"<meta name="api-base-url" content="https://api.example.com""#));
        assert_eq!(with_api(document, None).unwrap(), document);
        assert!(with_api("", None).is_err());
        assert!(with_api(&set, None).is_err(), "it is set already");
    }

    #[test]
    fn only_old_files_with_a_hash_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in [
            "a-0123456789abcdef.js",
            "a-0123456789abcdef.js.br",
            "b-fedcba9876543210.js",
            "notes.txt",
            "favicon.svg",
        ] {
            fs::write(folder.join(name), "x").unwrap();
        }
        remove_old(folder, &["b-fedcba9876543210.js".to_owned()]).unwrap();
        let left: Vec<_> = files(folder)
            .unwrap()
            .iter()
            .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(left, ["b-fedcba9876543210.js", "favicon.svg", "notes.txt"]);
    }
}
