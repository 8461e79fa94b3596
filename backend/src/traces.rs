//! Spans of requests, refreshes, exchanges and calls to Snyk, for a collector of traces.
//!
//! # Design
//!
//! It is global, as the log and the metrics are. While no collector is configured there is no tracer,
//! and every span is nothing: it costs a look at one pointer. A span is named by words of this program,
//! and its attributes are such words, methods, statuses, templates of routes and the request's id: never
//! a path, a header, an id of a session, or anything secret (SEC-73).

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock},
};

use http::{HeaderMap, StatusCode};
use opentelemetry::{
    Context, KeyValue, Value,
    propagation::{Extractor, TextMapPropagator as _},
    trace::{SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _},
};
use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracer};

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// Starts tracing. A second call changes nothing.
pub fn start(tracer: SdkTracer) {
    let _ = TRACER.set(tracer);
}

/// Returns whether spans are recorded.
#[must_use]
pub fn is_on() -> bool {
    TRACER.get().is_some()
}

/// The role of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer to a request.
    Server,
    /// A request to another server.
    Client,
    /// Work of this server.
    Internal,
}

/// A span, or nothing while tracing is off. A clone is the same span.
#[derive(Clone, Default)]
pub struct Span(Option<Arc<Context>>);

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").finish_non_exhaustive()
    }
}

impl Span {
    /// Returns no span.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Returns the span of a caller that is named in the headers by W3C's `traceparent`, if any.
    #[must_use]
    pub fn of_caller(headers: &HeaderMap) -> Self {
        if !is_on() {
            return Self::none();
        }
        let context = TraceContextPropagator::new()
            .extract_with_context(&Context::new(), &TraceHeaders(headers));
        let is_valid = context.span().span_context().is_valid();
        Self(is_valid.then(|| Arc::new(context)))
    }

    /// Begins a span below another one.
    #[must_use]
    pub fn begin(name: impl Into<Cow<'static, str>>, kind: Kind, parent: &Self) -> Self {
        let Some(tracer) = TRACER.get() else {
            return Self::none();
        };
        let kind = match kind {
            Kind::Server => SpanKind::Server,
            Kind::Client => SpanKind::Client,
            Kind::Internal => SpanKind::Internal,
        };
        let builder = SpanBuilder::from_name(name).with_kind(kind);
        let root = Context::new();
        let parent = parent.0.as_deref().unwrap_or(&root);
        let span = tracer.build_with_context(builder, parent);
        Self(Some(Arc::new(root.with_span(span))))
    }

    /// Returns whether it is one.
    #[must_use]
    pub const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Sets an attribute.
    pub fn set(&self, key: &'static str, value: impl Into<Value>) {
        if let Some(context) = &self.0 {
            context.span().set_attribute(KeyValue::new(key, value));
        }
    }

    /// Marks it as failed.
    pub fn fail(&self, why: &'static str) {
        if let Some(context) = &self.0 {
            context
                .span()
                .set_attribute(KeyValue::new("error.type", why));
            context.span().set_status(Status::error(why));
        }
    }

    /// Ends the span of a request to another server; without a status, no answer came.
    pub fn end_call(&self, method: &'static str, status: Option<StatusCode>) {
        if !self.is_some() {
            return;
        }
        self.set("http.request.method", method);
        match status {
            Some(status) => {
                self.set("http.response.status_code", i64::from(status.as_u16()));
                if status.is_client_error() || status.is_server_error() {
                    self.fail("error_status");
                }
            }
            None => self.fail("no_answer"),
        }
        self.end();
    }

    /// Ends it. Otherwise it ends when its last clone is dropped.
    pub fn end(&self) {
        if let Some(context) = &self.0 {
            context.span().end();
        }
    }
}

/// The headers that name the span of a caller.
struct TraceHeaders<'a>(&'a HeaderMap);

impl Extractor for TraceHeaders<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
