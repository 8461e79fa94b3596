//! No crate twice in the Wasm: a second version is paid for by everyone who visits the page.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::{process, workspace::Workspace};

/// Crates that may be there twice, and why.
const ALLOWED: [(&str, &str); 0] = [];

/// Every crate that more than one version of gets into the page.
pub(super) fn violations(workspace: &Workspace) -> Result<Vec<String>> {
    let mut command = workspace.cargo();
    // `no-proc-macro`: what runs in the compiler is no part of the page.
    command.args([
        "tree",
        "--package",
        "frontend",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    command.args([
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    Ok(twice(&process::output(&mut command)?))
}

fn twice(tree: &str) -> Vec<String> {
    let mut versions = BTreeMap::<&str, Vec<&str>>::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            let known = versions.entry(name).or_default();
            if !known.contains(&version) {
                known.push(version);
            }
        }
    }
    versions
        .into_iter()
        .filter(|(name, versions)| {
            versions.len() > 1 && !ALLOWED.iter().any(|(allowed, _)| allowed == name)
        })
        .map(|(name, versions)| format!("{name}: {}", versions.join(", ")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_versions_are_found_and_repeated_mentions_are_not() {
        let tree = "frontend v0.1.0 (/here)\ngloo-net v0.6.0\njs-sys v0.3.0\n\
                    gloo-net v0.7.0\njs-sys v0.3.0 (*)\n";
        assert_eq!(twice(tree), ["gloo-net: v0.6.0, v0.7.0"]);
    }
}
