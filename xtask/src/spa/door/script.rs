//! The scripts of the door: each half is one module.

use anyhow::{Context as _, Result, ensure};

/// Joins modules, and the glue of their Wasm in a scope of its own, to one module.
pub(super) fn joined(scripts: &[String], glue: &str) -> Result<String> {
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
pub(super) fn without_comments(text: &str) -> String {
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

/// Returns styles on one line, without comments. Fails if a line ends with what must be separated
/// from the next one.
pub(super) fn on_one_line(styles: &str) -> Result<String> {
    let mut line = String::with_capacity(styles.len());
    for part in without_comments(styles).lines() {
        let is_complete = part.ends_with(['{', '}', ',', ';', ':']);
        ensure!(is_complete, "the styles have a line that goes on: {part}");
        line.push_str(part);
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn styles_are_on_one_line_unless_one_goes_on() {
        let styles = "/* a */\na,\nb {\n  c:\n    d,\n    e;\n}\n";
        assert_eq!(on_one_line(styles).unwrap(), "a,b {c:d,e;}");
        assert!(on_one_line("a\nb {\n}\n").is_err());
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
