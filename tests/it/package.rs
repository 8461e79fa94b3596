//! The npm package: what it computes, and what its declarations promise.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use shared::problem::Code;
use tests::examples;

/// The sources of the package's script.
const SCRIPTS: [&str; 4] = [
    "frontend/door/requests.js",
    "frontend/door/begin.js",
    "frontend/door/callback/exchange.js",
    "frontend/package/index.js",
];

/// Runs a command and returns what it printed.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let (printed, errors) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{printed}\n{errors}");
    printed
}

fn source(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).unwrap()
}

fn declarations() -> String {
    fs::read_to_string(examples::package().join("index.d.ts")).unwrap()
}

/// Runs the checks in Node.js, and returns the names that the package exports.
fn exports() -> BTreeSet<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm/package.mjs");
    let printed = output(examples::node().arg(script).arg(examples::package()));
    serde_json::from_str(&printed).unwrap()
}

/// Returns the words that come after a text, up to the next character that no name contains.
fn words_after<'a>(text: &'a str, before: &str) -> BTreeSet<&'a str> {
    let is_name = |next: char| next.is_ascii_alphanumeric() || next == '_';
    let rests = text.split(before).skip(1);
    rests
        .map(|rest| rest.split(|next| !is_name(next)).next().unwrap_or_default())
        .collect()
}

/// Returns the members of a union of texts in the declarations.
fn union<'a>(declarations: &'a str, name: &str) -> BTreeSet<&'a str> {
    let (_, rest) = declarations
        .split_once(&format!("export type {name} ="))
        .unwrap();
    let (members, _) = rest.split_once(';').unwrap();
    words_after(members, "| \"")
}

#[test]
fn sec_1_2_3_18_it_computes_what_rfc_7636_says_rejects_with_codes_and_cleans_the_address_at_once() {
    assert!(!exports().is_empty());
}

#[test]
fn what_is_declared_is_what_is_exported() {
    let declarations = declarations();
    let mut declared = words_after(&declarations, "export declare function ");
    declared.extend(words_after(&declarations, "export declare class "));
    let exports = exports();
    let exported: BTreeSet<_> = exports.iter().map(String::as_str).collect();
    assert_eq!(declared, exported);
    // So that the compiler checks every one.
    let used = source("tests/npm/package.ts");
    let mut types = words_after(&declarations, "export interface ");
    types.extend(words_after(&declarations, "export type "));
    for name in declared.union(&types) {
        let import = used.split_once("\n\n").unwrap().1;
        assert!(import.contains(name), "{name} is not used");
    }
}

#[test]
fn every_code_is_declared() {
    let declarations = declarations();
    let of_server = union(&declarations, "ServerErrorCode");
    let sent: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(of_server, sent);

    let scripts = SCRIPTS.map(source).concat();
    let of_browser = union(&declarations, "BrowserErrorCode");
    for code in &of_browser {
        assert!(scripts.contains(&format!("\"{code}\"")), "{code}");
    }
    for code in words_after(&scripts, "Error(\"") {
        let is_declared = of_browser.contains(code) || of_server.contains(code);
        assert!(is_declared, "{code} is not declared");
    }
}

#[test]
fn typescript_accepts_right_uses_of_every_export_and_no_wrong_one() {
    let folder = tempfile::tempdir().unwrap();
    let modules = folder.path().join("node_modules");
    fs::create_dir(&modules).unwrap();
    std::os::unix::fs::symlink(examples::package(), modules.join("snyk-app-login")).unwrap();
    let file = folder.path().join("uses.ts");
    fs::write(&file, source("tests/npm/package.ts")).unwrap();
    let mut command = examples::typescript();
    command.args(["--strict", "--noEmit", "--exactOptionalPropertyTypes"]);
    command.args(["--target", "es2022", "--lib", "es2022,dom"]);
    command.args(["--module", "esnext", "--moduleResolution", "bundler"]);
    output(command.arg(file).current_dir(folder.path()));
}

#[test]
fn it_names_the_licence_and_has_every_file_that_it_names() {
    let package = examples::package();
    let text = fs::read_to_string(package.join("package.json")).unwrap();
    let described: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(described["type"], "module");
    assert_eq!(described["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(described["license"], env!("CARGO_PKG_LICENSE"));
    let exports = &described["exports"];
    for file in [&exports["."]["types"], &exports["."]["default"]] {
        let file = file.as_str().unwrap();
        assert!(package.join(file).is_file(), "{file}");
    }
    for file in described["files"].as_array().unwrap() {
        let file = file.as_str().unwrap();
        assert!(package.join(file).is_file(), "{file}");
    }
}
