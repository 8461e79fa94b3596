//! Builds the door: what a browser loads until a login leaves for Snyk, and on the way back.
//!
//! For each half of the door ([`HALVES`]) cargo builds the Wasm, wasm-bindgen its glue, and wasm-opt
//! shrinks it; the glue and the modules, written by hand, become one module, in one scope. The document gets the
//! stylesheet and the first module. It also names the other files, of the door and of the
//! application, in links that no browser loads by itself: `data-part` is what the door's script
//! finds them by.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha384};

use super::{Form, trunk::WASM_FEATURES};
use crate::{environment, path_prefixes, process, tools, workspace::Workspace};

/// A half of the door.
#[derive(Debug)]
struct Half {
    /// The name of its files and of its part in the document.
    name: &'static str,
    /// The crate of its Wasm.
    package: &'static str,
    /// Its modules, each after those that it imports. The last one stands for the whole.
    scripts: &'static [&'static str],
}

const HALVES: [Half; 2] = [
    Half {
        name: "door",
        package: "door",
        scripts: &[
            "frontend/door/requests.js",
            "frontend/door/parts.js",
            "frontend/door/login.js",
            "frontend/door/page.js",
            "frontend/door/door.js",
        ],
    },
    Half {
        name: "callback",
        package: "door-callback",
        scripts: &["frontend/door/callback/callback.js"],
    },
];

/// The styles of the door, which become one sheet.
const STYLES: [&str; 3] = [
    "frontend/styles/tokens.css",
    "frontend/styles/base.css",
    "frontend/styles/door.css",
];

/// The places for the door in the document.
const STYLE_PLACE: &str = r#"<link rel="stylesheet" href="door.css" />"#;
const PRELOAD_PLACE: &str = r#"<link rel="modulepreload" href="door.js" />"#;
const SCRIPT_PLACE: &str = r#"<script type="module" src="door.js"></script>"#;

/// Builds the door into the folder of a page that Trunk has written.
pub(super) fn build(workspace: &Workspace, form: Form, folder: &Path) -> Result<()> {
    let scratch = workspace.notes()?.join("door");
    let wasm = compile(workspace, form, &scratch)?;
    let mut parts = Vec::new();
    for (half, wasm) in HALVES.iter().zip(wasm) {
        let script = module(workspace, half, &scratch, form)?;
        parts.push(Part::write(folder, half.name, "js", script.as_bytes())?);
        parts.push(Part::write(folder, half.name, "wasm", &fs::read(wasm)?)?);
    }
    let mut styles = String::new();
    for style in STYLES {
        styles.push_str(&workspace.read(style)?);
    }
    let styles = Part::write(folder, "door", "css", without_comments(&styles).as_bytes())?;
    let document = folder.join("index.html");
    let text = fs::read_to_string(&document)
        .with_context(|| format!("cannot read {}", document.display()))?;
    let text = place(&text, &styles, &parts)?;
    let text = match form {
        Form::Development => text,
        Form::Shipped => without_comments(&text),
    };
    fs::write(&document, text).with_context(|| format!("cannot write {}", document.display()))
}

