//! Takes the pages that are loaded later out of the linked Wasm of the application.
//!
//! Reads a Wasm that was linked with `--emit-relocs`, and writes `main.wasm` and `later.wasm` into a
//! folder. This is a separate program, so that only `cargo xtask build` has to compile the reader of
//! the linker's relocations.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};

/// The name of the module in the sources, and of its file.
const LATER: &str = "later";

fn main() -> Result<()> {
    let paths: Vec<_> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [linked, folder] = &paths[..] else {
        return Err(anyhow!("usage: split LINKED-WASM FOLDER"));
    };
    let wasm = fs::read(linked).with_context(|| format!("cannot read {}", linked.display()))?;
    split(&wasm, folder).with_context(|| format!("in {}", linked.display()))
}

fn split(wasm: &[u8], folder: &Path) -> Result<()> {
    let main = folder.join("main.wasm");
    let mut options = Options::new(wasm);
    options.output_dir = folder;
    options.main_out_path = &main;
    let split = transform(options).map_err(|error| anyhow!("{error:#}"))?;
    let modules: Vec<_> = split.prefetch_map.keys().map(String::as_str).collect();
    ensure!(
        modules == [LATER],
        "the only module must be {LATER}, and there is: {modules:?}"
    );
    // Code that several modules share would be in a file of its own.
    let [file] = &split.split_modules[..] else {
        return Err(anyhow!("one file expected: {:?}", split.split_modules));
    };
    fs::rename(file, folder.join(format!("{LATER}.wasm")))
        .with_context(|| format!("cannot rename {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn what_is_no_linked_wasm_fails() {
        let folder = tempfile::tempdir().unwrap();
        for wrong in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0"] {
            assert!(split(wrong, folder.path()).is_err(), "{wrong:?}");
        }
    }
}
