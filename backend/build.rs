//! States what the binary was built from, and puts the page inside it if the feature
//! `embedded-page` is on.
//!
//! The output depends on the sources and on the variables below only: neither on the time of the
//! build nor on the machine.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `SNYK_APP_COMMIT` | the commit, for a build outside of its repository |
//! | `SNYK_APP_SOURCE_DATE`, else `SOURCE_DATE_EPOCH` | the time of the sources, in seconds |
//! | `EMBEDDED_PAGE_DIR` | the folder of the built page; by default `dist` |

#![expect(
    clippy::disallowed_methods,
    reason = "cargo passes a build script everything in the environment"
)]

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

const NANOSECONDS: u64 = 1_000_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR").unwrap_or_default()).join("..");
    // A variable of its own too: everything in C is compiled again if the other one changes.
    let source_date = changing_variable("SNYK_APP_SOURCE_DATE")
        .or_else(|| changing_variable("SOURCE_DATE_EPOCH"));
    let commit = changing_variable("SNYK_APP_COMMIT")
        .or_else(|| commit(&root))
        .unwrap_or_else(|| "unknown".to_owned());
    for (name, value) in [
        ("SNYK_APP_COMMIT", commit),
        (
            "SNYK_APP_SOURCE_DATE",
            source_date.clone().unwrap_or_default(),
        ),
        ("SNYK_APP_TARGET", variable("TARGET").unwrap_or_default()),
        ("SNYK_APP_PROFILE", variable("PROFILE").unwrap_or_default()),
    ] {
        println!("cargo::rustc-env={name}={value}");
    }

    let table = if variable("CARGO_FEATURE_EMBEDDED_PAGE").is_some() {
        let folder = changing_variable("EMBEDDED_PAGE_DIR");
        let folder = folder.map_or_else(|| root.join("dist"), PathBuf::from);
        let seconds = source_date.map(|text| text.parse()).transpose()?;
        page(&folder, seconds).map_err(|error| {
            format!(
                "the page in {} cannot be embedded ({error}): build it with `cargo xtask build`",
                folder.display()
            )
        })?
    } else {
        "&[]".to_owned()
    };
    let output = PathBuf::from(variable("OUT_DIR").unwrap_or_default());
    fs::write(output.join("embedded_page.rs"), table)?;
    Ok(())
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns a variable of whoever builds. Another value causes another build.
fn changing_variable(name: &str) -> Option<String> {
    println!("cargo::rerun-if-env-changed={name}");
    variable(name)
}

/// Returns the commit that is checked out, if this is a release build in the repository. A
/// development build names none: each commit would compile everything again.
fn commit(root: &Path) -> Option<String> {
    if variable("PROFILE")? != "release" {
        return None;
    }
    // The sources may lie inside another repository, whose commit says nothing of them.
    let top = git(root, &["rev-parse", "--show-toplevel"])?;
    if fs::canonicalize(top).ok()? != fs::canonicalize(root).ok()? {
        return None;
    }
    let branch = git(root, &["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD", "packed-refs"].into_iter().chain(branch.as_deref()) {
        let path = root.join(git(root, &["rev-parse", "--git-path", name])?);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    git(root, &["rev-parse", "HEAD"])
}

fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Returns the files of the page as an expression of type `&[EmbeddedFile]`, sorted by path.
fn page(folder: &Path, seconds: Option<u64>) -> io::Result<String> {
    fs::metadata(folder.join("index.html"))?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut table = "&[\n".to_owned();
    for path in files(folder)? {
        let content = fs::read(&path)?;
        let seconds = match seconds {
            Some(seconds) => seconds,
            None => age(fs::metadata(&path)?.modified()?).as_secs(),
        };
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let nanoseconds = hasher.finish() % NANOSECONDS;
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            table,
            "EmbeddedFile {{ path: {name:?}, modified: Duration::new({seconds}, {nanoseconds}), \
             content: include_bytes!({:?}) }},",
            fs::canonicalize(&path)?.to_string_lossy()
        );
    }
    table.push(']');
    Ok(table)
}

fn age(modified: SystemTime) -> Duration {
    modified
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

/// Returns all files in a folder, sorted by path.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
