//! A semaphore with priorities, which bounds the requests that are sent at once.

use std::{
    cell::RefCell,
    fmt,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// The priority of a request. Equal ones are served in order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A single document that somebody waits for.
    Single,
    /// A part of a visible list.
    Shown,
    /// A part of a list that is not visible.
    Behind,
}

/// A semaphore. A released permit is handed over to the next waiter, so that a task that releases
/// one and acquires again queues behind the others.
#[derive(Clone, Debug)]
pub struct Semaphore(Rc<RefCell<Inside>>);

#[derive(Debug)]
struct Inside {
    free: usize,
    last: u64,
    /// The waiters, in order of arrival.
    waiting: Vec<Waiting>,
}

struct Waiting {
    number: u64,
    /// Evaluated when a permit is free: the visible list may have changed since.
    rank: Box<dyn Fn() -> Priority>,
    waker: Waker,
    /// Whether a permit is reserved for it.
    called: bool,
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("number", &self.number)
            .field("called", &self.called)
            .finish_non_exhaustive()
    }
}

/// Permits one request until it is dropped.
#[derive(Debug)]
pub struct Permit(Semaphore);

/// A position in the queue until it is dropped.
struct Ticket<'a> {
    gate: &'a Semaphore,
    number: Option<u64>,
}

impl Semaphore {
    /// Creates a semaphore with this number of permits.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self(Rc::new(RefCell::new(Inside {
            free: places,
            last: 0,
            waiting: Vec::new(),
        })))
    }

    /// Acquires a permit.
    pub async fn enter(&self, rank: impl Fn() -> Priority + 'static) -> Permit {
        let mut rank: Option<Box<dyn Fn() -> Priority>> = Some(Box::new(rank));
        let mut ticket = Ticket {
            gate: self,
            number: None,
        };
        poll_fn(|context| ticket.poll(context, &mut rank)).await
    }

    /// Hands a released permit over, or keeps it.
    fn hand_over(&self) {
        let mut inside = self.0.borrow_mut();
        let next = inside
            .waiting
            .iter_mut()
            .filter(|one| !one.called)
            .min_by_key(|one| (one.rank)());
        let waker = next.map(|next| {
            next.called = true;
            next.waker.clone()
        });
        match waker {
            Some(waker) => {
                drop(inside);
                waker.wake();
            }
            None => inside.free += 1,
        }
    }
}

impl Ticket<'_> {
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        rank: &mut Option<Box<dyn Fn() -> Priority>>,
    ) -> Poll<Permit> {
        let mut inside = self.gate.0.borrow_mut();
        let Some(number) = self.number else {
            // While a permit is free, every waiter has been woken.
            if let Some(left) = inside.free.checked_sub(1) {
                inside.free = left;
                return Poll::Ready(Permit(self.gate.clone()));
            }
            if let Some(rank) = rank.take() {
                inside.last += 1;
                let number = inside.last;
                let waker = context.waker().clone();
                inside.waiting.push(Waiting {
                    number,
                    rank,
                    waker,
                    called: false,
                });
                self.number = Some(number);
            }
            return Poll::Pending;
        };
        let Some(at) = inside.waiting.iter().position(|one| one.number == number) else {
            return Poll::Pending;
        };
        if inside.waiting[at].called {
            inside.waiting.remove(at);
            self.number = None;
            return Poll::Ready(Permit(self.gate.clone()));
        }
        inside.waiting[at].waker.clone_from(context.waker());
        Poll::Pending
    }
}

impl Drop for Ticket<'_> {
    /// A waiter that is dropped does not block the others.
    fn drop(&mut self) {
        let Some(number) = self.number else {
            return;
        };
        let mut inside = self.gate.0.borrow_mut();
        let at = inside.waiting.iter().position(|one| one.number == number);
        let was_called = at.is_some_and(|at| inside.waiting.remove(at).called);
        drop(inside);
        if was_called {
            self.gate.hand_over();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.hand_over();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::Future,
        pin::{Pin, pin},
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::Wake,
    };

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn entered(future: Pin<&mut impl Future<Output = Permit>>) -> Option<Permit> {
        let mut context = Context::from_waker(Waker::noop());
        match future.poll(&mut context) {
            Poll::Ready(pass) => Some(pass),
            Poll::Pending => None,
        }
    }

    const fn shown() -> Priority {
        Priority::Shown
    }

    #[test]
    fn one_more_waits_until_one_leaves() {
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut context = Context::from_waker(&waker);
        let gate = Semaphore::new(1);
        let first = entered(pin!(gate.enter(shown))).expect("a place");
        // A waiter that is dropped does not block the others.
        assert!(entered(pin!(gate.enter(shown))).is_none());
        let mut second = pin!(gate.enter(shown));
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(first);
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        assert!(second.poll(&mut context).is_ready());
        // The second permit was dropped at once, so that one is free again.
        assert!(entered(pin!(gate.enter(shown))).is_some());
    }

    #[test]
    fn who_leaves_and_comes_back_at_once_stands_behind_those_who_wait() {
        let gate = Semaphore::new(1);
        let first = entered(pin!(gate.enter(shown))).expect("a place");
        let mut second = pin!(gate.enter(shown));
        assert!(entered(second.as_mut()).is_none());
        drop(first);
        // Before the second one has been polled again.
        let mut again = pin!(gate.enter(shown));
        assert!(entered(again.as_mut()).is_none());
        let second = entered(second).expect("its turn");
        assert!(entered(again.as_mut()).is_none());
        drop(second);
        assert!(entered(again).is_some());
    }

    #[test]
    fn what_is_waited_for_goes_first_whenever_it_came() {
        let gate = Semaphore::new(1);
        let first = entered(pin!(gate.enter(shown))).expect("a place");
        let mut behind = pin!(gate.enter(|| Priority::Behind));
        let looked = Rc::new(Cell::new(Priority::Behind));
        let rank = Rc::clone(&looked);
        let mut turned_to = pin!(gate.enter(move || rank.get()));
        let mut single = pin!(gate.enter(|| Priority::Single));
        assert!(entered(behind.as_mut()).is_none());
        assert!(entered(turned_to.as_mut()).is_none());
        assert!(entered(single.as_mut()).is_none());
        drop(first);
        assert!(entered(behind.as_mut()).is_none());
        let single = entered(single).expect("the first turn");
        // The list is visible now, though it was not when the request was queued.
        looked.set(Priority::Shown);
        drop(single);
        assert!(entered(behind.as_mut()).is_none());
        drop(entered(turned_to).expect("the second turn"));
        assert!(entered(behind).is_some());
    }

    #[test]
    fn a_place_of_one_who_was_called_and_gave_up_is_handed_on() {
        let gate = Semaphore::new(1);
        let first = entered(pin!(gate.enter(shown))).expect("a place");
        let mut last = pin!(gate.enter(|| Priority::Behind));
        {
            let mut given_up = pin!(gate.enter(shown));
            assert!(entered(given_up.as_mut()).is_none());
            assert!(entered(last.as_mut()).is_none());
            drop(first);
        }
        assert!(entered(last).is_some());
    }
}
