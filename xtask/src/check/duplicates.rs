//! Checks that no crate occurs twice in the Wasm: every visitor of the page would download the
//! second version.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::{process, tools, workspace::Workspace};

/// Crates that may occur twice, with the reason.
const ALLOWED: [(&str, &str); 1] = [(
    "thiserror",
    "the older is gloo-net's; traits only, which leave nothing in the Wasm",
)];

/// Returns every crate of which the page contains more than one version.
pub(super) fn violations(workspace: &Workspace) -> Result<Vec<String>> {
    let mut command = workspace.cargo();
    // `no-proc-macro`: procedural macros run in the compiler and are not part of the page.
    command.args(["tree", "--package", "frontend", "--target", tools::WASM]);
    command.args([
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    Ok(mismatches(&twice(&process::output(&mut command)?)))
}

/// Returns the duplicates without a reason, and the reasons without a duplicate.
fn mismatches(duplicates: &[(String, String)]) -> Vec<String> {
    let is_allowed = |name: &str| ALLOWED.iter().any(|(allowed, _)| *allowed == name);
    let is_duplicate = |name: &str| duplicates.iter().any(|(duplicate, _)| duplicate == name);
    let unexpected = duplicates.iter().filter(|(name, _)| !is_allowed(name));
    let outdated = ALLOWED.iter().filter(|(name, _)| !is_duplicate(name));
    unexpected
        .map(|(name, versions)| format!("{name}: {versions}"))
        .chain(
            outdated.map(|(name, _)| format!("{name} is there once now: take its exception away")),
        )
        .collect()
}

fn twice(tree: &str) -> Vec<(String, String)> {
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
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, versions)| (name.to_owned(), versions.join(", ")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_versions_are_found_and_repeated_mentions_are_not() {
        let tree = "frontend v0.1.0 (/here)\ngloo-net v0.6.0\njs-sys v0.3.0\n\
                    gloo-net v0.7.0\njs-sys v0.3.0 (*)\n";
        assert_eq!(twice(tree), [("gloo-net".into(), "v0.6.0, v0.7.0".into())]);
    }

    #[test]
    fn a_double_needs_a_reason_and_a_reason_needs_a_double() {
        let mut duplicates = ALLOWED
            .map(|(name, _)| (name.to_owned(), String::new()))
            .to_vec();
        assert_eq!(mismatches(&duplicates), Vec::<String>::new());
        duplicates[0] = ("gloo-net".into(), "v0.6.0, v0.7.0".into());
        assert_eq!(mismatches(&duplicates).len(), 2);
    }
}
