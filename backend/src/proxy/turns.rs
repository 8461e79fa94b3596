//! How many proxied calls of a session are under way at once (SEC-59): the rest waits, and how many
//! may wait the rate limit says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::session::SessionId;

/// Calls of one session at once. A page reads two or three at a time.
const AT_ONCE: usize = 32;

/// Who calls how much at once.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<SessionId, Arc<Semaphore>>>);

/// A call under way; it ends when this is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>);

impl Turns {
    /// Waits for a turn.
    pub async fn take(&self, session: &SessionId) -> Turn {
        let turns = {
            let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let turns = sessions
                .entry(session.clone())
                .or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)));
            Arc::clone(turns)
        };
        // Nobody closes it.
        Turn(turns.acquire_owned().await.ok())
    }

    /// Forgets sessions that have no call under way, so that memory stays bounded.
    pub fn forget_the_quiet(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, turns| Arc::strong_count(turns) > 1);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn sec_59_one_call_more_waits_and_other_sessions_do_not() {
        let turns = Turns::default();
        let id = |name: &str| SessionId::from_stored(name.to_owned());
        let take = |name| turns.take(&id(name)).now_or_never();
        let mut held: Vec<_> = (0..AT_ONCE).map(|_| take("a").unwrap()).collect();
        assert!(take("a").is_none());
        assert!(take("b").is_some());
        turns.forget_the_quiet();
        assert!(take("a").is_none(), "a session with calls is not forgotten");
        held.pop();
        assert!(take("a").is_some());
        held.clear();
        turns.forget_the_quiet();
        assert!(turns.0.lock().unwrap().is_empty());
    }
}
