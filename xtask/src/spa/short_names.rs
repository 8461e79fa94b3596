//! Shortens the names by which a Wasm file and its script know each other.
//!
//! wasm-bindgen ends a name with a hash of sixteen digits, which does not compress. The names are
//! private to the two files, so each becomes a letter or two. A function of the script that the Wasm
//! no longer imports, because wasm-opt removed its callers, is removed.

use std::collections::{HashMap, HashSet};

use anyhow::{Result, ensure};

use super::wasm::Module;

/// The start of a line of the script that begins an imported function.
const ENTRY: &str = "        __wb";
/// The last line of an imported function.
const ENDS: [&str; 2] = ["        },\n", "        }, arguments); },\n"];
/// The start of the names of exports that are shortened: those of closures.
const CLOSURE: &str = "wasm_bindgen__convert__closures";

/// Shortens the names in a module and its script. Fails if the script has another form than
/// wasm-bindgen's, or if the two do not know the same names.
pub(super) fn shorten(module: &mut Module, script: &mut String) -> Result<()> {
    let imports = module.imports()?;
    let exports = module.exports()?;
    let new: HashMap<_, _> = imports.into_iter().zip(short_names(&[])).collect();
    *script = with_imports(script, &new)?;
    module.rename_imports(|name| new.get(name).cloned())?;

    let closures = exports.iter().filter(|name| name.starts_with(CLOSURE));
    // The longest first: one name may be the start of another.
    let mut closures: Vec<_> = closures.collect();
    closures.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let new: HashMap<_, _> = closures
        .iter()
        .copied()
        .zip(short_names(&exports))
        .collect();
    for name in closures {
        let (old, new) = (format!("wasm.{name}("), format!("wasm.{}(", new[name]));
        ensure!(script.contains(&old), "the script does not call {name}");
        *script = script.replace(&old, &new);
    }
    module.rename_exports(|name| new.get(&name.to_owned()).cloned())
}

/// Renames the imported functions of a script, and removes those without a new name.
fn with_imports(script: &str, new: &HashMap<String, String>) -> Result<String> {
    let mut written = String::with_capacity(script.len());
    let mut seen = HashSet::new();
    let mut lines = script.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let Some((name, rest)) = entry(line) else {
            written.push_str(line);
            continue;
        };
        ensure!(seen.insert(name), "the script defines {name} twice");
        let mut function = rest.to_owned();
        while !ENDS
            .iter()
            .any(|end| function.ends_with(&format!("\n{end}")))
        {
            let line = lines.next().filter(|line| entry(line).is_none());
            ensure!(
                line.is_some(),
                "{name} has no end: wasm-bindgen's output changed"
            );
            function.push_str(line.unwrap_or_default());
        }
        if let Some(new) = new.get(name) {
            written.push_str("        ");
            written.push_str(new);
            written.push_str(&function);
        }
    }
    let unknown: Vec<_> = new
        .keys()
        .filter(|name| !seen.contains(name.as_str()))
        .collect();
    ensure!(
        unknown.is_empty(),
        "the Wasm imports what the script does not define: {unknown:?}"
    );
    Ok(written)
}

/// Splits the first line of an imported function after its name.
fn entry(line: &str) -> Option<(&str, &str)> {
    line.starts_with(ENTRY).then_some(())?;
    let line = line.trim_start();
    let end = line.find(": function(")?;
    Some(line.split_at(end))
}

/// Returns `a`, `b`, … `aa`, … without those that are taken.
fn short_names(taken: &[String]) -> impl Iterator<Item = String> {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    (0..)
        .map(|number: usize| {
            let mut rest = number + 1;
            let mut name = String::new();
            while rest > 0 {
                rest -= 1;
                name.push(char::from(LETTERS[rest % LETTERS.len()]));
                rest /= LETTERS.len();
            }
            name
        })
        .filter(|name| !taken.contains(name))
}

#[cfg(test)]
mod tests {
    use super::{super::wasm::tests::file, *};

    const SCRIPT: &str = "const imports = {\n        __wbg_one_0123: function(arg0) {\n            \
        if (arg0) {\n            }\n        },\n        __wbg_gone_4567: function() {\n            \
        gone();\n        },\n        __wbg_two_89ab: function() { return handleError(function (arg0) {\n\
        \x20           two();\n        }, arguments); },\n};\n\
        wasm.wasm_bindgen__convert__closures__h01(1);\nwasm.wasm_bindgen__convert__closures__h01_2(1);\n";
    const EXPORTS: [&str; 4] = [
        "memory",
        "a",
        "wasm_bindgen__convert__closures__h01",
        "wasm_bindgen__convert__closures__h01_2",
    ];

    fn shortened(imports: &[&str], script: &str) -> Result<(Module, String)> {
        let mut module = Module::parse(&file(imports, &EXPORTS))?;
        let mut script = script.to_owned();
        shorten(&mut module, &mut script)?;
        Ok((module, script))
    }

    #[test]
    fn both_files_have_the_same_short_names() {
        let (module, script) = shortened(&["__wbg_two_89ab", "__wbg_one_0123"], SCRIPT).unwrap();
        assert_eq!(module.imports().unwrap(), ["a", "b"]);
        assert_eq!(module.exports().unwrap(), ["memory", "a", "c", "b"]);
        assert_eq!(
            script,
            "const imports = {\n        b: function(arg0) {\n            if (arg0) {\n            }\n\
             \x20       },\n        a: function() { return handleError(function (arg0) {\n            \
             two();\n        }, arguments); },\n};\nwasm.c(1);\nwasm.b(1);\n"
        );
    }

    #[test]
    fn an_import_that_the_script_lacks_fails() {
        assert!(shortened(&["__wbg_three"], SCRIPT).is_err());
    }

    #[test]
    fn another_form_of_the_script_fails() {
        let imports = ["__wbg_two_89ab", "__wbg_one_0123"];
        for (form, other) in [
            ("__wbg_one_0123: function(", "__wbg_one_0123: ("),
            ("        },\n", "      },\n"),
            ("__wbg_gone_4567", "__wbg_one_0123"),
            ("h01(1)", "h01 (1)"),
        ] {
            let script = SCRIPT.replace(form, other);
            assert!(shortened(&imports, &script).is_err(), "{other}");
        }
    }

    #[test]
    fn names_are_different_and_short() {
        let names: Vec<_> = short_names(&["b".to_owned()]).take(3_000).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        assert_eq!((&*names[0], &*names[1], &*names[51]), ("a", "c", "aa"));
        assert!(!names.contains(&"b".to_owned()));
        assert!(names.iter().all(|name| name.len() <= 3));
    }
}
