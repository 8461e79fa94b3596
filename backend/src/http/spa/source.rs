//! Where the files of the page come from. Both sources are served by the same code, with the same
//! headers.

use std::{
    fs::{self, Metadata},
    io,
    path::PathBuf,
};

use axum::{body::Body, extract::Request, response::Response};
use tower::ServiceExt as _;
use tower_http::services::{
    ServeDir,
    fs::{Backend, DefaultServeDirFallback},
};

use super::{
    embedded::EmbeddedFiles,
    policy::{Policy, Version},
};

/// The document, in either source.
const DOCUMENT: &str = "index.html";

/// The files of the page.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// Files on the disk. They can be replaced while the server runs.
    Folder(PathBuf),
    /// Files in the binary.
    Embedded(EmbeddedFiles),
}

impl Source {
    /// Serves a file by its path in the request, compressed if the build compressed it and the
    /// client accepts it.
    pub(super) async fn serve(&self, request: Request) -> Response {
        match self {
            Self::Folder(folder) => serve_from(ServeDir::new(folder), request).await,
            Self::Embedded(files) => serve_from(ServeDir::with_backend("", *files), request).await,
        }
    }

    /// Returns the version of the document, which changes with its content.
    pub(super) async fn document_version(&self) -> io::Result<Version> {
        match self {
            Self::Folder(folder) => version(&tokio::fs::metadata(folder.join(DOCUMENT)).await?),
            Self::Embedded(files) => {
                let (modified, content) = files.get(DOCUMENT)?;
                Ok((modified, content.len() as u64))
            }
        }
    }

    /// Reads the document and computes its policy. Blocks on the disk.
    pub(super) fn read_policy(&self) -> io::Result<Policy> {
        match self {
            Self::Folder(folder) => {
                let document = folder.join(DOCUMENT);
                // Read before the content, so that a change in between is detected the next time.
                let version = version(&fs::metadata(&document)?)?;
                Ok(Policy::new(version, &fs::read_to_string(document)?))
            }
            Self::Embedded(files) => {
                let (modified, content) = files.get(DOCUMENT)?;
                let text = str::from_utf8(content)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
                Ok(Policy::new((modified, content.len() as u64), text))
            }
        }
    }
}

fn version(document: &Metadata) -> io::Result<Version> {
    Ok((document.modified()?, document.len()))
}

async fn serve_from<B: Backend>(
    files: ServeDir<DefaultServeDirFallback, B>,
    request: Request,
) -> Response {
    let files = files.precompressed_br().precompressed_gzip();
    let Ok(response) = files.oneshot(request).await;
    response.map(Body::new)
}
