//! Notifications between nodes (`LISTEN` and `NOTIFY`): an entry in the feed is read at once.
//!
//! They only shorten the wait for the next poll. So one that is lost, or a database or pooler that has
//! none, costs nothing but that time. Each node listens on one connection of its own. It notifies
//! after the commit and not in the transaction, where the database would order all of them by one
//! lock, and not more often than others need to know.
//!
//! A pooler that shares connections would pass a notification to whoever uses the connection that once
//! listened, whose driver takes it for a broken answer. So a node listens only if its connections have
//! server processes of their own.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool, Row as _,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::{sync::Notify, task::JoinHandle};

use super::{feed::Feed, pool::Pool};
use crate::backoff::{add_jitter, with_jitter};

const CHANNEL: &str = "snyk_app_changes";
/// Interval of polls, and the most that chance adds to it, so that nodes do not poll at once.
const POLL_INTERVAL: Duration = Duration::from_millis(400);
const POLL_JITTER: Duration = Duration::from_millis(200);
/// Time between two notifications of one node.
const NOTIFY_INTERVAL: Duration = Duration::from_millis(20);
/// Delay after a failure.
const RETRY_DELAY: Duration = Duration::from_secs(5);
/// Number of times that the processes of two connections are compared.
const COMPARISONS: u32 = 10;
/// Timeout of that.
const COMPARISON_TIMEOUT: Duration = Duration::from_secs(2);

/// The tasks that send and receive notifications. They end when this is dropped.
#[derive(Debug)]
pub(super) struct Notifications {
    arrived: Arc<Notify>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Notifications {
    /// Starts to listen, and to notify others of what the feed of this node writes.
    pub(super) fn start(pool: &Pool, feed: &Arc<Feed>) -> Self {
        let arrived = Arc::new(Notify::new());
        let tasks = vec![
            tokio::spawn(listen(pool.options().clone(), Arc::clone(&arrived))),
            tokio::spawn(notify(pool.plain().clone(), Arc::clone(feed))),
        ];
        Self {
            arrived,
            tasks: Mutex::new(tasks),
        }
    }

    /// Waits for a notification, or until it is time to poll.
    pub(super) async fn wait(&self) {
        tokio::select! {
            () = self.arrived.notified() => {}
            () = tokio::time::sleep(add_jitter(POLL_INTERVAL, POLL_JITTER)) => {}
        }
    }

    pub(super) fn stop(&self) {
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            task.abort();
        }
    }
}

impl Drop for Notifications {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn listen(options: PgConnectOptions, arrived: Arc<Notify>) {
    // A pool of one, which reconnects.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.clone());
    loop {
        let compared = tokio::time::timeout(COMPARISON_TIMEOUT, is_direct(&options)).await;
        let error = match compared.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
            Ok(true) => match listen_until_failure(&pool, &arrived).await {
                Ok(never) => match never {},
                Err(error) => error,
            },
            Ok(false) => {
                tracing::info!("Connections to the database are shared by a pooler: it is polled");
                return;
            }
            Err(error) => error,
        };
        tracing::debug!(%error, "Notifications of other nodes do not arrive; they are polled");
        tokio::time::sleep(with_jitter(RETRY_DELAY, RETRY_DELAY)).await;
    }
}

/// Returns whether each connection has a server process of its own. A pooler gives the one of an idle
/// connection to the next transaction of another, and another one to its own next transaction.
async fn is_direct(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut first = options.connect().await?;
    let mut second = options.connect().await?;
    let mut is_direct = true;
    for _ in 0..COMPARISONS {
        let before = process_of(&mut first).await?;
        let mut tx = second.begin().await?;
        // A pooler with few processes has none for a query beside this transaction: it is asked for
        // one only if the two differ so far.
        is_direct =
            before != process_of(&mut tx).await? && before == process_of(&mut first).await?;
        tx.rollback().await?;
        if !is_direct {
            break;
        }
    }
    first.close().await?;
    second.close().await?;
    Ok(is_direct)
}

async fn process_of(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()").fetch_one(connection);
    row.await?.try_get(0)
}

async fn listen_until_failure(
    pool: &PgPool,
    arrived: &Notify,
) -> Result<std::convert::Infallible, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // `None` is a connection that was lost and made again: something may have been missed.
        let _notification = listener.try_recv().await?;
        arrived.notify_one();
    }
}

async fn notify(pool: PgPool, feed: Arc<Feed>) {
    loop {
        feed.written.notified().await;
        let sent = sqlx::raw_sql(AssertSqlSafe(format!("NOTIFY {CHANNEL}")))
            .execute(&pool)
            .await;
        let delay = match sent {
            Ok(_) => NOTIFY_INTERVAL,
            Err(error) => {
                tracing::debug!(%error, "Other nodes cannot be notified; they poll");
                with_jitter(RETRY_DELAY, RETRY_DELAY)
            }
        };
        tokio::time::sleep(delay).await;
    }
}
