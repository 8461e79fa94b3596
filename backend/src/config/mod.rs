//! The configuration, in sections. A command reads the sections that it needs with a [`Reader`],
//! which collects the problems of all of them for one report. [`Config`] has every section.
//!
//! [`Sections`] reads all of them, also if some are invalid.
//!
//! [`raw`] reads the variables, [`problems`] holds what is wrong with them, and each other public
//! module is a section. To add a variable, read it in its section, and name it in `.env.sample` and
//! in `variable_names.rs`, whose test compares the two.

pub mod app;
pub mod base_url;
mod certificates;
pub mod credentials;
pub mod database_url;
pub mod duration;
pub(crate) mod edit_distance;
pub mod encryption;
pub mod limits;
pub mod log;
pub mod origin;
pub mod postgres_url;
pub mod problems;
pub mod provider;
pub mod raw;
pub mod reader;
pub mod redirect_uri;
pub(crate) mod regions;
pub(crate) mod scopes;
pub mod secret_file;
pub mod secret_usage;
mod sections;
pub mod server;
pub mod session;
pub mod sources;
pub mod storage;
pub mod traces;
mod variable_names;

pub use self::sections::Sections;
use self::{
    app::App, credentials::Credentials, encryption::Encryption, limits::Limits, log::Log,
    problems::Report, provider::Provider, raw::Raw, reader::Reader, redirect_uri::RedirectUri,
    server::Server, session::Session, sources::Sources, storage::Storage, traces::Traces,
};

/// The validated configuration of the server: every section.
#[derive(Debug)]
pub struct Config {
    /// The app's credentials at Snyk.
    pub credentials: Credentials,
    /// The secrets that encrypt data at rest.
    pub encryption: Encryption,
    /// The app as it appears to people.
    pub app: App,
    /// The addresses of Snyk's region.
    pub provider: Provider,
    /// The registered redirect URI.
    pub redirect_uri: RedirectUri,
    /// The addresses of this server.
    pub server: Server,
    /// The lifetimes of sessions.
    pub session: Session,
    /// Limits for clients of this server.
    pub limits: Limits,
    /// The filter and the format of the log.
    pub log: Log,
    /// Where traces are sent.
    pub traces: Traces,
    /// Where data is stored.
    pub storage: Storage,
    /// Which variables were set.
    pub sources: Sources,
    /// Warnings about valid settings, for the operator at startup.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads every section, or returns a report of all problems, in this order.
    pub fn from_raw(raw: &Raw) -> Result<Self, Report> {
        let mut reader = Reader::new(raw);
        let sections = Sections::read(&mut reader);
        let problems = reader.finish();
        match Self::of(sections) {
            Some(config) if problems.is_empty() => Ok(Self {
                warnings: problems.into_warnings(),
                sources: Sources::of(raw),
                ..config
            }),
            _ => Err(problems.into_report()),
        }
    }

    /// Returns the configuration without its warnings, if every section is valid.
    fn of(sections: Sections) -> Option<Self> {
        Some(Self {
            credentials: sections.credentials?,
            encryption: sections.encryption?,
            app: sections.app?,
            provider: sections.provider?,
            redirect_uri: sections.redirect_uri?,
            server: sections.server?,
            session: sections.session?,
            limits: sections.limits?,
            log: sections.log?,
            traces: sections.traces?,
            storage: sections.storage?,
            warnings: Vec::new(),
            sources: Sources::default(),
        })
    }
}

#[cfg(test)]
mod tests;
