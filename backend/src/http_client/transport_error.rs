//! The failures of a request at the level of HTTP.

use std::error::Error;

use hyper_util::client::legacy;

/// The cause of a failure.
pub type Cause = Box<dyn Error + Send + Sync>;

/// The failure of a request, classified by whether the request was sent.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No byte of the request was sent.
    #[error("the server cannot be reached")]
    NotSent(#[source] Cause),
    /// The request may have been sent, and no answer or only a part of one arrived.
    #[error("the answer was lost")]
    AnswerLost(#[source] Cause),
    /// The answer exceeds its maximum size.
    #[error("the answer is larger than {max} bytes")]
    TooLarge {
        /// The maximum, in bytes.
        max: usize,
    },
}

/// Classifies a failure of a request to the token endpoint. In doubt, the request counts as sent.
impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        // The URL may contain ids; the log needs only the cause.
        let error = error.without_url();
        let is_unsent = error.is_connect() || error.is_builder() || was_queued(&error);
        Self::classified(error.into(), is_unsent)
    }
}

/// Classifies a failure of a request to the API. In doubt, the request counts as sent.
impl From<legacy::Error> for TransportError {
    fn from(error: legacy::Error) -> Self {
        let is_unsent = error.is_connect() || was_queued(&error);
        Self::classified(error.into(), is_unsent)
    }
}

/// An answer that breaks off.
impl From<hyper::Error> for TransportError {
    fn from(error: hyper::Error) -> Self {
        Self::AnswerLost(error.into())
    }
}

impl TransportError {
    fn classified(error: Cause, is_unsent: bool) -> Self {
        let cause = chain(&*error);
        if cause.contains(UNTRUSTED) {
            tracing::error!(
                cause,
                "Snyk's certificate is not trusted: if a gateway opens TLS on the way, add its root \
                 certificate to this system's, or name it by SSL_CERT_FILE; the clock may be wrong too"
            );
        }
        if is_unsent {
            Self::NotSent(error)
        } else {
            Self::AnswerLost(error)
        }
    }
}

/// Returns whether the request was still queued when its connection ended: hyper reports it as
/// cancelled only if no byte of it was written.
fn was_queued(error: &(dyn Error + 'static)) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_canceled)
}

/// The prefix of rustls's message about a certificate that it rejects.
const UNTRUSTED: &str = "invalid peer certificate";

/// Formats an error with its causes.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Returns the causes of an error, beginning with its immediate one.
pub(super) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}
