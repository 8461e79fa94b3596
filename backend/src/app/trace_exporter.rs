//! Sends spans to a collector, by OTLP over HTTP.
//!
//! A thread of the SDK collects ended spans in a bounded queue and sends them in batches. A span that
//! finds no place in the queue is dropped: a collector that is slow or away costs its spans and a line in
//! the log each minute, never a request.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use tokio::runtime::Handle;

use crate::{
    config::traces::{self as config, Collector},
    http_client, traces,
};

/// How long a shutdown waits for the last spans.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(3);
/// Minimum time between two log lines about a collector that takes no spans.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// Sends spans until it is stopped.
#[derive(Debug)]
pub struct TraceExporter(SdkTracerProvider);

/// The exporter cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum CannotExport {
    /// The HTTP client failed, such as its TLS.
    #[error(transparent)]
    Http(#[from] http_client::CannotMake),
    /// The SDK refuses the configuration, of which it reads some variables by itself.
    #[error("traces cannot be exported ({0}): check the variables OTEL_...")]
    Sdk(#[from] opentelemetry_otlp::ExporterBuildError),
}

impl TraceExporter {
    /// Starts tracing, if there is a collector.
    ///
    /// # Errors
    ///
    /// If the exporter cannot be created. Whether the collector can be reached is not checked.
    pub fn start(config: &config::Traces) -> Result<Option<Self>, CannotExport> {
        let Some(collector) = &config.collector else {
            return Ok(None);
        };
        let client = CollectorClient {
            http: http_client::for_collector(&collector.endpoint)?,
            headers: collector.headers.iter().cloned().collect(),
            runtime: Handle::current(),
            logged_at: Mutex::default(),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(collector.endpoint.as_str())
            .build()?;
        let resource = Resource::builder()
            .with_service_name(collector.service_name.clone())
            .with_attribute(opentelemetry::KeyValue::new(
                "service.version",
                env!("CARGO_PKG_VERSION"),
            ));
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.build())
            .with_sampler(sampler(collector))
            .with_batch_exporter(exporter)
            .build();
        traces::start(provider.tracer("snyk-app"));
        Ok(Some(Self(provider)))
    }

    /// Sends the spans that are left, within a time limit.
    pub async fn stop(self) {
        let flushing = move || self.0.shutdown_with_timeout(FLUSH_TIMEOUT);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(flushing).await {
            tracing::info!(%error, "The last spans could not be sent");
        }
    }
}

fn sampler(collector: &Collector) -> Sampler {
    let own = Sampler::TraceIdRatioBased(collector.sampler.share);
    if collector.sampler.is_parent_based {
        Sampler::ParentBased(Box::new(own))
    } else {
        own
    }
}

/// Posts to the collector on the server's runtime: the thread of the SDK has none.
#[derive(Debug)]
struct CollectorClient {
    http: reqwest::Client,
    headers: http::HeaderMap,
    runtime: Handle,
    logged_at: Mutex<Option<Instant>>,
}

#[async_trait]
impl HttpClient for CollectorClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let request = self
            .http
            .request(head.method, head.uri.to_string())
            .headers(head.headers)
            .headers(self.headers.clone())
            .body(body);
        // Also the future is made there: it has a timer.
        let sent = self
            .runtime
            .spawn(async move { request.send().await })
            .await?;
        match sent {
            Ok(answer) if answer.status().is_success() => {
                // It may say that some spans were refused, which changes nothing.
                Ok(Response::new(Bytes::new()))
            }
            Ok(answer) => {
                let status = answer.status().as_u16();
                self.log(&format!("it answers with the status {status}"));
                Err(format!("the status {status}").into())
            }
            Err(error) => {
                let error = error.without_url();
                self.log(&http_client::chain(&error));
                Err(error.into())
            }
        }
    }
}

impl CollectorClient {
    fn log(&self, why: &str) {
        let now = Instant::now();
        let mut logged_at = self
            .logged_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if logged_at.is_none_or(|at| now.saturating_duration_since(at) >= LOG_INTERVAL) {
            *logged_at = Some(now);
            tracing::warn!(
                why,
                "The collector takes no traces; they are lost, and nothing else is"
            );
        }
    }
}