/// Compiles the Wasm of both halves, and returns their files.
fn compile(workspace: &Workspace, form: Form, scratch: &Path) -> Result<Vec<PathBuf>> {
    let (profile, built) = match form {
        Form::Development => ("dev", "debug"),
        Form::Shipped => ("wasm-release", "wasm-release"),
    };
    // A folder of its own, because other flags would rebuild the application's crates each time.
    let target = scratch.join("target");
    let mut command = workspace.cargo();
    command.args(["build", "--target", "wasm32-unknown-unknown", "--profile"]);
    command.arg(profile).arg("--target-dir").arg(&target);
    for half in &HALVES {
        command.args(["--package", half.package]);
    }
    // SHA-256 of 43 bytes needs no unrolled loops, which are eight times as long.
    let flags = ["--cfg", "sha2_backend_soft=\"compact\""].map(str::to_owned);
    let flags = path_prefixes::encoded_rustflags(workspace, flags.to_vec())?;
    command.env("CARGO_ENCODED_RUSTFLAGS", flags);
    process::run(&mut command)?;

    let bindgen = tools::wasm_bindgen(workspace)?.join("wasm-bindgen");
    let mut files = Vec::new();
    for half in &HALVES {
        let library = half.package.replace('-', "_");
        let built = target.join(format!("wasm32-unknown-unknown/{built}/{library}.wasm"));
        let mut command = workspace.command(&bindgen);
        command.args([
            "--target",
            "web",
            "--no-typescript",
            "--omit-default-module-path",
            "--out-name",
            half.name,
        ]);
        process::run(command.arg("--out-dir").arg(scratch).arg(built))?;
        let file = scratch.join(format!("{}_bg.wasm", half.name));
        if form == Form::Shipped {
            shrink(workspace, &file)?;
        }
        files.push(file);
    }
    Ok(files)
}

fn shrink(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let folder = tools::wasm_opt()?;
    let mut command = workspace.command(folder.join("wasm-opt"));
    // `wasm-opt` from npm is a script that starts Node.js.
    command.env("PATH", environment::path_with([folder.as_path()])?);
    command.args(["-Oz", "--converge"]).args(WASM_FEATURES);
    process::run(command.arg(wasm).arg("-o").arg(wasm))
}

/// Returns the module of a half: its modules, and the glue of its Wasm in a scope of its own.
fn module(workspace: &Workspace, half: &Half, scratch: &Path, form: Form) -> Result<String> {
    let glue = scratch.join(format!("{}.js", half.name));
    let glue =
        fs::read_to_string(&glue).with_context(|| format!("cannot read {}", glue.display()))?;
    let scripts = half.scripts.iter().map(|script| workspace.read(script));
    let scripts = scripts.collect::<Result<Vec<_>>>()?;
    let module = joined(&scripts, &glue).with_context(|| format!("the script {}", half.name))?;
    Ok(match form {
        Form::Development => module,
        Form::Shipped => without_comments(&module),
    })
}

fn joined(scripts: &[String], glue: &str) -> Result<String> {
    let import = scripts
        .iter()
        .flat_map(|script| script.lines())
        .find(|line| line.starts_with("import init, {"))
        .context("no module imports the Wasm in one line")?;
    let (names, _) = import
        .trim_start_matches("import init, {")
        .split_once('}')
        .context("the import names nothing")?;
    let names = names.trim().trim_end_matches(',');
    let mut body = String::new();
    for (place, script) in scripts.iter().enumerate() {
        let is_last = place + 1 == scripts.len();
        for line in script.lines() {
            let is_import = line.starts_with("import ");
            ensure!(
                !is_import || line.ends_with("\";"),
                "an import must be in one line: {line}"
            );
            if !is_import {
                let exported = line.strip_prefix("export ").filter(|_| !is_last);
                body.push_str(exported.unwrap_or(line));
                body.push('\n');
            }
        }
    }
    let last = "export { initSync, __wbg_init as default };";
    ensure!(
        glue.contains(last),
        "wasm-bindgen writes another glue than the one that is known here"
    );
    let glue = without_function(glue, "initSync")?;
    let glue = glue
        .replace(last, "")
        .replace("export function ", "function ");
    ensure!(
        !glue
            .lines()
            .any(|line| line.starts_with("import ") || line.starts_with("export ")),
        "the glue imports or exports something that is not known here"
    );
    Ok(format!(
        "const {{ init, {names} }} = (() => {{\n{glue}\nreturn {{ init: __wbg_init, {names} }};\n}})();\n{body}"
    ))
}

