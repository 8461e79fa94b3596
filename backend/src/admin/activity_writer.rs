//! Stores the events of the activity log, in a task of its own. Nothing waits for it: while the database
//! is away, events wait in the queue, and what does not fit is counted.

use std::time::{Duration, Instant};

use crate::{
    activity::{self, Event},
    store::{
        StoreError,
        database::{AdminRecords, NewEvent},
    },
};

/// Maximum number of events that are stored at once.
const BATCH: usize = 100;
/// Delay before a batch is tried again, and the maximum number of attempts: the database is away for
/// minutes at most, and the queue holds that long in most cases.
const RETRY_DELAY: Duration = Duration::from_secs(1);
const MAX_ATTEMPTS: u32 = 60;
/// How long the last events may take at a stop.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(3);
/// Interval at which lost events are logged.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// Stores events as they come, for ever.
pub async fn run(records: &dyn AdminRecords) {
    let mut logged_at = None;
    loop {
        let batch = activity::take(BATCH).await;
        let mut attempt = 1;
        loop {
            match store(records, batch.events()).await {
                Ok(()) => {
                    batch.stored();
                    break;
                }
                Err(error) if attempt == MAX_ATTEMPTS => {
                    tracing::debug!(%error, "Events of the activity log cannot be stored");
                    batch.lost_except(0);
                    break;
                }
                Err(_) => {
                    attempt += 1;
                    tokio::time::sleep(RETRY_DELAY).await;
                }
            }
        }
        if logged_at.is_none_or(|at: Instant| at.elapsed() >= LOG_INTERVAL) {
            logged_at = Some(Instant::now());
            log_lost();
        }
    }
}

/// Stores what waits, at a stop, and logs how much was lost.
pub async fn flush(records: &dyn AdminRecords) {
    let end = tokio::time::Instant::now() + FLUSH_TIMEOUT;
    if let Ok(batch) = tokio::time::timeout_at(end, activity::take_last()).await {
        let mut stored = 0;
        let all = async {
            for events in batch.events().chunks(BATCH) {
                while store(records, events).await.is_err() {
                    tokio::time::sleep(RETRY_DELAY).await;
                }
                stored += events.len();
            }
        };
        // The events that are not stored by then are counted below.
        let _in_time = tokio::time::timeout_at(end, all).await;
        batch.lost_except(stored);
    } else {
        activity::give_up();
    }
    log_lost();
}

fn log_lost() {
    let lost = activity::take_lost();
    if lost > 0 {
        tracing::warn!(lost, "Events of the activity log were lost");
    }
}

/// Stores events. They keep their ids, so that those that may have been stored already are stored once.
async fn store(records: &dyn AdminRecords, events: &[Event]) -> Result<(), StoreError> {
    let new: Vec<_> = events.iter().map(record).collect();
    records.insert_events(&new).await?;
    for event in events {
        if let (Some(connection), Some(generation)) = (&event.connection, event.failed_generation) {
            let marked = records.mark_refresh_failed(connection, generation);
            marked.await?;
        }
    }
    Ok(())
}

fn record(event: &Event) -> NewEvent {
    NewEvent {
        id: event.id.clone(),
        at: event.at,
        kind: event.kind,
        detail: event.detail.clone(),
        connection: event.connection.clone(),
        request_id: event.request_id.clone(),
    }
}
