//! Logs: text for people, JSON for machines, on standard error.
//!
//! A line that cannot be written is lost, and nothing else is: lines go through a bounded queue to a
//! thread of their own ([`writer`]), so that neither a failed write nor one that blocks reaches a
//! request, a refresh or a stop (REL-13).

mod standard_error;
mod writer;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io,
    sync::{LazyLock, OnceLock},
    time::Duration,
};

use serde_json::json;
use tracing_subscriber::{EnvFilter, fmt};

use self::{standard_error::StandardError, writer::LogWriter};
use crate::{
    clock::{Clock as _, SystemClock},
    config::LogFormat,
};

/// How long the end of the process waits for lines that are not written yet.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);

/// The one writer of this process to standard error.
static STDERR: LazyLock<LogWriter> =
    LazyLock::new(|| LogWriter::start(StandardError(io::stderr()), lost_lines));
/// As what lines are written that do not come from `tracing`.
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Starts logging. What the filter lets through is written; secrets have no way to print at any
/// level.
pub fn start(filter: &str, format: LogFormat) {
    let _ = FORMAT.set(format);
    // The database driver's and the HTTP client's own traces quote statements and headers.
    let filter = EnvFilter::new(format!(
        "{filter},hyper=info,reqwest=info,sqlx=warn,h2=info"
    ));
    let builder = fmt()
        .with_env_filter(filter)
        .with_writer(|| STDERR.clone())
        // Told by `eprintln!`, which panics where standard error cannot be written.
        .log_internal_errors(false);
    // A second start (in tests) keeps the first.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// Panics are told by a log line from now on. The hook of the standard library waits for standard
/// error and writes to it itself, so a reader that stopped reading would hold up whoever panics.
pub fn hook_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::capture();
        let message = match backtrace.status() {
            BacktraceStatus::Captured => format!("{panic}\n{backtrace}"),
            _ => panic.to_string(),
        };
        STDERR.push(line("ERROR", &message));
    }));
}

/// Tells a person something on standard error, log format or not.
pub fn print(text: &str) {
    STDERR.push(format!("{text}\n").into_bytes());
}

/// Waits until what was logged is written, and not for long where it cannot be.
pub fn flush() {
    STDERR.flush(FLUSH_WITHIN);
}

fn lost_lines(count: u64) -> Vec<u8> {
    let message = format!("{count} log lines were lost: they could not be written");
    line("WARN", &message)
}

/// A line as `tracing` writes it.
fn line(level: &str, message: &str) -> Vec<u8> {
    let target = module_path!();
    let now = SystemClock.now();
    let mut line = match FORMAT.get() {
        Some(LogFormat::Json) => json!({
            "timestamp": format!("{now:.6}"),
            "level": level,
            "message": message,
            "target": target,
        })
        .to_string(),
        _ => format!("{now:.6} {level:>5} {target}: {message}"),
    };
    line.push('\n');
    line.into_bytes()
}
