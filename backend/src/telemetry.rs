//! Logging to standard error, as text for people or JSON for machines.
//!
//! Log lines go through a bounded queue to a dedicated thread ([`writer`]). A write that fails or
//! blocks then loses log lines, but never affects a request, a refresh or shutdown (REL-13).

mod line;
mod standard_error;
mod writer;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io,
    sync::{LazyLock, OnceLock},
    time::Duration,
};

use serde_json::json;
use tracing_subscriber::{
    EnvFilter, fmt,
    fmt::format::{DefaultFields, JsonFields},
};

use self::{line::LineFormat, standard_error::StandardError, writer::LogWriter};
use crate::{
    clock::{Clock as _, SystemClock},
    config::log::LogFormat,
};

/// How long the process waits at exit for unwritten log lines.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// The only writer of this process to standard error.
static STDERR: LazyLock<LogWriter> =
    LazyLock::new(|| LogWriter::start(StandardError(io::stderr()), lost_lines_notice));
/// The format of lines that do not come from `tracing`.
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Starts logging with a filter. Secrets have no way to be printed at any level.
pub fn start(filter: &str, format: LogFormat) {
    let _ = FORMAT.set(format);
    // The traces of the database driver and the HTTP client quote statements and headers.
    let filter = EnvFilter::new(format!(
        "{filter},hyper=info,reqwest=info,sqlx=warn,h2=info"
    ));
    let builder = fmt()
        .with_env_filter(filter)
        .with_writer(|| STDERR.clone())
        // They are reported with `eprintln!`, which panics if standard error cannot be written.
        .log_internal_errors(false);
    // A second call, as in tests, keeps the first subscriber.
    let _ = match format {
        LogFormat::Text => builder
            .with_ansi(false)
            .fmt_fields(DefaultFields::new())
            .event_format(LineFormat(format))
            .try_init(),
        LogFormat::Json => builder
            .with_ansi(false)
            .fmt_fields(JsonFields::new())
            .event_format(LineFormat(format))
            .try_init(),
    };
}

/// Installs a panic hook that logs panics. The hook of the standard library locks standard error
/// and writes to it directly, so a reader that stopped reading would block the panicking thread.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::capture();
        let message = match backtrace.status() {
            BacktraceStatus::Captured => format!("{panic}\n{backtrace}"),
            _ => panic.to_string(),
        };
        STDERR.push(format_line("ERROR", &message));
    }));
}

/// Prints text for a person on standard error, regardless of the log format.
pub fn print(text: &str) {
    STDERR.push(format!("{text}\n").into_bytes());
}

/// Waits until all log lines are written, for a limited time.
pub fn flush() {
    STDERR.flush(FLUSH_TIMEOUT);
}

fn lost_lines_notice(count: u64) -> Vec<u8> {
    let message = format!("{count} log lines were lost: they could not be written");
    format_line("WARN", &message)
}

/// Formats a line as `tracing` does.
fn format_line(level: &str, message: &str) -> Vec<u8> {
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
