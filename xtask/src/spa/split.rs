//! Splits the Wasm of the application: the pages that are loaded later get a file of their own.
//!
//! # Design
//!
//! The linker keeps its relocations ([`FLAGS`]), by which a program of its own
//! (`xtask/src/bin/split.rs`) divides the linked Wasm at the split point of
//! `frontend/src/pages/later.rs`. wasm-bindgen then makes the script of the first file, in place of
//! the one that Trunk let it make of the undivided Wasm. The second file imports memory, table and
//! globals of the first one, and nothing of the script. What loads it is a function of the
//! application's own (`frontend/later.js`), which becomes a part of that script, so that no two
//! files name each other.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail, ensure};

use super::{APPLICATION, door::Part, finish, form::Form, wasm::Module};
use crate::{process, tools, workspace::Workspace};

/// The compiler's options for an application that is split.
pub(super) const FLAGS: [&str; 4] = ["--cfg", "split_page", "-C", "link-arg=--emit-relocs"];

/// The name of the file, and of its part in the document.
const LATER: &str = "later";
/// The function that loads the file.
const LOADER: &str = "frontend/later.js";
/// The module of the first file's only import that the split has made, and its name.
const LINK: [&str; 2] = ["./__wasm_split.js", "__wasm_split_load_later"];
/// The module from which the second file imports.
const SHARED: &str = "__wasm_split";
/// The name of the import after it has become one of wasm-bindgen's form.
const IMPORT: &str = "__wbg_load_later";

/// The pages that are loaded later.
#[derive(Debug)]
pub(super) struct Later {
    /// The file.
    pub(super) part: Part,
    /// The exports of the first file that it imports.
    pub(super) imports: Vec<String>,
}

/// Splits the Wasm that Trunk has linked, and replaces the application's files in a folder.
pub(super) fn split(workspace: &Workspace, folder: &Path) -> Result<Later> {
    let scratch = workspace.notes()?.join("split");
    let linked = workspace.target.join(format!(
        "{}/{}/{APPLICATION}.wasm",
        tools::WASM,
        Form::Shipped.profile()
    ));
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--package", "xtask"]);
    command.args(["--features", "split", "--bin", "split", "--"]);
    process::run(command.arg(linked).arg(&scratch))?;
    let link = scratch.join(LINK[0]);
    let text = fs::read_to_string(&link);
    check_protocol(&text.with_context(|| format!("cannot read {}", link.display()))?)?;

    let bindgen = tools::wasm_bindgen(workspace)?.join("wasm-bindgen");
    let mut command = workspace.command(bindgen);
    command.args(["--target", "web", "--no-typescript"]);
    // The second file imports some of them.
    command.arg("--keep-lld-exports");
    command.args(["--omit-default-module-path", "--out-name", APPLICATION]);
    command.arg("--out-dir").arg(folder);
    process::run(command.arg(scratch.join("main.wasm")))?;
    let loader = workspace.read(LOADER)?;
    finish::change(
        &folder.join(format!("{APPLICATION}_bg.wasm")),
        &folder.join(format!("{APPLICATION}.js")),
        |module, script| {
            without_relocations(module)?;
            module.replace_import(LINK, [&format!("./{APPLICATION}_bg.js"), IMPORT])?;
            *script = with_loader(script, &loader)?;
            Ok(())
        },
    )?;

    let file = scratch.join(format!("{LATER}.wasm"));
    let read = || fs::read(&file).with_context(|| format!("cannot read {}", file.display()));
    let mut module = Module::parse(&read()?)?;
    without_relocations(&mut module)?;
    let imports = shared_imports(&module)?;
    fs::write(&file, module.to_bytes())
        .with_context(|| format!("cannot write {}", file.display()))?;
    finish::optimize(workspace, &file)?;
    let part = Part::write(folder, LATER, "wasm", &read()?)?;
    Ok(Later { part, imports })
}

/// Fails if the tool's own script loads the second file in another way than [`LOADER`] does, which
/// stands for it.
fn check_protocol(link: &str) -> Result<()> {
    for part in [
        "return async (callbackIndex, callbackData) => {",
        "__wasm_split.__indirect_function_table.get(callbackIndex)(callbackData, success);",
        "sharedImports = { __wasm_split: {  } };",
        "WebAssembly.instantiateStreaming(src, imports)",
    ] {
        ensure!(
            link.matches(part).count() == 1,
            "the split has another protocol than {LOADER}: {part}"
        );
    }
    Ok(())
}

