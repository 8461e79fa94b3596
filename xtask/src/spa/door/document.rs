//! The files of the door, and their places in the document.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail, ensure};

/// The places for the door in the document.
const STYLE_PLACE: &str = r#"<link rel="stylesheet" href="door.css" />"#;
const PRELOAD_PLACE: &str = r#"<link rel="modulepreload" href="door.js" />"#;
const SCRIPT_PLACE: &str = r#"<script type="module" src="door.js"></script>"#;

/// A file of the page. A later stage puts its hash into its name, and into the document.
#[derive(Debug)]
pub(in super::super) struct Part {
    name: &'static str,
    kind: &'static str,
    file: String,
}

impl Part {
    pub(in super::super) fn write(
        folder: &Path,
        name: &'static str,
        kind: &'static str,
        content: &[u8],
    ) -> Result<Self> {
        let part = Self {
            name,
            kind,
            file: format!("{name}.{kind}"),
        };
        let path = folder.join(&part.file);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(part)
    }

    /// Returns the attributes of an element that loads the file, the address in `address`.
    fn attributes(&self, address: &str) -> String {
        format!(r#"{address}="/{}" integrity="""#, self.file)
    }
}

/// Puts the door into the document of Trunk, which no longer starts the application by itself.
pub(super) fn place(document: &str, styles: &Part, parts: &[Part]) -> Result<String> {
    let mut document = without_start(document)?;
    let [first, others @ ..] = parts else {
        bail!("the door has no parts");
    };
    let mut links = String::new();
    for part in others {
        links.push_str("<link rel=\"part\" data-part=\"");
        links.push_str(part.name);
        links.push_str(if part.kind == "wasm" {
            "-wasm\" "
        } else {
            "\" "
        });
        links.push_str(&part.attributes("href"));
        links.push('>');
    }
    for (place, tag) in [
        (
            STYLE_PLACE,
            format!(r#"<link rel="stylesheet" {}>"#, styles.attributes("href")),
        ),
        (
            PRELOAD_PLACE,
            format!(
                r#"<link rel="modulepreload" crossorigin="anonymous" {}>{links}"#,
                first.attributes("href")
            ),
        ),
        (
            SCRIPT_PLACE,
            format!(
                r#"<script type="module" crossorigin="anonymous" {}></script>"#,
                first.attributes("src")
            ),
        ),
    ] {
        ensure!(
            document.matches(place).count() == 1,
            "index.html must contain exactly once: {place}"
        );
        document = document.replace(place, &tag);
    }
    Ok(document)
}

/// Removes the script of Trunk that starts the application, and makes parts of the two links that
/// request it.
fn without_start(document: &str) -> Result<String> {
    let begin = document
        .match_indices("<script type=\"module\">")
        .find(|(at, _)| document[*at..].contains("import init"))
        .map(|(at, _)| at)
        .context("Trunk's document does not start the application as is known here")?;
    let end = document[begin..]
        .find("</script>")
        .map(|end| begin + end + "</script>".len())
        .context("Trunk's script does not end")?;
    let mut rest = format!("{}{}", &document[..begin], &document[end..]);
    for (link, part) in [
        (r#"<link rel="modulepreload" href="/frontend"#, "app"),
        (r#"<link rel="preload" href="/frontend"#, "app-wasm"),
    ] {
        ensure!(
            rest.matches(link).count() == 1,
            "Trunk's document lacks {link}"
        );
        rest = rest.replace(
            link,
            &format!(r#"<link rel="part" data-part="{part}" href="/frontend"#),
        );
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUNK: &str = "<head><link rel=\"stylesheet\" href=\"door.css\" />\
        <link rel=\"modulepreload\" href=\"door.js\" />\
        <script type=\"module\" src=\"door.js\"></script>\n\
        <script type=\"module\">\nimport init, * as bindings from '/frontend-1.js';\n</script>\n\
        <link rel=\"modulepreload\" href=\"/frontend-1.js\" integrity=\"x\">\
        <link rel=\"preload\" href=\"/frontend-1_bg.wasm\" as=\"fetch\"></head>";

    fn part(name: &'static str, kind: &'static str) -> Part {
        Part {
            name,
            kind,
            file: format!("{name}-1.{kind}"),
        }
    }

    #[test]
    fn the_document_loads_the_door_and_names_the_rest() {
        let parts = [part("door", "js"), part("door", "wasm")];
        let placed = place(TRUNK, &part("door", "css"), &parts).unwrap();
        for expected in [
            r#"<link rel="stylesheet" href="/door-1.css" integrity="">"#,
            r#"<link rel="modulepreload" crossorigin="anonymous" href="/door-1.js" integrity="">"#,
            r#"<script type="module" crossorigin="anonymous" src="/door-1.js" integrity=""></script>"#,
            r#"<link rel="part" data-part="door-wasm" href="/door-1.wasm" integrity="">"#,
            r#"<link rel="part" data-part="app" href="/frontend-1.js" integrity="x">"#,
            r#"<link rel="part" data-part="app-wasm" href="/frontend-1_bg.wasm" as="fetch">"#,
        ] {
            assert!(placed.contains(expected), "{expected} in\n{placed}");
        }
        // The policy of the server permits no inline script, and a line end could break its hash.
        assert!(!placed.contains("import init"), "{placed}");
    }

    #[test]
    fn another_form_of_trunks_document_is_an_error() {
        let parts = [part("door", "js")];
        for (is, was) in [
            ("import init", "import start"),
            ("rel=\"preload\"", "rel=\"prefetch\""),
            ("door.css", "other.css"),
        ] {
            let other = TRUNK.replace(is, was);
            assert!(
                place(&other, &part("door", "css"), &parts).is_err(),
                "{was}"
            );
        }
    }
}
