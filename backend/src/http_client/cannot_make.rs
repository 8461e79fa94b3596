//! The reasons why a client cannot be created.

use super::transport_error::{Cause, chain};

/// The client cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum CannotMake {
    /// The system has no root certificates.
    #[error(
        "Snyk is reached by https, and no certificate of an authority was found to check it with \
         ({}): install the package ca-certificates (apt-get install ca-certificates on Debian, \
         apk add ca-certificates on Alpine), or name a file of certificates in PEM form by \
         SSL_CERT_FILE in the environment",
        chain(.0.as_ref())
    )]
    NoCertificates(#[source] Cause),
    /// Another failure, such as of TLS.
    #[error("no HTTP client can be made: {}", chain(.0.as_ref()))]
    Other(#[source] Cause),
}

impl CannotMake {
    pub(super) fn of(error: Cause) -> Self {
        if chain(&*error).contains("certificates") {
            Self::NoCertificates(error)
        } else {
            Self::Other(error)
        }
    }
}
