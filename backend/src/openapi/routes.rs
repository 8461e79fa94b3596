//! The table of routes, each with its description.

use std::{collections::BTreeMap, fmt};

use axum::{
    Router,
    handler::Handler,
    routing::{MethodFilter, get, on},
};
use bytes::Bytes;
use http::{HeaderValue, header};
use utoipa::openapi::{HttpMethod, Paths, RefOr, Response, Schema};

use super::{
    document::{self, PATH},
    operation::Operation,
};

/// Routes with their descriptions.
pub struct Routes<S> {
    router: Router<S>,
    paths: Paths,
    schemas: BTreeMap<String, RefOr<Schema>>,
    responses: BTreeMap<String, RefOr<Response>>,
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<&String> = self.paths.paths.keys().collect();
        f.debug_struct("Routes")
            .field("paths", &paths)
            .finish_non_exhaustive()
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self {
            router: Router::new(),
            paths: Paths::new(),
            schemas: BTreeMap::new(),
            responses: BTreeMap::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Adds a `GET`.
    #[must_use]
    pub fn get<H, T>(self, path: &str, handler: H, operation: Operation) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.describe(path, HttpMethod::Get, operation)
            .route(path, MethodFilter::GET, handler)
    }

    /// Adds a `POST`.
    #[must_use]
    pub fn post<H, T>(self, path: &str, handler: H, operation: Operation) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.describe(path, HttpMethod::Post, operation)
            .route(path, MethodFilter::POST, handler)
    }

    /// Adds a `DELETE`.
    #[must_use]
    pub fn delete<H, T>(self, path: &str, handler: H, operation: Operation) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.describe(path, HttpMethod::Delete, operation).route(
            path,
            MethodFilter::DELETE,
            handler,
        )
    }

    /// Adds a `GET` whose last segment stands for several paths, each with its own description.
    #[must_use]
    pub fn get_each<H, T>(
        mut self,
        path: &str,
        handler: H,
        described: impl IntoIterator<Item = (String, Operation)>,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        for (path, operation) in described {
            self = self.describe(&path, HttpMethod::Get, operation);
        }
        self.route(path, MethodFilter::GET, handler)
    }

    fn route<H, T>(mut self, path: &str, method: MethodFilter, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.router = self.router.route(path, on(method, handler));
        self
    }

    fn describe(mut self, path: &str, method: HttpMethod, operation: Operation) -> Self {
        let described = operation.described();
        self.schemas.extend(described.schemas);
        let responses = described.responses.into_iter();
        self.responses
            .extend(responses.map(|(name, response)| (name, RefOr::T(response))));
        self.paths
            .add_path_operation(path, vec![method], described.operation);
        self
    }

    /// Returns the document, as formatted JSON that ends with a line break.
    #[must_use]
    pub fn document(self) -> String {
        self.with_itself().split().1
    }

    /// Returns the routes, and one more that serves the document.
    pub fn into_router(self) -> Router<S> {
        let (router, document) = self.with_itself().split();
        let document = Bytes::from(document);
        let serve = move || {
            let json = HeaderValue::from_static("application/json");
            let document = document.clone();
            async move { ([(header::CONTENT_TYPE, json)], document) }
        };
        router.route(PATH, get(serve))
    }

    fn with_itself(self) -> Self {
        self.describe(PATH, HttpMethod::Get, document::operation())
    }

    fn split(self) -> (Router<S>, String) {
        let document = document::document(self.paths, self.schemas, self.responses);
        (self.router, document)
    }
}
