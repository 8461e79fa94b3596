//! Checks that documents match the code: every path in backticks and every link to a file must
//! exist.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use crate::{spa::files, workspace::Workspace};

/// Top-level folders that a path may begin with.
const FOLDERS: [&str; 10] = [
    "frontend", "backend", "shared", "tests", "xtask", "docs", "deploy", "examples", ".cargo",
    ".ci",
];
/// Extensions that identify a relative path as one of this repository.
const ENDINGS: [&str; 9] = [
    ".rs", ".toml", ".md", ".css", ".html", ".sql", ".json", ".yaml", ".woff2",
];

/// Returns every path and link whose target does not exist.
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

/// Returns the text in backticks that looks like a path from the root, with its line number. Code
/// blocks are skipped, because they contain other things too.
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
                // `src/lib.rs` without a package, or a package that does not exist any more. Paths
                // that start with `/` are routes; `data`, `dist` and `target` are generated.
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

/// Returns the targets of links to files, without their anchors.
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

/// Returns the lines outside of code blocks, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_block = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        (!in_block && !fence).then_some((index + 1, line))
    })
}

/// Normalizes `docs/../README.md` to `README.md` without accessing the file system.
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
