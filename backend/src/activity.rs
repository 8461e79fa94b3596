//! The activity log: what happened to connections and sessions, for administrators (SEC-73).
//!
//! An event is noted from anywhere, as a log line is, and is stored by a task of its own. Noting one
//! waits for nothing and fails never: whatever does not fit into the queue is counted, and the count is
//! logged. An event is made of ids, numbers and words of the program only; text of others is cleaned and
//! bounded. So it can hold no secret, and cannot forge a line.

mod event;
mod text;

use std::sync::{
    LazyLock, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::sync::{
    Mutex,
    mpsc::{self, Receiver, Sender},
};

pub use self::event::{Event, FREQUENT};

/// Maximum number of events that wait to be stored.
const CAPACITY: usize = 4_096;

/// How many of these places are kept for events of kinds that are not [`FREQUENT`].
const RESERVED: usize = CAPACITY / 4;

/// The queue of this process. It is not a part of the server's state, since what is told of happens in
/// every part of it.
static QUEUE: LazyLock<Queue> = LazyLock::new(Queue::new);

/// The right to receive events, which one batch has at a time.
type Receiving = tokio::sync::MutexGuard<'static, Receiver<Event>>;

#[derive(Debug)]
struct Queue {
    /// Whether somebody stores events: a command that is no server notes none.
    is_on: AtomicBool,
    sender: Sender<Event>,
    receiver: Mutex<Receiver<Event>>,
    /// Events that were taken and given back.
    returned: std::sync::Mutex<Vec<Event>>,
    lost: AtomicU64,
}

impl Queue {
    fn new() -> Self {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        Self {
            is_on: AtomicBool::new(false),
            sender,
            receiver: Mutex::new(receiver),
            returned: std::sync::Mutex::default(),
            lost: AtomicU64::new(0),
        }
    }

    fn returned(&self) -> MutexGuard<'_, Vec<Event>> {
        self.returned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, event: Event) {
        if !self.is_on.load(Ordering::Relaxed) {
            return;
        }
        let is_frequent = FREQUENT.contains(&event.kind);
        let has_room = !is_frequent || self.sender.capacity() > RESERVED;
        if !has_room || self.sender.try_send(event).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn take(&'static self, limit: usize) -> Batch {
        let mut receiver = self.receiver.lock().await;
        let mut events = std::mem::take(&mut *self.returned());
        if events.is_empty() {
            receiver.recv_many(&mut events, limit).await;
        }
        self.batch(events, receiver)
    }

    async fn take_last(&'static self) -> Batch {
        let mut receiver = self.receiver.lock().await;
        receiver.close();
        let mut events = std::mem::take(&mut *self.returned());
        while let Ok(event) = receiver.try_recv() {
            events.push(event);
        }
        self.batch(events, receiver)
    }

    fn batch(&'static self, events: Vec<Event>, receiver: Receiving) -> Batch {
        Batch {
            events,
            queue: self,
            _receiving: receiver,
        }
    }

    fn count_lost(&self, number: usize) {
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        self.lost.fetch_add(number, Ordering::Relaxed);
    }
}

/// Begins to keep events. They are lost as long as nobody takes them and the queue is full.
pub fn start() {
    QUEUE.is_on.store(true, Ordering::Relaxed);
}

/// Notes an event. It belongs to the request that this task serves.
pub fn note(event: Event) {
    QUEUE.note(event);
}

/// Events that are being stored. If it is dropped before they are, because the task was cancelled, they
/// wait again. There is one at a time, so that at a stop none is overlooked that a task still has.
#[derive(Debug)]
pub struct Batch {
    events: Vec<Event>,
    queue: &'static Queue,
    _receiving: Receiving,
}

impl Batch {
    /// Returns the events.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Forgets the events: they have been stored.
    pub fn stored(mut self) {
        self.events.clear();
    }

    /// Forgets the events, and counts them as lost, except for the first ones, which have been stored.
    pub fn lost_except(mut self, stored: usize) {
        self.queue
            .count_lost(self.events.len().saturating_sub(stored));
        self.events.clear();
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if !self.events.is_empty() {
            self.queue.returned().append(&mut self.events);
        }
    }
}

/// Waits for events, and takes at most `limit` of them.
pub async fn take(limit: usize) -> Batch {
    QUEUE.take(limit).await
}

/// Takes the events that wait, without waiting for any, once the task that stores others has ended.
/// Those that are noted later are lost.
pub async fn take_last() -> Batch {
    QUEUE.take_last().await
}

/// Counts the events in the queue as lost, because nobody takes them any more.
pub fn give_up() {
    QUEUE.count_lost(QUEUE.sender.max_capacity() - QUEUE.sender.capacity());
}

/// Returns how many events have been lost since the last call.
#[must_use]
pub fn take_lost() -> u64 {
    QUEUE.lost.swap(0, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> &'static Queue {
        let queue = Queue::new();
        queue.is_on.store(true, Ordering::Relaxed);
        Box::leak(Box::new(queue))
    }

    #[tokio::test]
    async fn a_batch_that_was_not_stored_waits_again() {
        let queue = queue();
        queue.note(Event::secret_reread());
        drop(queue.take(9).await);
        queue.take(9).await.stored();
        for _ in 0..3 {
            queue.note(Event::secret_reread());
        }
        drop(queue.take(9).await);
        queue.take(9).await.lost_except(1);
        assert_eq!(queue.lost.load(Ordering::Relaxed), 2);
        assert_eq!(queue.take_last().await.events().len(), 0);
        queue.note(Event::secret_reread());
        assert_eq!(queue.lost.load(Ordering::Relaxed), 3, "it has stopped");
    }

    #[tokio::test]
    async fn at_a_stop_nothing_is_overlooked_while_the_task_that_stores_still_ends() {
        let queue = queue();
        let storing = tokio::spawn(queue.take(1));
        tokio::task::yield_now().await;
        storing.abort();
        queue.note(Event::secret_reread());
        assert_eq!(queue.take_last().await.events().len(), 1);
    }

    #[test]
    fn frequent_events_leave_places_for_others() {
        let queue = queue();
        for _ in 0..CAPACITY {
            queue.note(Event::key_fault(&domain::ids::ConnectionId::generate()));
        }
        let number = |queue: &Queue| queue.receiver.try_lock().unwrap().len();
        assert_eq!(number(queue), CAPACITY - RESERVED);
        queue.note(Event::secret_reread());
        assert_eq!(number(queue), CAPACITY - RESERVED + 1);
    }

    #[test]
    fn a_full_queue_counts_and_does_not_block() {
        let queue = Queue::new();
        queue.note(Event::secret_reread());
        assert_eq!(queue.receiver.try_lock().unwrap().len(), 0, "it is off");
        queue.is_on.store(true, Ordering::Relaxed);
        for _ in 0..CAPACITY + 3 {
            queue.note(Event::secret_reread());
        }
        assert_eq!(queue.receiver.try_lock().unwrap().len(), CAPACITY);
        assert_eq!(queue.lost.load(Ordering::Relaxed), 3);
    }
}
