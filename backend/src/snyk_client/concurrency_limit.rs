//! Bounds the concurrent reads of a session (SEC-59): further ones wait, up to a time limit.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ahash::RandomState;
use domain::ids::SessionId;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::SnykError;
use crate::provider::ApiAnswer;

/// Maximum number of concurrent reads of one session. A page makes two or three at a time.
const MAX_CONCURRENT: usize = 32;
/// Default time that a read waits for its permit.
pub(super) const QUEUE_TIMEOUT: Duration = Duration::from_secs(30);

/// A semaphore per session.
#[derive(Debug, Default)]
pub struct ConcurrencyLimit(Mutex<HashMap<SessionId, Arc<Semaphore>, RandomState>>);

/// Permits one read until dropped.
#[derive(Debug)]
pub(super) struct ConcurrencyPermit(OwnedSemaphorePermit);

impl ConcurrencyPermit {
    /// Ties the permit to the answer's body: it is released when the body ends.
    pub(super) fn held_by(self, answer: ApiAnswer) -> ApiAnswer {
        ApiAnswer {
            body: answer.body.holding(self.0),
            ..answer
        }
    }
}

impl ConcurrencyLimit {
    /// Waits for a permit.
    pub(super) async fn take(
        &self,
        session: &SessionId,
        until: Instant,
    ) -> Result<ConcurrencyPermit, SnykError> {
        let concurrency_limit = {
            let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let concurrency_limit = sessions
                .entry(session.clone())
                .or_insert_with(|| Arc::new(Semaphore::new(MAX_CONCURRENT)));
            Arc::clone(concurrency_limit)
        };
        match tokio::time::timeout_at(until, concurrency_limit.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(ConcurrencyPermit(permit)),
            // The time is over; the semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(SnykError::TooFast {
                after: QUEUE_TIMEOUT,
            }),
        }
    }

    /// Evicts idle entries: sessions without a read in flight, so that memory stays bounded.
    pub fn evict_idle(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, concurrency_limit| Arc::strong_count(concurrency_limit) > 1);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::{FutureExt as _, stream};
    use http::{HeaderMap, StatusCode};
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;
    use crate::provider::{ApiBody, Encoding};

    fn id(name: &str) -> SessionId {
        SessionId::from_stored(name.to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn sec_59_one_read_more_waits_and_other_sessions_do_not() {
        let concurrency_limit = ConcurrencyLimit::default();
        let until = Instant::now() + QUEUE_TIMEOUT;
        let take = |name| concurrency_limit.take(&id(name), until).now_or_never();
        let mut held: Vec<_> = (0..MAX_CONCURRENT).map(|_| take("a").unwrap()).collect();
        assert!(take("a").is_none());
        assert!(take("b").is_some());
        concurrency_limit.evict_idle();
        assert!(take("a").is_none(), "a session with reads is not forgotten");
        assert!(
            matches!(
                concurrency_limit.take(&id("a"), until).await,
                Err(SnykError::TooFast { .. })
            ),
            "who waits for long is told"
        );
        held.pop();
        assert!(take("a").is_some());
        held.clear();
        concurrency_limit.evict_idle();
        assert!(concurrency_limit.0.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn sec_59_a_permit_is_held_as_long_as_the_body() {
        let concurrency_limit = ConcurrencyLimit::default();
        let permit = concurrency_limit
            .take(&id("a"), Instant::now())
            .await
            .unwrap();
        let source = StreamBody::new(stream::iter(
            ["x"; 2].map(|chunk| Ok(Frame::data(Bytes::from_static(chunk.as_bytes())))),
        ));
        let mut answer = permit.held_by(ApiAnswer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: ApiBody::new(source, Encoding::Identity, 2).unwrap(),
        });
        answer.body.chunk().await.unwrap();
        concurrency_limit.evict_idle();
        assert_eq!(concurrency_limit.0.lock().unwrap().len(), 1);
        drop(answer);
        concurrency_limit.evict_idle();
        assert!(concurrency_limit.0.lock().unwrap().is_empty());
    }
}
