//! Reads and writes the sections of a Wasm file that hold names of imports and exports.
//!
//! Only these two sections are decoded, by the [binary format]; every other one is copied.
//!
//! [binary format]: https://webassembly.github.io/spec/core/binary/modules.html

use anyhow::{Context as _, Result, bail, ensure};

const MAGIC: &[u8; 8] = b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
/// The kinds of imports and exports.
const FUNCTION: u8 = 0;
const TABLE: u8 = 1;
const MEMORY: u8 = 2;
const GLOBAL: u8 = 3;

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

    /// Replaces the name of each imported function. Fails for a name without a new one, and for an
    /// import that is no function.
    pub(super) fn rename_imports(
        &mut self,
        mut new_name: impl FnMut(&str) -> Option<String>,
    ) -> Result<()> {
        self.map_imports(|module, name, kind| {
            let new = new_name(name).with_context(|| format!("the import {name} is unknown"))?;
            ensure!(kind == FUNCTION, "{name} is no function");
            Ok((module.to_owned(), new))
        })
    }

    /// Returns module and name of each import, of any kind.
    pub(super) fn imports_with_modules(&self) -> Result<Vec<(String, String)>> {
        let mut all = Vec::new();
        self.clone().map_imports(|module, name, _| {
            all.push((module.to_owned(), name.to_owned()));
            Ok((String::new(), String::new()))
        })?;
        Ok(all)
    }

    /// Replaces module and name of the only import from a module, which must be a function with this
    /// name.
    pub(super) fn replace_import(&mut self, old: [&str; 2], new: [&str; 2]) -> Result<()> {
        let mut count = 0;
        self.map_imports(|module, name, kind| {
            if module != old[0] {
                return Ok((module.to_owned(), name.to_owned()));
            }
            ensure!(name == old[1] && kind == FUNCTION, "{module} has {name}");
            count += 1;
            Ok((new[0].to_owned(), new[1].to_owned()))
        })?;
        ensure!(count == 1, "{count} imports of {}", old[1]);
        Ok(())
    }

    fn map_imports(
        &mut self,
        mut new: impl FnMut(&str, &str, u8) -> Result<(String, String)>,
    ) -> Result<()> {
        self.rewrite(IMPORTS, |reader, written| {
            let (module, name) = (reader.name()?, reader.name()?);
            let (kind, description) = reader.description()?;
            let (module, name) = new(module, name, kind)?;
            write_sized(written, module.as_bytes());
            write_sized(written, name.as_bytes());
            written.push(kind);
            written.extend(description);
            Ok(true)
        })
    }

    /// Removes custom sections for whose name `keep` returns `false`.
    pub(super) fn retain_custom(&mut self, keep: impl Fn(&str) -> bool) -> Result<()> {
        let mut kept = Vec::with_capacity(self.sections.len());
        for (id, content) in self.sections.drain(..) {
            if id != CUSTOM || keep(Reader(&content).name()?) {
                kept.push((id, content));
            }
        }
        self.sections = kept;
        Ok(())
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

    /// Reads the kind of an import, and the bytes that describe it.
    fn description(&mut self) -> Result<(u8, &'a [u8])> {
        let kind = self.byte()?;
        let start = self.0;
        match kind {
            FUNCTION => drop(self.number()?),
            TABLE => {
                self.byte()?;
                self.limits()?;
            }
            MEMORY => self.limits()?,
            GLOBAL => {
                self.byte()?;
                self.byte()?;
            }
            _ => bail!("an import is of the unknown kind {kind}"),
        }
        Ok((kind, &start[..start.len() - self.0.len()]))
    }

    fn limits(&mut self) -> Result<()> {
        let has_most = match self.byte()? {
            0 => false,
            1 => true,
            other => bail!("limits of the unknown kind {other}"),
        };
        self.number()?;
        if has_most {
            self.number()?;
        }
        Ok(())
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
pub(super) mod tests;
