use super::*;

/// Returns a Wasm file with imported and exported functions.
pub(in super::super) fn file(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    with("./a_bg.js", imports, exports)
}

/// Returns a Wasm file that imports functions from a module.
pub(in super::super) fn file_importing(module: &str, imports: &[&str]) -> Vec<u8> {
    with(module, imports, &[])
}

fn with(module: &str, imports: &[&str], exports: &[&str]) -> Vec<u8> {
    let list = |names: &[&str], module: Option<&str>| {
        let mut content = Vec::new();
        write_number(&mut content, u32::try_from(names.len()).unwrap());
        for name in names {
            if let Some(module) = module {
                write_sized(&mut content, module.as_bytes());
            }
            write_sized(&mut content, name.as_bytes());
            content.push(FUNCTION);
            write_number(&mut content, 300);
        }
        content
    };
    Module {
        sections: vec![
            (1, vec![1, 0x60, 0, 0]),
            (IMPORTS, list(imports, Some(module))),
            (EXPORTS, list(exports, None)),
            (0, b"\x04name".to_vec()),
        ],
    }
    .to_bytes()
}

#[test]
fn an_unchanged_file_is_the_same_byte_for_byte() {
    let bytes = file(&["one", "two"], &["memory"]);
    let mut module = Module::parse(&bytes).unwrap();
    module.retain_exports(|_| true).unwrap();
    module.rename_imports(|name| Some(name.to_owned())).unwrap();
    assert_eq!(module.to_bytes(), bytes);
}

#[test]
fn imports_are_renamed_and_exports_removed_in_order() {
    let mut module = Module::parse(&file(&["one", "two"], &["a", "b", "c"])).unwrap();
    module
        .rename_imports(|name| Some(format!("{name}{name}")))
        .unwrap();
    module.retain_exports(|name| name != "b").unwrap();
    assert_eq!(module.imports().unwrap(), ["oneone", "twotwo"]);
    assert_eq!(module.exports().unwrap(), ["a", "c"]);
    assert_eq!(
        module.to_bytes(),
        file(&["oneone", "twotwo"], &["a", "c"]),
        "nothing else changed"
    );
    assert!(module.rename_imports(|_| None).is_err());
}

#[test]
fn imports_of_every_kind_are_read_and_one_is_replaced() {
    let mut content = vec![5];
    for (module, name, description) in [
        ("a", "f", &[FUNCTION, 3][..]),
        ("b", "t", &[TABLE, 0x70, 1, 2, 0x80, 1]),
        ("b", "m", &[MEMORY, 0, 17]),
        ("b", "g", &[GLOBAL, 0x7f, 1]),
        ("c", "f", &[FUNCTION, 4]),
    ] {
        write_sized(&mut content, module.as_bytes());
        write_sized(&mut content, name.as_bytes());
        content.extend(description);
    }
    let module = Module {
        sections: vec![(IMPORTS, content)],
    };
    let pair = |module: &str, name: &str| (module.to_owned(), name.to_owned());
    let all = module.imports_with_modules().unwrap();
    let names = [
        pair("a", "f"),
        pair("b", "t"),
        pair("b", "m"),
        pair("b", "g"),
        pair("c", "f"),
    ];
    assert_eq!(all, names);
    assert!(module.imports().is_err(), "not all are functions");
    let mut replaced = module.clone();
    replaced.replace_import(["c", "f"], ["a", "g"]).unwrap();
    assert_eq!(replaced.imports_with_modules().unwrap()[4], pair("a", "g"));
    replaced.replace_import(["a", "g"], ["c", "f"]).unwrap_err();
    for wrong in [["d", "f"], ["b", "m"], ["c", "g"]] {
        let replaced = module.clone().replace_import(wrong, ["a", "g"]);
        assert!(replaced.is_err(), "{wrong:?}");
    }
}

#[test]
fn custom_sections_are_removed_by_their_names() {
    let mut module = Module::parse(&file(&[], &[])).unwrap();
    let whole = module.clone();
    module.retain_custom(|name| name != "other").unwrap();
    assert_eq!(module, whole);
    module.retain_custom(|name| name != "name").unwrap();
    assert_eq!(module.sections.len(), whole.sections.len() - 1);
}

#[test]
fn numbers_are_read_as_written() {
    for number in [0, 1, 127, 128, 300, 16_383, 16_384, u32::MAX] {
        let mut bytes = Vec::new();
        write_number(&mut bytes, number);
        assert_eq!(Reader(&bytes).number().unwrap(), number);
    }
    for wrong in [&[0x80][..], &[0xff; 5], &[0x80, 0x80, 0x80, 0x80, 0x80, 0]] {
        assert!(Reader(wrong).number().is_err(), "{wrong:x?}");
    }
}

#[test]
fn a_cut_file_is_an_error() {
    let bytes = file(&["one"], &["a"]);
    for length in [0, 7, 9, bytes.len() - 1] {
        assert!(Module::parse(&bytes[..length]).is_err(), "{length}");
    }
}
