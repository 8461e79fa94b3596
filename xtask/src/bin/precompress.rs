//! Compresses what is shipped, once and as well as can be, and says how big it became.
//!
//! Beside each file of `dist/` that gets smaller stand a `.br` and a `.gz`. A program of its own,
//! because nothing but `cargo xtask build` should wait for the compressors to compile.
#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// Formats that are compressed already.
const COMPRESSED: [&str; 6] = ["br", "gz", "woff2", "png", "jpg", "webp"];

/// One kind of file in the table.
#[derive(Default)]
struct Row {
    files: usize,
    raw: usize,
    brotli: usize,
}

impl Row {
    fn add(&mut self, raw: usize, brotli: usize) {
        self.files += 1;
        self.raw += raw;
        self.brotli += brotli;
    }
}

fn main() -> Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .context("usage: precompress FOLDER")?;
    let folder = PathBuf::from(folder);
    let document = fs::read_to_string(folder.join("index.html")).unwrap_or_default();

    let mut rows = BTreeMap::<String, Row>::new();
    let mut first_visit = Row::default();
    for path in files(&folder)? {
        let extension = path
            .extension()
            .and_then(|one| one.to_str())
            .unwrap_or("other")
            .to_owned();
        if extension == "br" || extension == "gz" {
            continue;
        }
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let brotli = if COMPRESSED.contains(&extension.as_str()) {
            bytes.len()
        } else {
            compress(&path, &bytes)?
        };
        rows.entry(kind(&extension).to_owned())
            .or_default()
            .add(bytes.len(), brotli);
        if is_of_first_visit(&folder, &path, &document) {
            first_visit.add(bytes.len(), brotli);
        }
    }

    println!("{:<28} {:>6} {:>12} {:>12}", "", "files", "raw", "brotli");
    for (kind, row) in &rows {
        println!(
            "{kind:<28} {:>6} {:>12} {:>12}",
            row.files, row.raw, row.brotli
        );
    }
    let row = first_visit;
    println!(
        "{:<28} {:>6} {:>12} {:>12}",
        "first visit, without fonts", row.files, row.raw, row.brotli
    );
    Ok(())
}

fn kind(extension: &str) -> &str {
    match extension {
        "woff2" | "woff" | "ttf" => "fonts",
        other => other,
    }
}

/// What a browser loads to show the first page: the document and the code and styles it names.
fn is_of_first_visit(folder: &Path, path: &Path, document: &str) -> bool {
    let extension = path
        .extension()
        .and_then(|one| one.to_str())
        .unwrap_or_default();
    let name = path
        .strip_prefix(folder)
        .ok()
        .and_then(Path::to_str)
        .unwrap_or_default();
    name == "index.html" || matches!(extension, "js" | "css" | "wasm") && document.contains(name)
}

/// Writes both compressed files, and returns brotli's size. What does not get smaller is not kept.
fn compress(path: &Path, bytes: &[u8]) -> Result<usize> {
    let mut brotli = Vec::new();
    let parameters = BrotliEncoderParams {
        quality: 11,
        ..BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut brotli, &parameters)
        .with_context(|| format!("cannot compress {}", path.display()))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    let gzip = gzip.finish()?;
    for (ending, compressed) in [("br", &brotli), ("gz", &gzip)] {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        if compressed.len() < bytes.len() {
            fs::write(&name, compressed)
                .with_context(|| format!("cannot write {}", Path::new(&name).display()))?;
        }
    }
    Ok(brotli.len().min(bytes.len()))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_visit_is_the_document_and_what_it_names() {
        let document = r#"<script src="/app-1.js">"#;
        let is =
            |name| is_of_first_visit(Path::new("dist"), &Path::new("dist").join(name), document);
        assert!(is("index.html") && is("app-1.js"));
        assert!(!is("other.js") && !is("font.woff2"));
    }

    #[test]
    fn what_does_not_get_smaller_is_not_kept() {
        let path = std::env::temp_dir().join(format!("precompress-{}.txt", std::process::id()));
        assert_eq!(compress(&path, b"x").unwrap(), 1);
        assert!(!path.with_extension("txt.br").exists());
        assert!(compress(&path, &[b'x'; 1000]).unwrap() < 100);
        for ending in ["txt.br", "txt.gz"] {
            fs::remove_file(path.with_extension(ending)).unwrap();
        }
    }
}
