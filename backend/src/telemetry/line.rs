//! The format of log lines: time, level, the request that the task serves, spans, target, and the
//! fields of the event.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, format::Writer},
    registry::{LookupSpan, Scope},
};

use crate::{
    clock::{Clock as _, SystemClock},
    config::log::LogFormat,
    request_context,
};

/// Formats lines as text, or as JSON, whose fields must be formatted by
/// [`JsonFields`](tracing_subscriber::fmt::format::JsonFields).
pub(super) struct LineFormat(pub(super) LogFormat);

impl<S, F> FormatEvent<S, F> for LineFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    F: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, F>,
        writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        match self.0 {
            LogFormat::Text => text(context, writer, event),
            LogFormat::Json => json(context, writer, event),
        }
    }
}

fn text<S, F>(
    context: &FmtContext<'_, S, F>,
    mut writer: Writer<'_>,
    event: &Event<'_>,
) -> fmt::Result
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    F: for<'a> FormatFields<'a> + 'static,
{
    let (now, metadata) = (SystemClock.now(), event.metadata());
    write!(writer, "{now:.6} {:>5} ", metadata.level())?;
    if let Some(request) = request_context::current() {
        write!(
            writer,
            "request{{request_id=\"{}\" method={} path={}}}: ",
            request.id(),
            request.method(),
            request.path()
        )?;
    }
    for span in context.event_scope().into_iter().flat_map(Scope::from_root) {
        write!(writer, "{}", span.name())?;
        if let Some(fields) = span.extensions().get::<FormattedFields<F>>()
            && !fields.is_empty()
        {
            write!(writer, "{{{fields}}}")?;
        }
        write!(writer, ": ")?;
    }
    write!(writer, "{}: ", metadata.target())?;
    context.format_fields(writer.by_ref(), event)?;
    writeln!(writer)
}

fn json<S, F>(
    context: &FmtContext<'_, S, F>,
    mut writer: Writer<'_>,
    event: &Event<'_>,
) -> fmt::Result
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    F: for<'a> FormatFields<'a> + 'static,
{
    let metadata = event.metadata();
    let mut fields = String::new();
    context.format_fields(Writer::new(&mut fields), event)?;
    let spans = context
        .event_scope()
        .into_iter()
        .flat_map(Scope::from_root)
        .map(|span| Span {
            name: span.name(),
            fields: span
                .extensions()
                .get::<FormattedFields<F>>()
                .map(|fields| object(fields))
                .unwrap_or_default(),
        })
        .collect();
    let line = Line {
        timestamp: format!("{:.6}", SystemClock.now()),
        level: metadata.level().as_str(),
        fields: object(&fields),
        target: metadata.target(),
        request: request_context::current().map(|request| Request {
            id: request.id().to_string(),
            method: request.method().to_string(),
            path: request.path().to_string(),
        }),
        spans,
    };
    let line = serde_json::to_string(&line).map_err(|_| fmt::Error)?;
    writeln!(writer, "{line}")
}

/// A line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'static str,
    /// The message, and the other fields of the event.
    #[serde(flatten)]
    fields: Map<String, Value>,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    spans: Vec<Span>,
}

#[derive(Serialize)]
struct Request {
    #[serde(rename = "request_id")]
    id: String,
    method: String,
    path: String,
}

/// A developer's span.
#[derive(Serialize)]
struct Span {
    name: &'static str,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// Parses fields that were formatted as a JSON object.
fn object(fields: &str) -> Map<String, Value> {
    serde_json::from_str(fields).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use http::{Method, Uri};
    use serde_json::json;
    use tracing_subscriber::fmt::{
        self,
        format::{DefaultFields, JsonFields},
    };

    use super::*;
    use crate::request_context::RequestContext;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the line of an event in a request and in a developer's span, with its request id.
    fn line(format: LogFormat) -> (String, String) {
        let written = Written::default();
        let writer = written.clone();
        let builder = fmt::fmt()
            .with_writer(move || writer.clone())
            .with_ansi(false);
        let log = || {
            let request = RequestContext::new(Method::GET, Uri::from_static("/a?code=secret"));
            let id = request.id().to_string();
            let event = request.scope(async {
                let span = tracing::info_span!("own", count = 2);
                let _entered = span.enter();
                tracing::warn!(status = 409, "A \"line\"");
            });
            futures_util::FutureExt::now_or_never(event);
            id
        };
        let id = match format {
            LogFormat::Text => tracing::subscriber::with_default(
                builder
                    .fmt_fields(DefaultFields::new())
                    .event_format(LineFormat(format))
                    .finish(),
                log,
            ),
            LogFormat::Json => tracing::subscriber::with_default(
                builder
                    .fmt_fields(JsonFields::new())
                    .event_format(LineFormat(format))
                    .finish(),
                log,
            ),
        };
        let line = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        (line, id)
    }

    #[test]
    fn a_line_of_text_names_the_request_and_a_developers_span() {
        let (line, id) = line(LogFormat::Text);
        let (time, rest) = line.split_once(' ').unwrap();
        assert_eq!(time.len(), "2026-11-24T05:41:07.000000Z".len());
        let target = module_path!();
        assert_eq!(
            rest,
            format!(
                " WARN request{{request_id=\"{id}\" method=GET path=/a}}: own{{count=2}}: {target}: \
                 A \"line\" status=409\n"
            )
        );
    }

    #[test]
    fn a_line_of_json_names_the_request_and_a_developers_span() {
        let (line, id) = line(LogFormat::Json);
        assert_eq!(line.lines().count(), 1);
        let mut line: Value = serde_json::from_str(&line).unwrap();
        let time = line.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(time.is_string());
        assert_eq!(
            line,
            json!({
                "level": "WARN",
                "message": "A \"line\"",
                "status": 409,
                "target": module_path!(),
                "request": { "request_id": id, "method": "GET", "path": "/a" },
                "spans": [{ "name": "own", "count": 2 }],
            })
        );
    }
}
