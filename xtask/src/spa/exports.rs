//! Removes exports that nothing calls.
//!
//! wasm-bindgen exports every class of every crate, and wasm-opt must keep what is exported.
//! wasm-streams has three such classes, for streams that Rust writes; they come with leptos, and the
//! page uses none. The others are marks for tools, and `main`, which `__wbindgen_start` calls. An
//! export that is not in the list fails the build: either the page calls it, or it is to be listed.

use anyhow::{Context as _, Result, ensure};

use super::wasm::Module;

/// Exports that are removed: classes of the script, and names of the Wasm, in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unused {
    classes: &'static [&'static str],
    functions: &'static [&'static str],
}

/// The unused exports of each half of the door.
pub(super) const OF_DOOR: Unused = Unused {
    classes: &[],
    functions: &["__abort_handler", "__instance_terminated"],
};

/// The unused exports of the application.
pub(super) const OF_APPLICATION: Unused = Unused {
    classes: &[
        "IntoUnderlyingByteSource",
        "IntoUnderlyingSink",
        "IntoUnderlyingSource",
    ],
    functions: &[
        "__abort_handler",
        "__data_end",
        "__heap_base",
        "__instance_terminated",
        "__wbg_intounderlyingbytesource_free",
        "__wbg_intounderlyingsink_free",
        "__wbg_intounderlyingsource_free",
        "intounderlyingbytesource_autoAllocateChunkSize",
        "intounderlyingbytesource_cancel",
        "intounderlyingbytesource_pull",
        "intounderlyingbytesource_start",
        "intounderlyingbytesource_type",
        "intounderlyingsink_abort",
        "intounderlyingsink_close",
        "intounderlyingsink_write",
        "intounderlyingsource_cancel",
        "intounderlyingsource_pull",
        "main",
    ],
};

/// Removes unused exports from a module, and the classes that call them from its script. `imported`
/// are those that another Wasm imports.
pub(super) fn remove(
    unused: Unused,
    imported: &[String],
    module: &mut Module,
    script: &mut String,
) -> Result<()> {
    for class in unused.classes {
        for (start, end) in [
            (format!("export class {class} {{\n"), "\n}\n"),
            (format!("if (Symbol.dispose) {class}."), ";\n"),
            (format!("const {class}Finalization = "), "));\n"),
        ] {
            cut(script, &start, end)?;
        }
    }
    let mut surplus: Vec<_> = module
        .exports()?
        .into_iter()
        .filter(|name| !calls(script, name) && !imported.contains(name))
        .collect();
    surplus.sort_unstable();
    ensure!(
        surplus == unused.functions,
        "the Wasm has exports that its script does not use: {}; expected: {}",
        surplus.join(", "),
        unused.functions.join(", "),
    );
    module.retain_exports(|name| !unused.functions.contains(&name))
}

/// Returns whether a script uses an export of the Wasm.
fn calls(script: &str, export: &str) -> bool {
    let mut rests = script.split("wasm.").skip(1);
    rests.any(|rest| {
        rest.strip_prefix(export).is_some_and(|after| {
            !after.starts_with(|next: char| next.is_alphanumeric() || "_$".contains(next))
        })
    })
}

/// Removes the only text that starts and ends with these words.
fn cut(script: &mut String, start: &str, end: &str) -> Result<()> {
    let shown = start.trim_end();
    let (before, rest) = script
        .split_once(start)
        .with_context(|| format!("the script has no “{shown}”: wasm-bindgen's output changed"))?;
    let (_, after) = rest
        .split_once(end)
        .with_context(|| format!("“{shown}” in the script has no end"))?;
    ensure!(
        !after.contains(start),
        "the script has “{shown}” more than once"
    );
    *script = format!("{before}{after}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::wasm::tests::file, *};

    const UNUSED: Unused = Unused {
        classes: &["A"],
        functions: &["a_free", "a_pull"],
    };
    const SCRIPT: &str = "export class A {\n    free() {\n        wasm.a_free(1);\n    }\n\
        \x20   pull() {\n        wasm.a_pull();\n    }\n}\n\
        if (Symbol.dispose) A.prototype[Symbol.dispose] = A.prototype.free;\n\
        const AFinalization = (typeof F === 'undefined')\n    ? { register: () => {} }\n    \
        : new F(ptr => wasm.a_free(ptr, 1));\nwasm.start(); wasm.memory.buffer;\n";

    fn removed(exports: &[&str], script: &str) -> Result<(Vec<String>, String)> {
        let mut module = Module::parse(&file(&[], exports))?;
        let mut script = script.to_owned();
        remove(UNUSED, &["shared".to_owned()], &mut module, &mut script)?;
        Ok((module.exports()?, script))
    }

    #[test]
    fn what_is_listed_goes_from_both_files() {
        let exports = ["memory", "a_pull", "start", "shared", "a_free"];
        let (left, script) = removed(&exports, SCRIPT).unwrap();
        assert_eq!(left, ["memory", "start", "shared"]);
        assert_eq!(script, "wasm.start(); wasm.memory.buffer;\n");
    }

    #[test]
    fn another_unused_export_fails() {
        let error = removed(&["memory", "a_pull", "a_free", "star"], SCRIPT).unwrap_err();
        assert!(error.to_string().contains("star;"), "{error}");
        assert!(removed(&["a_free"], SCRIPT).is_err(), "one is missing");
    }

    #[test]
    fn another_form_of_the_script_fails() {
        for (form, other) in [
            ("export class A ", "class A "),
            ("if (Symbol.dispose) ", "if (true) "),
            ("const AF", "let AF"),
        ] {
            let script = SCRIPT.replace(form, other);
            assert!(removed(&["a_pull", "a_free"], &script).is_err(), "{other}");
        }
    }
}
