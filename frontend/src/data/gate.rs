//! So many requests at once and no more, whoever sends them.

use std::{
    cell::RefCell,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

/// A gate that lets a few through at a time.
#[derive(Clone, Debug)]
pub struct Gate(Rc<RefCell<Inside>>);

#[derive(Debug)]
struct Inside {
    free: usize,
    waiting: Vec<Waker>,
}

/// Leave to be inside, until it is dropped.
#[derive(Debug)]
pub struct Pass(Gate);

impl Gate {
    /// A gate for so many.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self(Rc::new(RefCell::new(Inside {
            free: places,
            waiting: Vec::new(),
        })))
    }

    /// Waits until there is a place.
    pub async fn enter(&self) -> Pass {
        poll_fn(|context| {
            let mut inside = self.0.borrow_mut();
            if let Some(left) = inside.free.checked_sub(1) {
                inside.free = left;
                Poll::Ready(Pass(self.clone()))
            } else {
                inside.waiting.push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut inside = self.0.0.borrow_mut();
        inside.free += 1;
        // All of them look again: one that was meant may have been given up meanwhile.
        let waiting = std::mem::take(&mut inside.waiting);
        drop(inside);
        waiting.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::pin,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::{Context, Wake},
    };

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn one_more_waits_until_one_leaves() {
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut context = Context::from_waker(&waker);
        let gate = Gate::new(1);
        let Poll::Ready(first) = pin!(gate.enter()).poll(&mut context) else {
            panic!("the first has to wait");
        };
        // One that is given up while waiting holds nobody up.
        assert!(pin!(gate.enter()).poll(&mut context).is_pending());
        let mut second = pin!(gate.enter());
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(first);
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
        assert!(second.poll(&mut context).is_ready());
        // It was dropped with its pass, so there is a place again.
        assert!(pin!(gate.enter()).poll(&mut context).is_ready());
    }
}
