//! Documents that outlive the code: every path in backticks, and every link to a file, must lead
//! somewhere.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use crate::{spa::files, workspace::Workspace};

/// Folders at the root that a path may begin with.
const FOLDERS: [&str; 8] = [
    "frontend", "backend", "shared", "tests", "xtask", "docs", ".cargo", ".ci",
];
/// What a relative path ends in when it means a file of ours.
const ENDINGS: [&str; 9] = [
    ".rs", ".toml", ".md", ".css", ".html", ".sql", ".json", ".yaml", ".woff2",
];

/// Every path and link that leads nowhere.
pub(super) fn violations(workspace: &Workspace) -> Result<Vec<String>> {
    let mut documents = files(&workspace.root.join("docs"))?;
    documents.push(workspace.root.join("README.md"));
    documents.retain(|file| file.extension().is_some_and(|ending| ending == "md"));
    let mut found = Vec::new();
    for document in documents {
        let path = document.strip_prefix(&workspace.root)?.to_path_buf();
        let text = workspace.read(&path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for (line, name) in paths_in(&text) {
            if !workspace.root.join(&name).exists() {
                found.push(format!("{}:{line}: there is no {name}", path.display()));
            }
        }
        for (line, link) in links_in(&text) {
            let target = normal(&folder.join(&link));
            if !workspace.root.join(target).exists() {
                found.push(format!(
                    "{}:{line}: the link {link} leads nowhere",
                    path.display()
                ));
            }
        }
    }
    Ok(found)
}

/// What stands in backticks and looks like a path from the root, with the number of its line.
/// Blocks of code are left out: they show other things too.
fn paths_in(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        for span in line.split('`').skip(1).step_by(2) {
            let span = span.split([':', '#']).next().unwrap_or_default();
            if looks_like_path(span) {
                found.push((number, span.to_owned()));
            }
        }
    }
    found
}

fn looks_like_path(span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if span.is_empty() || !span.chars().all(plain) {
        return false;
    }
    match span.split_once('/') {
        Some((first, _)) => {
            FOLDERS.contains(&first)
                // `src/lib.rs` of no package, or a package that is gone. Paths from `/` on are
                // routes, and `data`, `dist` and `target` are made by running.
                || (!first.is_empty()
                    && !["data", "dist", "target", "..", "."].contains(&first)
                    && ENDINGS.iter().any(|ending| span.ends_with(ending)))
        }
        None => matches!(
            span,
            "Cargo.toml" | "Trunk.toml" | "index.html" | ".env.sample"
        ),
    }
}

/// Targets of links to files, without their anchors.
fn links_in(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            let elsewhere = target.contains(':') || target.starts_with('/');
            if !target.is_empty() && !elsewhere {
                found.push((number, target.to_owned()));
            }
        }
    }
    found
}

/// Lines outside of blocks of code, numbered.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_block = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        (!in_block && !fence).then_some((index + 1, line))
    })
}

/// `docs/../README.md` as `README.md`, without asking the disk.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_routes_types_and_commands() {
        let text = "See `backend/src/lib.rs:12`, `docs/`, `src/gone.rs` and `Cargo.toml`.\n\
                    Not `/api/session`, `text/html`, `cargo xtask test`, `tests/{a,b}.rs`,\n\
                    `data/app.json`, `rust-lang/crates.io`.\n\
                    ```\n`frontend/in-a-block.rs`\n```\n`shared/src/pkce.rs`";
        let paths = paths_in(text);
        let expected = [
            (1, "backend/src/lib.rs"),
            (1, "docs/"),
            (1, "src/gone.rs"),
            (1, "Cargo.toml"),
            (7, "shared/src/pkce.rs"),
        ];
        assert_eq!(paths, expected.map(|(line, path)| (line, path.to_owned())));
    }

    #[test]
    fn links_to_files_are_told_from_links_to_elsewhere() {
        let text = "[a](docs/flow.md#step-3) [b](https://example.org) [c](#here)\n![d](ui/x.png)";
        let expected = [(1, "docs/flow.md"), (2, "ui/x.png")];
        assert_eq!(
            links_in(text),
            expected.map(|(line, link)| (line, link.to_owned()))
        );
    }

    #[test]
    fn a_link_upwards_is_followed() {
        assert_eq!(
            normal(Path::new("docs/decisions/../../README.md")),
            Path::new("README.md")
        );
    }
}
