//! Writes hashes of the contents into names of files, and into the document's integrity attributes.
//!
//! # Design
//!
//! A file is renamed after every file that it names, because a new name inside it changes its own
//! hash. The hash in a name makes it unique for a content, so that browsers can keep the file for
//! ever; the whole hash beside it in the document makes them reject another content. The hash of the
//! finished document is the id of the build, by which an open tab sees that there is a newer one.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha384};

const DOCUMENT: &str = "index.html";
/// The element of the document with the id of the build.
const BUILD_ID: &str = r#"<meta name="build-id" content=""#;
/// Types of files that get a hash. Others have a name that is known outside the page, or a hash.
const SEALED: [&str; 3] = ["css", "js", "wasm"];

/// A file under its final name, with the hash that browsers check.
#[derive(Debug)]
struct Sealed {
    name: String,
    integrity: String,
}

/// Renames the files of a folder, and rewrites what names them.
pub(super) fn seal(folder: &Path) -> Result<()> {
    let mut waiting = contents(folder)?;
    let mut sealed = BTreeMap::<String, Sealed>::new();
    while !waiting.is_empty() {
        let next = waiting.keys().find(|name| {
            let mut others = waiting.keys().filter(|other| other != name);
            !others.any(|other| mentions(&waiting[*name], other))
        });
        let name = next.cloned().with_context(|| {
            let names: Vec<_> = waiting.keys().map(String::as_str).collect();
            format!("each of these files names another: {}", names.join(", "))
        })?;
        let mut content = waiting.remove(&name).unwrap_or_default();
        for (old, new) in &sealed {
            content = renamed(content, old, &new.name);
        }
        let digest = Sha384::digest(&content);
        let (stem, extension) = name.rsplit_once('.').unwrap_or_default();
        let new = Sealed {
            name: format!("{stem}-{}.{extension}", short(&digest)),
            integrity: format!("sha384-{}", STANDARD.encode(digest)),
        };
        fs::remove_file(folder.join(&name)).with_context(|| format!("cannot remove {name}"))?;
        write(&folder.join(&new.name), &content)?;
        sealed.insert(name, new);
    }
    let path = folder.join(DOCUMENT);
    let document = fs::read_to_string(&path).context("the page has no document")?;
    let document = with_build_id(&with_integrity(&document, &sealed)?)?;
    write(&path, document.as_bytes())
}

/// Writes the id of the build into a document: a hash of everything else in it.
pub(crate) fn with_build_id(document: &str) -> Result<String> {
    let (before, rest) = document
        .split_once(BUILD_ID)
        .context("the document has no place for the id of the build")?;
    let (_, after) = rest.split_once('"').context("an attribute is open")?;
    let id = short(&Sha384::digest(format!("{before}{after}")));
    Ok(format!("{before}{BUILD_ID}{id}\"{after}"))
}

/// Returns the first sixteen digits of a hash.
fn short(digest: &[u8]) -> String {
    let number = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:016x}")
}

/// Reads the files that get a hash: those directly in the folder.
fn contents(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let entries = fs::read_dir(folder);
    for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
        let path: PathBuf = entry?.path();
        let extension = path.extension().and_then(|one| one.to_str());
        if extension.is_some_and(|extension| SEALED.contains(&extension)) {
            let name = path.file_name().unwrap_or_default();
            let name = name.to_str().context("a name is not text")?.to_owned();
            let content =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            found.insert(name, content);
        }
    }
    Ok(found)
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Returns the places of a file's name in a content, where it is a whole name.
fn places(content: &[u8], name: &str) -> Vec<usize> {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let is_alone = |start: usize| {
        let before = start.checked_sub(1).and_then(|place| content.get(place));
        // A relative name starts with "./".
        let before = before.filter(|byte| is_of_name(byte));
        before.is_none() && !content.get(start + name.len()).is_some_and(is_of_name)
    };
    let windows = content.windows(name.len()).enumerate();
    windows
        .filter(|(start, window)| *window == name.as_bytes() && is_alone(*start))
        .map(|(start, _)| start)
        .collect()
}

/// Returns whether a text names a file. Wasm names none.
fn mentions(content: &[u8], name: &str) -> bool {
    !content.starts_with(b"\0asm") && !places(content, name).is_empty()
}

fn renamed(mut content: Vec<u8>, old: &str, new: &str) -> Vec<u8> {
    if mentions(&content, old) {
        for start in places(&content, old).into_iter().rev() {
            content.splice(start..start + old.len(), new.bytes());
        }
    }
    content
}

