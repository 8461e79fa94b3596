//! The request that a task serves: its id, for every log line and every problem, and what it asks
//! for.
//!
//! It is kept in the task and formatted only when a line is written ([`telemetry`](crate::telemetry)).
//! A span would be formatted for each request, and most requests write no line.

use std::fmt;

use http::{HeaderValue, Method, Uri};
use tokio::task::futures::TaskLocalFuture;
use tracing::Instrument as _;
use ulid::{ULID_LEN, Ulid};

use crate::traces::{self, Kind, Span};

tokio::task_local! {
    static CURRENT: RequestContext;
    /// The span of what the task does for the request, if it has one of its own.
    static SPAN: Span;
}

/// The request that a task serves.
#[derive(Clone)]
pub struct RequestContext {
    id: Ulid,
    method: Method,
    /// Its query may hold data that must not be logged.
    uri: Uri,
    span: Span,
}

impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("id", &self.id)
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}

impl RequestContext {
    /// Creates the context of a request with a new id. Ids sent by clients are ignored, since they
    /// could forge log lines.
    #[must_use]
    pub fn new(method: Method, uri: Uri) -> Self {
        Self {
            id: Ulid::new(),
            method,
            uri,
            span: Span::none(),
        }
    }

    /// Adds the span of the request.
    #[must_use]
    pub fn with_span(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// Returns the id.
    #[must_use]
    pub const fn id(&self) -> Ulid {
        self.id
    }

    /// Returns the id as the value of a header.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        let mut text = [0; ULID_LEN];
        HeaderValue::from_str(self.id.array_to_str(&mut text))
            .unwrap_or(HeaderValue::from_static(""))
    }

    /// Returns the method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path, escaped for the log. The query is left out: it may hold data that must not
    /// be logged.
    pub fn path(&self) -> impl fmt::Display + '_ {
        self.uri.path().escape_default()
    }

    /// Runs a future as part of the request.
    pub fn scope<F: Future>(self, future: F) -> TaskLocalFuture<Self, F> {
        CURRENT.scope(self, future)
    }
}

/// Returns the request that this task serves, or `None` outside a request.
#[must_use]
pub fn current() -> Option<RequestContext> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Returns the id of the request that this task serves, or an empty string outside a request.
#[must_use]
pub fn current_id() -> String {
    CURRENT
        .try_with(|context| context.id.to_string())
        .unwrap_or_default()
}

/// Returns the span of what this task does at the moment.
fn span() -> Span {
    if !traces::is_on() {
        return Span::none();
    }
    SPAN.try_with(Clone::clone)
        .or_else(|_| CURRENT.try_with(|context| context.span.clone()))
        .unwrap_or_default()
}

/// Begins a span below that of what this task does.
#[must_use]
pub fn child_span(name: &'static str, kind: Kind) -> Span {
    if !traces::is_on() {
        return Span::none();
    }
    Span::begin(name, kind, &span())
}

/// Sets an attribute of the span of what this task does.
pub fn set_on_span(key: &'static str, value: &'static str) {
    span().set(key, value);
}

/// Runs a future within a span.
pub async fn within<F: Future>(span: Span, future: F) -> F::Output {
    if span.is_some() {
        SPAN.scope(span, future).await
    } else {
        future.await
    }
}

/// Ties a future to the request that this task serves, and to its spans, so that a task spawned for
/// it logs as part of that request.
pub fn carried<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let context = current();
    let future = within(span(), future.in_current_span());
    async move {
        match context {
            Some(context) => context.scope(future).await,
            None => future.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_spawned_task_belongs_to_the_request_only_if_it_carries_it() {
        let context = RequestContext::new(Method::GET, Uri::from_static("/a"));
        let id = context.id().to_string();
        let (carrying, other) = context
            .scope(async {
                let carrying = tokio::spawn(carried(async { current_id() }));
                let other = tokio::spawn(async { current_id() });
                (carrying.await.unwrap(), other.await.unwrap())
            })
            .await;
        assert_eq!((carrying, other), (id, String::new()));
        assert_eq!(current_id(), "");
    }

    #[test]
    fn sec_73_the_path_is_escaped_and_without_its_query() {
        let context = RequestContext::new(Method::GET, "/a%0A?code=secret".parse().unwrap());
        assert_eq!(context.path().to_string(), "/a%0A");
        assert!(!format!("{context:?}").contains("secret"));
    }
}
