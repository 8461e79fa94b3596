//! Logs: text for people, JSON for machines, on standard error.

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::LogFormat;

/// Starts logging. What the filter lets through is written; secrets have no way to print at any
/// level.
pub fn start(filter: &str, format: LogFormat) {
    // The database driver's and the HTTP client's own traces quote statements and headers.
    let filter = EnvFilter::new(format!(
        "{filter},hyper=info,reqwest=info,sqlx=warn,h2=info"
    ));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start (in tests) keeps the first.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
