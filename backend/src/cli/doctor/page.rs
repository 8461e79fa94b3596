//! Checks the built page: it is there and whole, and of the version of this binary.
//!
//! The document names each of its files with a hash of the content (`integrity`), so a folder that
//! holds files of two builds, or a part of one, is seen.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha384};

use super::finding::Finding;
use crate::config::server::{Frontend, Server};

const CHECK: &str = "page";
const VERSION: &str = env!("CARGO_PKG_VERSION");
const REBUILD: &str = "build it with `cargo xtask build`, and copy the whole folder";

/// Checks the page that the server serves.
pub(super) fn check(server: &Server) -> Vec<Finding> {
    match &server.frontend {
        Frontend::Folder(folder) => check_folder(folder),
        Frontend::Embedded => vec![Finding::ok(CHECK, "The page is inside this binary.")],
        Frontend::Elsewhere => vec![Finding::ok(
            CHECK,
            format!(
                "This server serves no page (FRONTEND_DIR is empty); it is at {}.",
                server.frontend_origin
            ),
        )],
    }
}

fn check_folder(folder: &Path) -> Vec<Finding> {
    let name = folder.display();
    let document = folder.join("index.html");
    let document = match fs::read_to_string(&document) {
        Ok(document) => document,
        Err(error) => {
            return vec![
                Finding::fail(CHECK, format!("There is no built page in {name}: {error}.")).fix(
                    format!(
                        "{REBUILD}; or set FRONTEND_DIR to where it is, or to nothing to serve none"
                    ),
                ),
            ];
        }
    };
    let files = files(&document);
    let mut damaged: Vec<_> = files
        .iter()
        .filter_map(|file| {
            Some(Damaged {
                file,
                why: damage(folder, file)?,
            })
        })
        .collect();
    damaged.truncate(3);
    let whole = if files.is_empty() {
        Finding::fail(
            CHECK,
            format!("The document in {name} is not one of a build."),
        )
        .fix(REBUILD)
    } else if damaged.is_empty() {
        Finding::ok(
            CHECK,
            format!("The page in {name} is whole: {} files.", files.len()),
        )
    } else {
        let what: Vec<_> = damaged
            .iter()
            .map(|Damaged { file, why }| format!("{} {why}", file.path))
            .collect();
        Finding::fail(
            CHECK,
            format!("The page in {name} is not whole: {}.", what.join(", ")),
        )
        .fix(REBUILD)
    };
    vec![whole, version(&document)]
}

/// Compares the version that the document states with that of this binary.
fn version(document: &str) -> Finding {
    let stated = tags(document, "meta")
        .find(|tag| attribute(tag, "name") == Some("snyk-app-version"))
        .and_then(|tag| attribute(tag, "content"));
    match stated {
        Some(VERSION) => Finding::ok(CHECK, format!("It is of this version, {VERSION}.")),
        Some(other) => Finding::warn(
            CHECK,
            format!("It is of version {other}, and this binary of {VERSION}."),
        )
        .fix("build both from the same sources"),
        None => Finding::warn(
            CHECK,
            "It does not state its version, as that of an earlier build.",
        )
        .fix("build both from the same sources"),
    }
}

/// A file that the document names.
#[derive(Debug, PartialEq, Eq)]
struct File<'a> {
    /// Its path below the folder.
    path: &'a str,
    /// The SHA-384 of its content in base64.
    integrity: Option<&'a str>,
}

#[derive(Debug)]
struct Damaged<'a> {
    file: &'a File<'a>,
    why: String,
}

/// Returns the styles and scripts that a document loads from its own origin.
fn files(document: &str) -> Vec<File<'_>> {
    tags(document, "link")
        .filter_map(|tag| {
            let path = attribute(tag, "href")?.strip_prefix('/')?;
            let is_file = !path.starts_with('/');
            is_file.then(|| File {
                path,
                integrity: attribute(tag, "integrity").and_then(|it| it.strip_prefix("sha384-")),
            })
        })
        .collect()
}

/// Returns what is wrong with a file, if anything is.
fn damage(folder: &Path, file: &File<'_>) -> Option<String> {
    let path: PathBuf = folder.join(file.path);
    match fs::read(path) {
        Ok(content) => {
            let digest = STANDARD.encode(Sha384::digest(&content));
            let is_other = file.integrity.is_some_and(|expected| expected != digest);
            is_other.then(|| "is of another build".to_owned())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("is missing".to_owned()),
        Err(error) => Some(format!("cannot be read ({error})")),
    }
}

/// Returns the tags of a name, without the angle brackets. The documents of Trunk have no `>` in an
/// attribute.
fn tags<'a>(document: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    document.split('<').filter_map(move |rest| {
        let tag = rest.split('>').next()?;
        let after = tag.strip_prefix(name)?;
        after.starts_with(char::is_whitespace).then_some(after)
    })
}

/// Returns the value of an attribute of a tag, with or without quotation marks.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let before = tag[..at].chars().next_back()?;
        let value = tag[at + name.len()..].strip_prefix('=')?;
        if !before.is_whitespace() {
            return None;
        }
        match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => value
                .split(|c: char| c.is_whitespace())
                .next()
                .map(|value| value.trim_end_matches('/')),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Status;

    fn page(version: &str, integrity: &str) -> String {
        format!(
            "<!doctype html>\n<head>\n<meta name=\"snyk-app-version\" content=\"{version}\" />\
             <link rel=\"stylesheet\" href=\"/a.css\" integrity=\"sha384-{integrity}\"/>\
             <link rel=\"icon\" href=/favicon.svg />\
             <link rel=\"preconnect\" href=\"https://elsewhere.example\"></head>"
        )
    }

    #[test]
    fn the_files_of_a_document_are_found_with_their_hashes() {
        let document = page("1", "abc+/=");
        let found = files(&document);
        let file = |path, integrity| File { path, integrity };
        assert_eq!(
            found,
            [file("a.css", Some("abc+/=")), file("favicon.svg", None)]
        );
    }

    #[test]
    fn a_folder_with_parts_of_two_builds_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let statuses = || -> Vec<_> {
            let found = check_folder(folder.path());
            found.iter().map(|finding| finding.status).collect()
        };
        assert_eq!(statuses(), [Status::Fail], "no page");
        let integrity = STANDARD.encode(Sha384::digest("body {}"));
        fs::write(folder.path().join("index.html"), page(VERSION, &integrity)).unwrap();
        fs::write(folder.path().join("favicon.svg"), "").unwrap();
        assert_eq!(statuses(), [Status::Fail, Status::Ok], "a file is missing");
        fs::write(folder.path().join("a.css"), "body {}").unwrap();
        assert_eq!(statuses(), [Status::Ok, Status::Ok]);
        fs::write(folder.path().join("a.css"), "html {}").unwrap();
        let found = check_folder(folder.path());
        assert!(
            found[0].text.contains("a.css is of another build"),
            "{found:?}"
        );
    }

    #[test]
    fn a_page_of_another_version_is_a_warning() {
        assert_eq!(version(&page(VERSION, "")).status, Status::Ok);
        let other = version(&page("0.0.1", ""));
        assert_eq!(other.status, Status::Warn);
        assert!(other.text.contains("0.0.1"));
        assert_eq!(version("<html>").status, Status::Warn);
    }

    /// A build of these sources states the version of the crates.
    #[test]
    fn the_document_states_the_version() {
        let document = include_str!("../../../../index.html");
        assert_eq!(
            version(document).status,
            Status::Ok,
            "{}",
            version(document).text
        );
    }
}