/// Removes a function that nothing calls from the glue. It ends with the first brace at the margin.
fn without_function(glue: &str, name: &str) -> Result<String> {
    let (before, rest) = glue
        .split_once(&format!("\nfunction {name}("))
        .with_context(|| format!("the glue has no function {name}"))?;
    let (_, after) = rest.split_once("\n}\n").context("a function has no end")?;
    Ok(format!("{before}\n{after}"))
}

/// Removes comments that have lines of their own, and indentation. The document, the scripts and the
/// styles of the door have no text of several lines.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut is_comment = false;
    for line in text.lines().map(str::trim) {
        if is_comment || line.starts_with("/*") {
            is_comment = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") && !line.starts_with("<!-- ") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// A file of the page with its hash in its name.
#[derive(Debug)]
struct Part {
    name: &'static str,
    kind: &'static str,
    file: String,
    integrity: String,
}

impl Part {
    fn write(
        folder: &Path,
        name: &'static str,
        kind: &'static str,
        content: &[u8],
    ) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let part = Self {
            name,
            kind,
            file: format!("{name}-{:016x}.{kind}", hasher.finish()),
            integrity: format!("sha384-{}", STANDARD.encode(Sha384::digest(content))),
        };
        let path = folder.join(&part.file);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(part)
    }

    /// Returns the attributes of an element that loads the file, the address in `address`.
    fn attributes(&self, address: &str) -> String {
        format!(
            r#"{address}="/{}" integrity="{}""#,
            self.file, self.integrity
        )
    }
}

/// Puts the door into the document of Trunk, which no longer starts the application by itself.
fn place(document: &str, styles: &Part, parts: &[Part]) -> Result<String> {
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
            integrity: "sha384-x".to_owned(),
        }
    }

    #[test]
    fn the_document_loads_the_door_and_names_the_rest() {
        let parts = [part("door", "js"), part("door", "wasm")];
        let placed = place(TRUNK, &part("door", "css"), &parts).unwrap();
        for expected in [
            r#"<link rel="stylesheet" href="/door-1.css" integrity="sha384-x">"#,
            r#"<link rel="modulepreload" crossorigin="anonymous" href="/door-1.js" integrity="sha384-x">"#,
            r#"<script type="module" crossorigin="anonymous" src="/door-1.js" integrity="sha384-x"></script>"#,
            r#"<link rel="part" data-part="door-wasm" href="/door-1.wasm" integrity="sha384-x">"#,
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

    #[test]
    fn the_glue_has_a_scope_of_its_own() {
        let glue = "let wasm;\nexport function begin() {}\nfunction initSync(a) {\n  b();\n}\nexport { initSync, __wbg_init as default };\n";
        let script = |text: &str| [text.to_owned()];
        let first =
            "// words\nimport init, { begin } from \"./door_wasm.js\";\nexport let wasm = 1;\n";
        let last = "import { wasm } from \"./first.js\";\nexport function open() {}\n";
        let module = joined(&[first.to_owned(), last.to_owned()], glue).unwrap();
        assert!(
            module.starts_with("const { init, begin } = (() => {\nlet wasm;\nfunction begin() {}")
        );
        assert!(module.contains("return { init: __wbg_init, begin };\n})();"));
        assert!(module.ends_with("// words\nlet wasm = 1;\nexport function open() {}\n"));
        for gone in ["import ", "initSync", "b();"] {
            assert!(!module.contains(gone), "{module}");
        }
        assert!(joined(&script("let wasm;"), glue).is_err());
        assert!(joined(&script(first), "export default 1;").is_err());
        let long = format!("{first}import {{\n  a,\n}} from \"./a.js\";\n");
        assert!(joined(&script(&long), glue).is_err());
    }

    #[test]
    fn comments_go_and_code_stays() {
        let text = "/* one\n   more */\na {\n  /* two */\n  b: url(\"//c\");\n}\n// three\n  d(); // four\n";
        assert_eq!(
            without_comments(text),
            "a {\nb: url(\"//c\");\n}\nd(); // four\n"
        );
    }
}
