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
//! Files of former builds are kept unless their removal is asked for ([`manifest`]). A tab that was open before
//! still loads its files, and a document that a cache still has finds the ones that it names.

mod api_origin;
mod headers_file;
mod manifest;
mod nginx;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use page_headers::Caching;

pub(crate) use self::api_origin::ApiOrigin;
use self::manifest::Manifest;
use crate::{
    spa::{self, files},
    workspace::Workspace,
};

const DOCUMENT: &str = "index.html";
const NOT_FOUND: &str = "404.html";
/// The element of the document that names the API.
const API: &str = r#"<meta name="api-base-url" content=""#;

/// The folder to write into, and the options.
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
    let former = Manifest::read(&target.folder)?;
    // Another build at the same time has a folder of its own.
    let staging = workspace
        .notes()?
        .join(format!("static-host-{}", std::process::id()));
    let written = prepare(workspace, page, target.api.as_ref(), &staging).and_then(|()| {
        let new = Manifest::of(relative_names(&staging)?);
        publish(&staging, &former, &new, target)
    });
    if staging.exists() {
        fs::remove_dir_all(&staging)
            .with_context(|| format!("cannot remove {}", staging.display()))?;
    }
    written
}

/// Puts everything that the host is to serve into a folder.
fn prepare(
    workspace: &Workspace,
    page: &Path,
    api: Option<&ApiOrigin>,
    folder: &Path,
) -> Result<()> {
    spa::add_files(folder, page)?;
    // A page for development has no compressed files.
    let mut is_compressed = false;
    for name in ["index.html.br", "index.html.gz"] {
        let path = folder.join(name);
        if path.exists() {
            is_compressed = true;
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    let api = api.map(ApiOrigin::as_str);
    let document = read(&folder.join(DOCUMENT))?;
    let policy = page_headers::content_security_policy(&document, api);
    // The address of the API is a part of the build: a tab with the former one is to be told.
    let document = spa::with_build_id(&with_policy(&with_api(&document, api)?, &policy))?;
    put(&folder.join(DOCUMENT), &document)?;
    put(&folder.join(NOT_FOUND), &document)?;
    if is_compressed {
        spa::compress(
            workspace,
            &[&folder.join(DOCUMENT), &folder.join(NOT_FOUND)],
        )?;
    }
    let hashed = hashed_files(folder)?;
    put(
        &folder.join("_headers"),
        &headers_file::text(&policy, &hashed),
    )?;
    put(&folder.join("nginx.conf"), &nginx::text(&policy))
}

/// Copies the prepared files. Those of former builds are removed last, if at all, so that a failure
/// leaves a page that works.
fn publish(from: &Path, former: &Manifest, new: &Manifest, target: &Target) -> Result<()> {
    let all = former.with(new);
    all.write(&target.folder)?;
    spa::add_files(&target.folder, from)?;
    // A build that was interrupted listed its files before it copied them.
    all.remove_parts(&target.folder)?;
    if target.remove_old {
        all.remove_except(new, &target.folder)?;
        new.write(&target.folder)?;
    }
    Ok(())
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

/// Names the API in a document, which names none.
fn with_api(document: &str, api: Option<&str>) -> Result<String> {
    let unset = format!("{API}\"");
    ensure!(
        document.matches(&unset).count() == 1,
        "{DOCUMENT} has to contain {unset} once"
    );
    let set = format!("{API}{}\"", api.unwrap_or_default());
    Ok(document.replace(&unset, &set))
}

/// Adds the policy to a document, for hosts that send no headers of ours. Browsers ignore
/// `frame-ancestors` there.
fn with_policy(document: &str, policy: &str) -> String {
    let policy = policy
        .split("; ")
        .filter(|one| !one.starts_with("frame-ancestors"));
    let policy = policy.collect::<Vec<_>>().join("; ");
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    document.replacen(API, &format!("{meta}{API}"), 1)
}

/// Returns the paths of files with a hash in their name, without their compressed forms.
fn hashed_files(folder: &Path) -> Result<Vec<String>> {
    let is_hashed = |name: &String| {
        let is_compressed = [".br", ".gz"].iter().any(|ending| name.ends_with(ending));
        let file_name = name.rsplit('/').next().unwrap_or_default();
        !is_compressed && Caching::of_file(file_name) == Caching::Immutable
    };
    let mut names = relative_names(folder)?;
    names.retain(is_hashed);
    Ok(names)
}

/// Returns the paths of all files below a folder, relative to it.
fn relative_names(folder: &Path) -> Result<Vec<String>> {
    let name = |file: PathBuf| {
        let name = file.strip_prefix(folder)?.to_string_lossy();
        Ok(name.replace('\\', "/"))
    };
    files(folder)?.into_iter().map(name).collect()
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
    fn the_document_has_the_policy_that_a_host_may_not_send() {
        let document = format!("<head>{API}https://api.example.com\">");
        let policy = "default-src 'none'; frame-ancestors 'none'";
        assert_eq!(
            with_policy(&document, policy),
            format!(
                "<head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\
                 {API}https://api.example.com\">"
            )
        );
    }

    /// Writes files for a build into a folder, and returns their list.
    fn build(folder: &Path, names: &[&str]) -> Manifest {
        fs::create_dir_all(folder).unwrap();
        for name in names {
            fs::write(folder.join(name), *name).unwrap();
        }
        Manifest::of(relative_names(folder).unwrap())
    }

    #[test]
    fn files_of_former_builds_stay_until_their_removal_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let public = folder.path().join("public");
        let publish_build = |name: &str, remove_old| {
            let from = folder.path().join(name);
            let new = build(&from, &["index.html", name]);
            let target = Target {
                folder: public.clone(),
                api: None,
                remove_old,
            };
            publish(&from, &Manifest::read(&public).unwrap(), &new, &target).unwrap();
            relative_names(&public).unwrap()
        };
        publish_build("one.js", false);
        let kept = publish_build("two.js", false);
        assert_eq!(kept, [".page-files", "index.html", "one.js", "two.js"]);
        fs::write(public.join("backup-202611300600.sql"), "mine").unwrap();
        let left = publish_build("three.js", true);
        let expected = [
            ".page-files",
            "backup-202611300600.sql",
            "index.html",
            "three.js",
        ];
        assert_eq!(left, expected);
    }

    #[test]
    fn half_a_file_of_an_interrupted_build_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (from, public) = (folder.path().join("new"), folder.path().join("public"));
        let interrupted = build(&public, &["index.html", "one.js"]);
        fs::rename(public.join("one.js"), public.join("one.js.part")).unwrap();
        fs::write(public.join("mine.part"), "mine").unwrap();
        let new = build(&from, &["index.html", "two.js"]);
        let target = Target {
            folder: public.clone(),
            api: None,
            remove_old: false,
        };
        publish(&from, &interrupted, &new, &target).unwrap();
        assert_eq!(
            relative_names(&public).unwrap(),
            [".page-files", "index.html", "mine.part", "two.js"]
        );
    }

    #[test]
    fn a_failure_while_copying_removes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (from, public) = (folder.path().join("new"), folder.path().join("public"));
        let former = build(&public, &["index.html", "one.js"]);
        let new = build(&from, &["index.html", "two.js"]);
        // A folder is in the way of a file.
        fs::create_dir_all(public.join("two.js/x")).unwrap();
        let target = Target {
            folder: public.clone(),
            api: None,
            remove_old: true,
        };
        assert!(publish(&from, &former, &new, &target).is_err());
        assert!(public.join("one.js").exists());
    }
}