/// Removes what only a linker reads.
fn without_relocations(module: &mut Module) -> Result<()> {
    module.retain_custom(|name| name != "linking" && !name.starts_with("reloc."))
}

/// Returns the names that the second file imports, which must all be exports of the first one.
fn shared_imports(module: &Module) -> Result<Vec<String>> {
    let imports = module.imports_with_modules()?;
    let names = imports.into_iter().map(|(module, name)| {
        ensure!(
            module == SHARED,
            "{LATER}.wasm imports {name} from {module}"
        );
        Ok(name)
    });
    names.collect()
}

/// Puts the function that loads the second file into the script, among the functions that the first
/// one imports, in place of the module that wasm-bindgen imports for it.
fn with_loader(script: &str, loader: &str) -> Result<String> {
    let [link, _] = LINK;
    let mut script = script.to_owned();
    for (old, new) in [
        (
            format!("import * as import1 from \"{link}\"\n"),
            String::new(),
        ),
        (format!("        \"{link}\": import1,\n"), String::new()),
        (
            "    const import0 = {\n        __proto__: null,\n".to_owned(),
            format!(
                "    const import0 = {{\n        __proto__: null,\n        {IMPORT}: function(arg0, arg1) {{\n            \
                 loadLater(arg0, arg1);\n        }},\n"
            ),
        ),
    ] {
        ensure!(
            script.matches(&old).count() == 1,
            "the script must have exactly once: {old}"
        );
        script = script.replace(&old, &new);
    }
    if script.contains(link) {
        bail!("the script imports {link} more than once");
    }
    Ok(format!("{script}\n{loader}"))
}

#[cfg(test)]
mod tests {
    use super::{super::wasm::tests::file_importing, *};

    const SCRIPT: &str = "import * as import1 from \"./__wasm_split.js\"\nfunction imports() {\n    \
        const import0 = {\n        __proto__: null,\n        __wbg_one: function() {\n        },\n    };\n    \
        return {\n        __proto__: null,\n        \"./frontend_bg.js\": import0,\n        \
        \"./__wasm_split.js\": import1,\n    };\n}\n";

    #[test]
    fn the_loader_becomes_an_imported_function() {
        let script = with_loader(SCRIPT, "async function loadLater() {}\n").unwrap();
        assert_eq!(
            script,
            "function imports() {\n    const import0 = {\n        __proto__: null,\n        \
             __wbg_load_later: function(arg0, arg1) {\n            loadLater(arg0, arg1);\n        },\n        \
             __wbg_one: function() {\n        },\n    };\n    return {\n        __proto__: null,\n        \
             \"./frontend_bg.js\": import0,\n    };\n}\n\nasync function loadLater() {}\n"
        );
    }

    #[test]
    fn another_form_of_the_script_fails() {
        for (form, other) in [
            ("import * as import1", "import * as import2"),
            ("const import0", "const imports"),
            ("\": import1,", "\": import2,"),
            ("./frontend_bg.js", "./__wasm_split.js"),
        ] {
            let script = SCRIPT.replace(form, other);
            assert!(with_loader(&script, "").is_err(), "{other}");
        }
    }

    #[test]
    fn another_protocol_of_the_split_fails() {
        let link = "sharedImports = { __wasm_split: {  } };\n\
            return async (callbackIndex, callbackData) => {\n\
            sharedImports.__wasm_split.__indirect_function_table.get(callbackIndex)(callbackData, success);\n\
            WebAssembly.instantiateStreaming(src, imports)";
        check_protocol(link).unwrap();
        for (form, other) in [
            ("callbackData)", "data)"),
            ("(callbackData, ", "("),
            ("{  }", "{ __canary: 0 }"),
            ("Streaming(src,", "Streaming(src, chunks,"),
        ] {
            assert!(
                check_protocol(&link.replace(form, other)).is_err(),
                "{other}"
            );
        }
    }

    #[test]
    fn the_second_file_imports_from_the_first_one_only() {
        let imports = |module: &str| {
            let file = file_importing(module, &["memory", "shared"]);
            shared_imports(&Module::parse(&file).unwrap())
        };
        assert_eq!(imports(SHARED).unwrap(), ["memory", "shared"]);
        assert!(imports("./frontend_bg.js").is_err());
    }
}
