//! The threads that serve connections: each has a runtime of its own, and a connection stays on its
//! thread.
//!
//! A request, the read at Snyk that answers it and both sockets are then polled by one thread. On a
//! runtime with several threads, each step wakes another one, which costs more than the proxy's own
//! work (`docs/benchmarks.md`). The price is that a thread cannot take over the connections of
//! another one that is busy: nothing that runs on a worker may block or compute for long.

use std::{future::Future, io, num::NonZeroUsize, thread};

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};
use tokio_util::task::TaskTracker;

/// The worker threads. They end when this value is dropped, with all tasks that they still run.
#[derive(Debug)]
pub struct Workers(Vec<Worker>);

#[derive(Debug)]
struct Worker {
    runtime: Handle,
    connections: TaskTracker,
    /// Ends the thread when dropped.
    _running: oneshot::Sender<()>,
}

impl Workers {
    /// Starts that many threads.
    ///
    /// # Errors
    ///
    /// If the operating system refuses a thread or its event queue.
    pub fn start(count: NonZeroUsize) -> io::Result<Self> {
        (1..=count.get())
            .map(Worker::start)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns the number of threads that the machine, or the quota of the container, has cores for.
    #[must_use]
    pub fn available() -> NonZeroUsize {
        thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
    }

    /// Serves a connection on the thread that has the fewest.
    pub(super) fn spawn(&self, connection: impl Future<Output = ()> + Send + 'static) {
        if let Some(worker) = self.0.iter().min_by_key(|worker| worker.connections.len()) {
            worker.connections.spawn_on(connection, &worker.runtime);
        }
    }

    /// Waits until all connections are closed. There must be no further ones.
    pub(super) async fn wait(&self) {
        for worker in &self.0 {
            worker.connections.close();
            worker.connections.wait().await;
        }
    }
}

impl Worker {
    fn start(number: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let (running, ended) = oneshot::channel();
        let worker = Self {
            runtime: runtime.handle().clone(),
            connections: TaskTracker::new(),
            _running: running,
        };
        thread::Builder::new()
            .name(format!("worker-{number}"))
            .spawn(move || {
                // The sender sends nothing: it is dropped.
                let _ = runtime.block_on(ended);
                runtime.shutdown_background();
            })?;
        Ok(worker)
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, sync::Arc, time::Duration};

    use tokio::sync::{Semaphore, mpsc};

    use super::*;

    const COUNT: NonZeroUsize = NonZeroUsize::new(3).unwrap();

    #[tokio::test]
    async fn connections_are_spread_evenly_and_stay_on_their_thread() {
        let workers = Workers::start(COUNT).unwrap();
        let closing = Arc::new(Semaphore::new(0));
        let (tell, mut told) = mpsc::unbounded_channel();
        for _ in 0..9 {
            let (closing, tell) = (Arc::clone(&closing), tell.clone());
            workers.spawn(async move {
                let before = thread::current().id();
                let _ = closing.acquire().await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                let _ = tell.send((before, thread::current().id()));
            });
        }
        closing.add_permits(9);
        tokio::time::timeout(Duration::from_secs(10), workers.wait())
            .await
            .unwrap();
        let mut counts = HashMap::new();
        for _ in 0..9 {
            let (before, after) = told.recv().await.unwrap();
            assert_eq!(before, after);
            *counts.entry(before).or_insert(0) += 1;
        }
        assert_eq!(counts.into_values().collect::<Vec<_>>(), [3; 3]);
    }

    #[tokio::test]
    async fn dropped_workers_end_what_they_still_run() {
        let workers = Workers::start(COUNT).unwrap();
        let (held, mut ended) = mpsc::channel::<()>(1);
        workers.spawn(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        drop(workers);
        let ended = tokio::time::timeout(Duration::from_secs(10), ended.recv());
        assert_eq!(ended.await.unwrap(), None);
    }
}
