//! The activity log: what happened to connections and sessions, for administrators (SEC-73).
//!
//! An event is noted from anywhere, as a log line is, and is stored by a task of its own. Noting one
//! waits for nothing and fails never: whatever does not fit into the queue is counted, and the count is
//! logged. An event is made of ids, numbers and words of the program only; text of others is cleaned and
//! bounded. So it can hold no secret, and cannot forge a line.

mod event;
mod text;

use std::sync::{
    LazyLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::sync::{
    Mutex,
    mpsc::{self, Receiver, Sender},
};

pub use self::event::Event;

/// Maximum number of events that wait to be stored.
const CAPACITY: usize = 4_096;

/// The queue of this process. It is not a part of the server's state, since what is told of happens in
/// every part of it.
static QUEUE: LazyLock<Queue> = LazyLock::new(Queue::new);

struct Queue {
    /// Whether somebody stores events: a command that is no server notes none.
    is_on: AtomicBool,
    sender: Sender<Event>,
    receiver: Mutex<Receiver<Event>>,
    lost: AtomicU64,
}

impl Queue {
    fn new() -> Self {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        Self {
            is_on: AtomicBool::new(false),
            sender,
            receiver: Mutex::new(receiver),
            lost: AtomicU64::new(0),
        }
    }

    fn note(&self, event: Event) {
        if self.is_on.load(Ordering::Relaxed) && self.sender.try_send(event).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
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

/// Waits for events, and appends at most `limit` of them.
pub async fn take(events: &mut Vec<Event>, limit: usize) {
    QUEUE.receiver.lock().await.recv_many(events, limit).await;
}

/// Returns the events that wait, without waiting for any.
#[must_use]
pub fn take_waiting() -> Vec<Event> {
    let mut events = Vec::new();
    if let Ok(mut receiver) = QUEUE.receiver.try_lock() {
        while let Ok(event) = receiver.try_recv() {
            events.push(event);
        }
    }
    events
}

/// Counts events that were taken and could not be stored.
pub fn count_lost(events: usize) {
    let events = u64::try_from(events).unwrap_or(u64::MAX);
    QUEUE.lost.fetch_add(events, Ordering::Relaxed);
}

/// Returns how many events have been lost since the last call.
#[must_use]
pub fn take_lost() -> u64 {
    QUEUE.lost.swap(0, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

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