/// Puts the new names into the document, and the hash into each tag that loads one of the files.
fn with_integrity(document: &str, sealed: &BTreeMap<String, Sealed>) -> Result<String> {
    let mut written = String::with_capacity(document.len());
    for (index, part) in document.split('<').enumerate() {
        let loaded = sealed.iter().find(|(name, _)| {
            let loads = ["link ", "script "].iter().any(|tag| part.starts_with(tag));
            let tag = part.split('>').next().unwrap_or_default();
            loads && mentions(tag.as_bytes(), name)
        });
        if index > 0 {
            written.push('<');
        }
        match loaded {
            Some((name, Sealed { integrity, .. })) => {
                let end = part
                    .find('>')
                    .with_context(|| format!("a tag with {name} is open"))?;
                let (tag, rest) = part.split_at(end);
                written.push_str(&with_attribute(tag, integrity)?);
                written.push_str(rest);
            }
            None => written.push_str(part),
        }
    }
    let mut written = written.into_bytes();
    for (old, new) in sealed {
        written = renamed(written, old, &new.name);
    }
    String::from_utf8(written).context("the document is not text")
}

/// Sets the integrity attribute of a tag, given without its last character.
fn with_attribute(tag: &str, integrity: &str) -> Result<String> {
    const START: &str = " integrity=\"";
    let (before, after) = if let Some((before, rest)) = tag.split_once(START) {
        let value = rest.split_once('"');
        (before, value.context("an attribute is open")?.1)
    } else {
        tag.split_at(tag.trim_end_matches(['/', ' ']).len())
    };
    ensure!(!after.contains(START), "two integrity attributes: {tag}");
    Ok(format!("{before}{START}{integrity}\"{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(files: &[(&str, &str)]) -> Result<BTreeMap<String, String>> {
        let folder = tempfile::tempdir()?;
        for (name, content) in files {
            fs::write(folder.path().join(name), content)?;
        }
        seal(folder.path())?;
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder.path())? {
            let entry = entry?;
            let name = entry.file_name().into_string().unwrap();
            found.insert(name, fs::read_to_string(entry.path())?);
        }
        Ok(found)
    }

    const DOCUMENT_TEXT: &str = "<meta name=\"build-id\" content=\"\"><link href=\"/a.css\" disabled/><p>a.js</p>\
        <script src=\"/a.js\" integrity=\"sha384-old\"></script><script>import './a.js'</script>";

    #[test]
    fn names_follow_the_contents_and_everything_that_they_name() {
        let files = |wasm| {
            sealed(&[
                ("a.js", "fetch('a_bg.wasm'); './a_bg.js'"),
                ("a_bg.wasm", wasm),
                ("a.css", "x"),
                ("a.svg", "y"),
                ("index.html", DOCUMENT_TEXT),
            ])
            .unwrap()
        };
        let (one, two) = (files("\0asm1 a.js"), files("\0asm2 a.js"));
        let names = |files: &BTreeMap<String, String>, end: &str| {
            let mut names = files.keys().filter(|name| name.ends_with(end));
            names.next().cloned().unwrap()
        };
        for end in [".js", ".wasm"] {
            assert_ne!(names(&one, end), names(&two, end), "{end}");
        }
        assert_eq!(names(&one, ".css"), names(&two, ".css"));
        let script = &one[&names(&one, ".js")];
        let wasm = names(&one, ".wasm");
        assert_eq!(*script, format!("fetch('{wasm}'); './a_bg.js'"));
        assert!(one.contains_key("a.svg") && one.len() == 5, "{one:?}");
    }

    #[test]
    fn the_document_has_the_new_names_and_their_hashes() {
        let files =
            sealed(&[("a.js", "1"), ("a.css", "2"), ("index.html", DOCUMENT_TEXT)]).unwrap();
        let hash = |content: &str| STANDARD.encode(Sha384::digest(content));
        let (js, css) = (hash("1"), hash("2"));
        let name = |end| files.keys().find(|name| name.ends_with(end)).unwrap();
        let (css_name, js_name) = (name(".css"), name(".js"));
        let document = &files["index.html"];
        let (_, after_id) = document.split_once("\">").unwrap();
        assert_eq!(
            after_id,
            format!(
                "<link href=\"/{css_name}\" disabled integrity=\"sha384-{css}\"/><p>{js_name}</p>\
                 <script src=\"/{js_name}\" integrity=\"sha384-{js}\"></script>\
                 <script>import './{js_name}'</script>"
            )
        );
    }

    #[test]
    fn the_id_of_the_build_differs_with_every_file() {
        let id = |css| {
            let document = format!("{BUILD_ID}\"/><link href=\"/a.css\"/>");
            let files = sealed(&[("a.css", css), ("index.html", &document)]).unwrap();
            let (_, rest) = files["index.html"].split_once("content=\"").unwrap();
            rest.split_once('"').unwrap().0.to_owned()
        };
        assert_eq!(id("1").len(), 16);
        assert_eq!(id("1"), id("1"));
        assert_ne!(id("1"), id("2"));
    }

    #[test]
    fn files_that_name_each_other_are_an_error() {
        let error = sealed(&[
            ("a.js", "import './b.js'"),
            ("b.js", "import './a.js'"),
            ("index.html", ""),
        ])
        .unwrap_err();
        assert!(error.to_string().contains("a.js, b.js"), "{error}");
    }
}
