//! The page inside the binary, as a file system in memory.
//!
//! The build script lists the files if the feature `embedded-page` is on (`backend/build.rs`).

use std::{
    future::{Ready, ready},
    io,
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tower_http::services::fs::{Backend, File, Metadata};

/// A file of the page.
#[derive(Debug)]
pub(super) struct EmbeddedFile {
    /// Path in the folder of the page, with `/`.
    path: &'static str,
    /// Time of modification, since the Unix epoch. Its fraction of a second is a hash of the
    /// content, so that the `ETag`, which is made from time and length, changes with the content.
    modified: Duration,
    content: &'static [u8],
}

/// The files of the page, sorted by path. Empty without the feature `embedded-page`.
const PAGE: &[EmbeddedFile] = include!(concat!(env!("OUT_DIR"), "/embedded_page.rs"));

/// Files in memory, sorted by path.
#[derive(Clone, Copy, Debug)]
pub(super) struct EmbeddedFiles(&'static [EmbeddedFile]);

impl EmbeddedFiles {
    /// Returns the page of this build.
    pub(super) fn page() -> Self {
        Self(PAGE)
    }

    /// Returns a file and the time at which it was modified.
    pub(super) fn get(self, path: &str) -> io::Result<(SystemTime, &'static [u8])> {
        match self.entry(Path::new(path))? {
            Entry::File(file) => Ok((file.modified(), file.content)),
            Entry::Folder => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    /// Looks up a path, which may begin with `./`.
    fn entry(self, path: &Path) -> io::Result<Entry> {
        let path = path.strip_prefix(".").unwrap_or(path);
        let find = |file: &EmbeddedFile| Path::new(file.path).cmp(path);
        if let Ok(index) = self.0.binary_search_by(find) {
            return Ok(Entry::File(&self.0[index]));
        }
        if self
            .0
            .iter()
            .any(|file| Path::new(file.path).starts_with(path))
        {
            return Ok(Entry::Folder);
        }
        Err(io::ErrorKind::NotFound.into())
    }
}

impl EmbeddedFile {
    fn modified(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.modified
    }
}

impl Backend for EmbeddedFiles {
    type File = OpenFile;
    type Metadata = Entry;
    type OpenFuture = Ready<io::Result<OpenFile>>;
    type MetadataFuture = Ready<io::Result<Entry>>;

    fn open(&self, path: PathBuf) -> Self::OpenFuture {
        ready(self.entry(&path).and_then(|entry| match entry {
            Entry::File(file) => Ok(OpenFile {
                file,
                content: io::Cursor::new(file.content),
            }),
            Entry::Folder => Err(io::ErrorKind::IsADirectory.into()),
        }))
    }

    fn metadata(&self, path: PathBuf) -> Self::MetadataFuture {
        ready(self.entry(&path))
    }
}

/// The entry of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    File(&'static EmbeddedFile),
    Folder,
}

impl Metadata for Entry {
    fn is_dir(&self) -> bool {
        matches!(self, Self::Folder)
    }

    fn modified(&self) -> io::Result<SystemTime> {
        match self {
            Self::File(file) => Ok(file.modified()),
            Self::Folder => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::File(file) => file.content.len() as u64,
            Self::Folder => 0,
        }
    }
}

/// A file that is being read.
#[derive(Debug)]
pub(super) struct OpenFile {
    file: &'static EmbeddedFile,
    content: io::Cursor<&'static [u8]>,
}

impl File for OpenFile {
    type Metadata = Entry;
    type MetadataFuture<'a> = Ready<io::Result<Entry>>;

    fn metadata(&self) -> Self::MetadataFuture<'_> {
        ready(Ok(Entry::File(self.file)))
    }
}

impl AsyncRead for OpenFile {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.content).poll_read(cx, buffer)
    }
}

impl AsyncSeek for OpenFile {
    fn start_seek(mut self: Pin<&mut Self>, position: io::SeekFrom) -> io::Result<()> {
        Pin::new(&mut self.content).start_seek(position)
    }

    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Pin::new(&mut self.content).poll_complete(cx)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Returns these files, leaked, as if they were inside the binary.
    pub(in crate::http::spa) fn embed(
        modified: Duration,
        files: &[(&'static str, Vec<u8>)],
    ) -> EmbeddedFiles {
        let mut files: Vec<_> = files
            .iter()
            .map(|(path, content)| EmbeddedFile {
                path,
                modified,
                content: content.clone().leak(),
            })
            .collect();
        files.sort_by(|a, b| Path::new(a.path).cmp(Path::new(b.path)));
        EmbeddedFiles(files.leak())
    }

    #[test]
    fn the_page_of_this_build_is_sorted_and_has_its_document_if_any() {
        assert!(PAGE.is_sorted_by_key(|file| Path::new(file.path)));
        let document = EmbeddedFiles::page().get("index.html");
        assert_eq!(document.is_ok(), cfg!(feature = "embedded-page"));
    }

    #[test]
    fn files_folders_and_nothing_are_told_apart() {
        let names = [
            "fonts/a.woff2",
            "fonts-list.css",
            "index.html",
            "index.html.br",
        ];
        let files = embed(Duration::ZERO, &names.map(|name| (name, name.into())));
        for name in names {
            let (_, content) = files.get(name).unwrap();
            assert_eq!(content, name.as_bytes());
            assert!(files.entry(&Path::new("./").join(name)).is_ok(), "{name}");
        }
        for folder in ["fonts", "fonts/", ".", "./"] {
            let entry = files.entry(Path::new(folder)).unwrap();
            assert!(entry.is_dir(), "{folder}");
        }
        for nothing in ["font", "index.htm", "fonts/a.woff2/x", "../index.html", "/"] {
            let error = files.entry(Path::new(nothing)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{nothing}");
        }
    }
}
