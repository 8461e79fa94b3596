//! Checks that dependencies point in one direction: `frontend → login → shared ← domain ← snyk-app`,
//! and `door`, `login-package → login`.
//!
//! The sandbox depends on no package of this repository, so that it cannot share its mistakes. No
//! package depends on the sandbox, which is accessed only over HTTP.

use crate::metadata::Package;

/// The workspace packages that each package may depend on. A package that is not listed may depend
/// on none, so that adding one is a deliberate decision.
const ALLOWED: [(&str, &[&str]); 11] = [
    ("login", &["shared"]),
    // Both halves of the door. The application knows neither: it is handed the script.
    ("door", &["login"]),
    ("door-callback", &["login", "shared"]),
    ("login-package", &["login", "shared"]),
    ("frontend", &["login", "shared"]),
    ("domain", &["shared"]),
    (
        "snyk-app",
        // The last one in tests.
        &[
            "domain",
            "env-file",
            "page-headers",
            "shared",
            "test-postgres",
        ],
    ),
    // Its model checks and fuzz targets link the pure functions, so that they check the real code.
    ("tests", &["domain", "shared", "snyk-app", "test-postgres"]),
    // It measures the programs only from outside, some of them on a database of their own.
    ("bench", &["bench-options", "test-postgres"]),
    ("micro", &["domain", "login", "shared", "snyk-app"]),
    // Only the `.env` parser and the page's headers, and nothing else of the server.
    ("xtask", &["bench-options", "env-file", "page-headers"]),
];

/// Returns every dependency that violates the rule.
pub(super) fn violations(packages: &[Package]) -> Vec<String> {
    let mut found = Vec::new();
    for package in packages {
        let allowed = ALLOWED.iter().find(|(name, _)| *name == package.name);
        let allowed = allowed.map_or(&[][..], |(_, allowed)| allowed);
        for dependency in &package.ours {
            if !allowed.contains(&dependency.name.as_str()) {
                let how = if dependency.for_tests {
                    " (in tests)"
                } else {
                    ""
                };
                let may = if allowed.is_empty() {
                    "none of ours".into()
                } else {
                    allowed.join(", ")
                };
                found.push(format!(
                    "{} depends on {}{how}; it may know {may}",
                    package.name, dependency.name
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn package(name: &str, ours: &[&str]) -> Package {
        let dependency = |name: &&str| Dependency {
            name: (*name).to_owned(),
            for_tests: false,
        };
        Package {
            name: name.to_owned(),
            ours: ours.iter().map(dependency).collect(),
            ..Package::default()
        }
    }

    #[test]
    fn the_intended_graph_is_fine() {
        let graph = [
            package("shared", &[]),
            package("login", &["shared"]),
            package("door", &["login"]),
            package("door-callback", &["login", "shared"]),
            package("login-package", &["login", "shared"]),
            package("frontend", &["login", "shared"]),
            package("env-file", &[]),
            package("domain", &["shared"]),
            package("snyk-app", &["domain", "env-file", "shared"]),
            package("snyk-sandbox", &[]),
            package("test-postgres", &[]),
            package("tests", &["snyk-app", "test-postgres"]),
            package("bench", &["bench-options"]),
            package("micro", &["domain", "login", "shared", "snyk-app"]),
            package("xtask", &["bench-options", "env-file"]),
        ];
        assert_eq!(violations(&graph), Vec::<String>::new());
    }

    #[test]
    fn each_edge_against_the_rule_is_named() {
        for (from, to) in [
            ("shared", "login"),
            ("login", "frontend"),
            ("frontend", "door"),
            ("door", "frontend"),
            ("login-package", "door"),
            ("snyk-app", "login"),
            ("snyk-app", "snyk-sandbox"),
            ("snyk-sandbox", "shared"),
            ("tests", "snyk-sandbox"),
            ("newcomer", "shared"),
            ("env-file", "shared"),
            ("domain", "snyk-app"),
            ("bench", "snyk-app"),
            ("bench-options", "bench"),
            ("test-postgres", "snyk-app"),
            ("xtask", "snyk-app"),
            ("xtask", "bench"),
        ] {
            let found = violations(&[package(from, &[to])]);
            assert_eq!(found.len(), 1, "{from} → {to}");
            assert!(found[0].starts_with(&format!("{from} depends on {to}; it may know ")));
        }
    }
}
