//! Reads and writes the sections of a Wasm file that hold names of imports and exports.
//!
//! Only these two sections are decoded, by the [binary format]; every other one is copied.
//!
//! [binary format]: https://webassembly.github.io/spec/core/binary/modules.html

use anyhow::{Context as _, Result, bail, ensure};

const MAGIC: &[u8; 8] = b"\0asm\x01\0\0\0";
const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
/// The kind of an import or export that is a function.
const FUNCTION: u8 = 0;

/// A Wasm file, as a sequence of sections: their ids and contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Module {
    sections: Vec<(u8, Vec<u8>)>,
}

impl Module {
    pub(super) fn parse(file: &[u8]) -> Result<Self> {
        let rest = file.strip_prefix(MAGIC).context("this is no Wasm file")?;
        let mut reader = Reader(rest);
        let mut sections = Vec::new();
        while !reader.0.is_empty() {
            let id = reader.byte()?;
            sections.push((id, reader.sized()?.to_vec()));
        }
        Ok(Self { sections })
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        for (id, content) in &self.sections {
            file.push(*id);
            write_sized(&mut file, content);
        }
        file
    }

    /// Returns the names of the imported functions.
    pub(super) fn imports(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        self.clone().rename_imports(|name| {
            names.push(name.to_owned());
            Some(String::new())
        })?;
        Ok(names)
    }

    /// Replaces the name of each imported function. Fails for a name without a new one.
    pub(super) fn rename_imports(
        &mut self,
        mut new_name: impl FnMut(&str) -> Option<String>,
    ) -> Result<()> {
        self.rewrite(IMPORTS, |reader, written| {
            write_sized(written, reader.sized()?);
            let name = reader.name()?;
            let new = new_name(name).with_context(|| format!("the import {name} is unknown"))?;
            write_sized(written, new.as_bytes());
            ensure!(reader.byte()? == FUNCTION, "{name} is no function");
            written.push(FUNCTION);
            write_number(written, reader.number()?);
            Ok(true)
        })
    }

    /// Returns the names of all exports.
    pub(super) fn exports(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        self.clone().retain_exports(|name| {
            names.push(name.to_owned());
            true
        })?;
        Ok(names)
    }

    /// Replaces the names of exports for which there is a new one.
    pub(super) fn rename_exports(
        &mut self,
        mut new_name: impl FnMut(&str) -> Option<String>,
    ) -> Result<()> {
        self.rewrite(EXPORTS, |reader, written| {
            let name = reader.name()?;
            let name = new_name(name).unwrap_or_else(|| name.to_owned());
            write_sized(written, name.as_bytes());
            written.push(reader.byte()?);
            write_number(written, reader.number()?);
            Ok(true)
        })
    }

    /// Removes each export for which `keep` returns `false`. What it exported stays in the file.
    pub(super) fn retain_exports(&mut self, mut keep: impl FnMut(&str) -> bool) -> Result<()> {
        self.rewrite(EXPORTS, |reader, written| {
            let name = reader.name()?;
            let (kind, index) = (reader.byte()?, reader.number()?);
            let is_kept = keep(name);
            if is_kept {
                write_sized(written, name.as_bytes());
                written.push(kind);
                write_number(written, index);
            }
            Ok(is_kept)
        })
    }

    /// Rewrites a section that is a list. `entry` reads an entry, writes it, and returns whether it
    /// wrote one.
    fn rewrite(
        &mut self,
        section: u8,
        mut entry: impl FnMut(&mut Reader<'_>, &mut Vec<u8>) -> Result<bool>,
    ) -> Result<()> {
        for (id, content) in &mut self.sections {
            if *id == section {
                let mut reader = Reader(content);
                let (mut count, mut entries) = (0, Vec::new());
                for _ in 0..reader.number()? {
                    count += u32::from(entry(&mut reader, &mut entries)?);
                }
                ensure!(reader.0.is_empty(), "section {section} has a rest");
                let mut written = Vec::new();
                write_number(&mut written, count);
                written.extend(entries);
                *content = written;
            }
        }
        Ok(())
    }
}

/// The bytes that have not been read yet.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().context("the file is cut")?;
        self.0 = rest;
        Ok(*first)
    }

    /// Reads an unsigned number in LEB128.
    fn number(&mut self) -> Result<u32> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(number).context("a number is too big");
            }
        }
        bail!("a number is too long")
    }

    /// Reads bytes after their count.
    fn sized(&mut self) -> Result<&'a [u8]> {
        let length = usize::try_from(self.number()?)?;
        let split = self.0.split_at_checked(length);
        let (bytes, rest) = split.context("the file is cut")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn name(&mut self) -> Result<&'a str> {
        str::from_utf8(self.sized()?).context("a name is not text")
    }
}

fn write_number(to: &mut Vec<u8>, mut number: u32) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            to.push(low & 0x7f);
            return;
        }
        to.push(low | 0x80);
    }
}

fn write_sized(to: &mut Vec<u8>, bytes: &[u8]) {
    write_number(to, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    to.extend(bytes);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Returns a Wasm file with imported and exported functions.
    pub(in super::super) fn file(imports: &[&str], exports: &[&str]) -> Vec<u8> {
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
                (IMPORTS, list(imports, Some("./a_bg.js"))),
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
}
