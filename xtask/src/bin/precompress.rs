//! Compresses the built page ahead of time, at the highest levels.
//!
//! Writes a `.br` and a `.gz` file next to each file that gets smaller: of a folder, or the files
//! themselves. This is a separate program, so that only `cargo xtask build` has to compile the
//! compressors.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// Extensions of formats that are already compressed.
const COMPRESSED: [&str; 6] = ["br", "gz", "woff2", "png", "jpg", "webp"];

fn main() -> Result<()> {
    let paths: Vec<_> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    ensure!(!paths.is_empty(), "usage: precompress FOLDER-OR-FILE...");
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            all.extend(files(&path)?);
        } else {
            all.push(path);
        }
    }
    for path in all {
        let ending = path.extension().and_then(|one| one.to_str());
        if !ending.is_some_and(|ending| COMPRESSED.contains(&ending)) {
            let bytes =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            compress(&path, &bytes)?;
        }
    }
    Ok(())
}

/// Writes both compressed files. Skips a format that does not make the file smaller.
fn compress(path: &Path, bytes: &[u8]) -> Result<()> {
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
    Ok(())
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
    fn what_does_not_get_smaller_is_not_kept() {
        let path = std::env::temp_dir().join(format!("precompress-{}.txt", std::process::id()));
        let compressed = ["txt.br", "txt.gz"].map(|ending| path.with_extension(ending));
        compress(&path, b"x").unwrap();
        assert!(compressed.iter().all(|file| !file.exists()));
        compress(&path, &[b'x'; 1000]).unwrap();
        for file in &compressed {
            assert!(fs::metadata(file).unwrap().len() < 100);
            fs::remove_file(file).unwrap();
        }
    }
}
