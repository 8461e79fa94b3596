//! How many reads of a session are under way at once (SEC-59): the rest waits, and not for ever.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::StreamExt as _;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::SnykError;
use crate::{provider::ApiAnswer, session::SessionId};

/// Reads of one session at once. A page reads two or three at a time.
const AT_ONCE: usize = 32;
/// How long a read waits for its turn, as a rule.
pub(super) const WAITS: Duration = Duration::from_secs(30);

/// Who reads how much at once.
#[derive(Debug, Default)]
pub struct ConcurrencyLimit(Mutex<HashMap<SessionId, Arc<Semaphore>>>);

/// A read under way; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct ConcurrencyPermit(OwnedSemaphorePermit);

impl ConcurrencyPermit {
    /// Ends with the answer's body.
    pub(super) fn held_by(self, answer: ApiAnswer) -> ApiAnswer {
        let Self(permit) = self;
        let body = answer.body.map(move |chunk| {
            let _under_way = &permit;
            chunk
        });
        ApiAnswer {
            body: body.boxed(),
            ..answer
        }
    }
}

impl ConcurrencyLimit {
    /// Waits for a turn.
    pub(super) async fn take(
        &self,
        session: &SessionId,
        until: Instant,
    ) -> Result<ConcurrencyPermit, SnykError> {
        let concurrency_limit = {
            let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let concurrency_limit = sessions
                .entry(session.clone())
                .or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)));
            Arc::clone(concurrency_limit)
        };
        match tokio::time::timeout_at(until, concurrency_limit.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(ConcurrencyPermit(permit)),
            // Too many wait; nobody ever closes it.
            Ok(Err(_)) | Err(_) => Err(SnykError::TooFast { after: WAITS }),
        }
    }

    /// Forgets sessions that have no read under way, so that memory stays bounded.
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

    use super::*;

    fn id(name: &str) -> SessionId {
        SessionId::from_stored(name.to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn sec_59_one_read_more_waits_and_other_sessions_do_not() {
        let concurrency_limit = ConcurrencyLimit::default();
        let until = Instant::now() + WAITS;
        let take = |name| concurrency_limit.take(&id(name), until).now_or_never();
        let mut held: Vec<_> = (0..AT_ONCE).map(|_| take("a").unwrap()).collect();
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
    async fn sec_59_a_turn_lasts_as_long_as_the_body() {
        let concurrency_limit = ConcurrencyLimit::default();
        let turn = concurrency_limit
            .take(&id("a"), Instant::now())
            .await
            .unwrap();
        let mut answer = turn.held_by(ApiAnswer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: stream::iter(["x"; 2])
                .map(|chunk| Ok(Bytes::from_static(chunk.as_bytes())))
                .boxed(),
        });
        answer.body.next().await.unwrap().unwrap();
        concurrency_limit.evict_idle();
        assert_eq!(concurrency_limit.0.lock().unwrap().len(), 1);
        drop(answer);
        concurrency_limit.evict_idle();
        assert!(concurrency_limit.0.lock().unwrap().is_empty());
    }
}
