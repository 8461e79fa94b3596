//! Counts who views a list, and notifies those who wait for a viewer or for another event.

use std::{
    future::poll_fn,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Poll, Waker},
};

/// Numbers the views, so that their order is known.
static LOOKS: AtomicU64 = AtomicU64::new(1);

/// The number of viewers of something, and its last view. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Viewers(Arc<Inside>);

#[derive(Debug, Default)]
struct Inside {
    now: AtomicUsize,
    last: AtomicU64,
    bell: Notify,
}

impl Viewers {
    /// Adds a viewer.
    pub fn begin(&self) {
        self.0.now.fetch_add(1, Ordering::Relaxed);
        self.touch();
        self.0.bell.ring();
    }

    /// Removes a viewer.
    pub fn end(&self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
        self.touch();
    }

    /// Records a view.
    pub fn touch(&self) {
        let look = LOOKS.fetch_add(1, Ordering::Relaxed);
        self.0.last.store(look, Ordering::Relaxed);
    }

    /// Returns whether there is a viewer.
    #[must_use]
    pub fn is_now(&self) -> bool {
        self.0.now.load(Ordering::Relaxed) > 0
    }

    /// Returns the number of the last view. A later one is greater.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.0.last.load(Ordering::Relaxed)
    }

    /// Waits for a viewer.
    pub async fn until(&self) {
        while !self.is_now() {
            self.0.bell.rings().await;
        }
    }
}

/// Notifies the tasks that wait for an event.
#[derive(Clone, Debug, Default)]
pub struct Notify(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    times: u64,
    waiting: Vec<Waker>,
}

impl Notify {
    /// Wakes all that wait.
    pub fn ring(&self) {
        // Only a panic poisons the lock, and the app has ended then.
        let waiting = self.0.lock().map(|mut heard| {
            heard.times += 1;
            std::mem::take(&mut heard.waiting)
        });
        waiting
            .unwrap_or_default()
            .into_iter()
            .for_each(Waker::wake);
    }

    /// Waits for the next event.
    pub async fn rings(&self) {
        let before = self.0.lock().map(|heard| heard.times).unwrap_or_default();
        poll_fn(|context| match self.0.lock() {
            Ok(mut heard) if heard.times == before => {
                heard.waiting.push(context.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::pin, task::Context};

    use super::*;

    #[test]
    fn what_nobody_looks_at_waits_until_somebody_does() {
        let mut context = Context::from_waker(Waker::noop());
        let looked = Viewers::default();
        let mut until = pin!(looked.until());
        assert!(until.as_mut().poll(&mut context).is_pending());
        looked.clone().begin();
        assert!(until.poll(&mut context).is_ready());
        assert!(pin!(looked.until()).poll(&mut context).is_ready());
        looked.end();
        assert!(pin!(looked.until()).poll(&mut context).is_pending());
    }

    #[test]
    fn the_later_look_is_known() {
        let (one, other) = (Viewers::default(), Viewers::default());
        one.begin();
        other.begin();
        assert!(one.last() < other.last());
        one.end();
        assert!(one.last() > other.last());
        assert!(other.is_now() && !one.is_now());
    }
}
