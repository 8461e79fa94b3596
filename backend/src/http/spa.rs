//! Serves the built single-page app.
//!
//! Files with a hash in their name are cached forever. The document is revalidated on every use,
//! and all page paths return it. Files are served compressed where the build compressed them. They
//! come from a folder or from the binary itself ([`source`]).

mod embedded;
mod names;
mod policy;
mod source;

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use page_headers::Caching;
use shared::route::{self, Route};

use self::{
    embedded::EmbeddedFiles,
    names::{is_build_output, is_plain_path},
    policy::Policy,
    source::Source,
};
use super::{error_page, problem::ApiError};
use crate::config::server::Frontend;

/// The document that all page paths return.
const DOCUMENT: &str = "/index.html";

/// The built single-page app.
#[derive(Clone, Debug)]
pub(crate) struct Spa {
    source: Source,
    /// The content security policy of the document, cached until the document changes.
    policy: Arc<Mutex<Policy>>,
}

impl Spa {
    /// Opens the app where the configuration says it is; returns `None` if this server serves none.
    /// Fails if its document cannot be read.
    pub(crate) fn open(frontend: &Frontend) -> io::Result<Option<Self>> {
        let source = match frontend {
            Frontend::Folder(folder) => Source::Folder(folder.clone()),
            Frontend::Embedded => Source::Embedded(EmbeddedFiles::page()),
            Frontend::Elsewhere => return Ok(None),
        };
        Self::new(source).map(Some)
    }

    fn new(source: Source) -> io::Result<Self> {
        let policy = source.read_policy()?;
        Ok(Self {
            source,
            policy: Arc::new(Mutex::new(policy)),
        })
    }

    /// Returns the content security policy of the current document. A build can replace the
    /// document while the server runs, and the hashes of the old scripts would block the new ones.
    async fn csp(&self) -> io::Result<HeaderValue> {
        let version = self.source.document_version().await?;
        let cached = {
            let policy = self.policy.lock().unwrap_or_else(PoisonError::into_inner);
            (policy.version == version).then(|| policy.csp.clone())
        };
        if let Some(csp) = cached {
            return Ok(csp);
        }
        let source = self.source.clone();
        let read = tokio::task::spawn_blocking(move || source.read_policy()).await??;
        let csp = read.csp.clone();
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(csp)
    }

    /// Serves a request that no other route matches: a file of the build, or the document if the
    /// path is a page path. Every other path is not found. A success status there would show a
    /// healthy server to a probe with a mistyped path.
    pub(crate) async fn serve(&self, request: Request) -> Response {
        let (parts, _) = request.into_parts();
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return ApiError::MethodNotAllowed.into_response();
        }
        let path = parts.uri.path();
        let file_name = path.rsplit('/').next().unwrap_or_default();
        if !is_plain_path(path) {
            return ApiError::NotFound.into_response();
        }
        if file_name.contains('.') {
            if !is_build_output(file_name) || path == DOCUMENT {
                return ApiError::NotFound.into_response();
            }
            return match self.file(path, &parts, true).await {
                Some(response) => with_caching(response, Caching::of_file(file_name)),
                None => ApiError::NotFound.into_response(),
            };
        }
        let is_page = Route::parse(path).is_some();
        if !is_page && !error_page::asks_for_page(&parts.method, &parts.uri, &parts.headers) {
            return ApiError::NotFound.into_response();
        }
        let Some(mut response) = self.file(DOCUMENT, &parts, is_page).await else {
            return ApiError::NotFound.into_response();
        };
        // A document that cannot be read now gets the policy without scripts.
        if let Ok(csp) = self.csp().await {
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, csp);
        }
        if !is_page {
            // The document itself shows that the page does not exist.
            *response.status_mut() = StatusCode::NOT_FOUND;
            return with_caching(response, Caching::Never);
        }
        let is_callback = path.trim_end_matches('/') == route::CALLBACK;
        let caching = if is_callback {
            Caching::Never
        } else {
            Caching::Revalidated
        };
        with_caching(response, caching)
    }

    /// Serves a file if it exists. With `allow_conditional`, conditional and range requests are
    /// honored.
    async fn file(&self, path: &str, parts: &Parts, allow_conditional: bool) -> Option<Response> {
        let mut inner = Request::builder().method(&parts.method).uri(path);
        let conditions = [
            header::IF_MODIFIED_SINCE,
            header::IF_NONE_MATCH,
            header::RANGE,
        ];
        let conditions = conditions.iter().filter(|_| allow_conditional);
        for name in conditions.chain([&header::ACCEPT_ENCODING]) {
            if let Some(value) = parts.headers.get(name) {
                inner = inner.header(name, value);
            }
        }
        let response = self.source.serve(inner.body(Body::empty()).ok()?).await;
        (response.status().is_success() || response.status().is_redirection()).then_some(response)
    }
}

fn with_caching(mut response: Response, caching: Caching) -> Response {
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(caching.value()),
    );
    response
}

#[cfg(test)]
mod tests;
