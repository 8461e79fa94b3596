//! Every section of the configuration, each valid or not.

use super::{
    app::App,
    credentials::Credentials,
    encryption::Encryption,
    limits::Limits,
    log::Log,
    provider::Provider,
    reader::Reader,
    redirect_uri::{self, RedirectUri},
    server::Server,
    session::Session,
    storage::Storage,
    traces::Traces,
};

/// The sections, of which each invalid one is `None`.
#[derive(Debug)]
#[expect(missing_docs, reason = "`Config` describes the sections")]
pub struct Sections {
    pub credentials: Option<Credentials>,
    pub encryption: Option<Encryption>,
    pub app: Option<App>,
    pub provider: Option<Provider>,
    pub redirect_uri: Option<RedirectUri>,
    pub server: Option<Server>,
    pub session: Option<Session>,
    pub limits: Option<Limits>,
    pub log: Option<Log>,
    pub traces: Option<Traces>,
    pub storage: Option<Storage>,
}

impl Sections {
    /// Reads every section, in the order in which their problems are reported.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let credentials = Credentials::read(reader);
        let encryption = Encryption::read(reader);
        // A missing redirect URI is reported next to the other required variables.
        redirect_uri::require(reader);
        let app = App::read(reader);
        let provider = Provider::read(reader);
        let redirect_uri = RedirectUri::read(reader);
        let server = Server::read(reader, redirect_uri.as_ref());
        Self {
            credentials,
            encryption,
            app,
            provider,
            redirect_uri,
            server,
            session: Session::read(reader),
            limits: Limits::read(reader),
            log: Log::read(reader),
            traces: Traces::read(reader),
            storage: Storage::read(reader),
        }
    }
}
