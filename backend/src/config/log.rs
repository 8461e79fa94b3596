//! The filter and the format of the log.

use tracing_subscriber::EnvFilter;

use super::reader::Reader;

/// The filter and the format of the log.
#[derive(Debug)]
pub struct Log {
    /// The `tracing` filter.
    pub filter: String,
    /// The format of log lines.
    pub format: LogFormat,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// JSON for machines.
    Json,
}

impl Log {
    /// Reads the section, or adds problems.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let default = if reader.is_terminal() { "text" } else { "json" };
        let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
        let format = reader.choice("LOG_FORMAT", default, &formats);
        let filter = reader.parse_with("LOG", "info", |text| match text.parse::<EnvFilter>() {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err("is not a tracing filter: write for instance `info`".to_owned()),
        });
        Some(Self {
            filter: filter?,
            format: format?,
        })
    }
}
