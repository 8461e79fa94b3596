//! Checks rules about the names that each folder may use, where a lint cannot distinguish folders.
//!
//! To add a rule, add an entry to [`RULES`]. The rules also apply to code behind `#[cfg(test)]`.

use anyhow::Result;

use crate::{spa::files, workspace::Workspace};

struct Rule {
    /// The folder to which the rule applies.
    folder: &'static str,
    /// The words that must not occur there.
    words: &'static [&'static str],
    /// Prefixes of the paths to which the rule does not apply.
    except: &'static [&'static str],
    reason: &'static str,
}

const RULES: [Rule; 6] = [
    Rule {
        folder: "frontend/login/src",
        words: &["web_sys", "js_sys"],
        except: &["frontend/login/src/browser/"],
        reason: "the browser is met in one folder, so that the rest is tested without one",
    },
    Rule {
        folder: "frontend",
        words: &[
            "local_storage()",
            "session_storage()",
            "localStorage",
            "sessionStorage",
        ],
        // Tests that check whether anything was stored.
        except: &["frontend/tests/", "frontend/login/tests/"],
        reason: "nothing is ever in browser storage: scripts in the page could read it",
    },
    Rule {
        folder: "backend/src",
        words: &["env::var", "env::vars", "dotenvy::", "option_env!"],
        except: &["backend/src/config/raw.rs"],
        reason: "only config/raw.rs reads the environment",
    },
    Rule {
        folder: "shared/src",
        words: &[
            "std::fs",
            "std::net",
            "std::env",
            "SystemTime",
            "Instant::now",
            "web_sys",
        ],
        except: &[],
        reason: "shared has no IO, no clock and no randomness, for either side",
    },
    Rule {
        folder: "backend/src",
        words: &["Purpose::Tokens"],
        except: &["backend/src/store/repository/sealer.rs"],
        reason: "the tokens of the store are sealed and opened in one place",
    },
    Rule {
        folder: "backend/src/store",
        words: &["sqlx::query", "sqlx::FromRow"],
        except: &[
            "backend/src/store/sqlite",
            "backend/src/store/postgres",
            "backend/src/store/rows.rs",
            "backend/src/store/admin_rows.rs",
        ],
        reason: "SQL is in the adapters, and rules are tested without a database",
    },
];

/// Returns every line that violates a rule.
pub(super) fn violations(workspace: &Workspace) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for rule in &RULES {
        for file in files(&workspace.root.join(rule.folder))? {
            let path = file
                .strip_prefix(&workspace.root)?
                .to_string_lossy()
                .into_owned();
            let is_code = file
                .extension()
                .is_some_and(|ending| ending == "rs" || ending == "js");
            if is_code && !rule.except.iter().any(|start| path.starts_with(start)) {
                found.extend(in_text(rule, &path, &workspace.read(&path)?));
            }
        }
    }
    Ok(found)
}

fn in_text(rule: &Rule, path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        // Comments may contain the words.
        let code = line.split("//").next().unwrap_or_default();
        if let Some(word) = rule.words.iter().find(|word| code.contains(**word)) {
            found.push(format!("{path}:{}: {word}: {}", index + 1, rule.reason));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_held_to_the_rule_and_prose_is_not() {
        let rule = &RULES[2];
        let text = "// not env::var\nlet a = 1;\nlet b = std::env::var(\"B\");\n";
        let found = in_text(rule, "backend/src/x.rs", text);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("backend/src/x.rs:3: env::var: only"),
            "{found:?}"
        );
    }
}
