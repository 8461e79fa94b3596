//! What the leader does for the administration from time to time: removes what is over, and describes
//! connections of earlier versions. All of it in batches, since another write may wait for one of them.

use std::time::Duration;

use domain::{connection::Label, ids::EventId};
use jiff::{SignedDuration, Timestamp};

use crate::store::{
    StoreError,
    database::{AdminRecords, EventGroup, Undescribed},
};

/// How many days events are kept.
pub const KEPT_DAYS: u32 = 30;
/// Interval at which this is done.
pub const INTERVAL: Duration = Duration::from_mins(1);

/// Maximum number of events that are kept, and of those of kinds that are frequent: what an
/// administrator did, and whose access ended, is not pushed out by them.
const KEPT_EVENTS: [(EventGroup, u32); 2] =
    [(EventGroup::Frequent, 100_000), (EventGroup::All, 200_000)];
/// Maximum number of rows that are changed at once.
const BATCH: u32 = 50;
/// Maximum number of batches in a round; the next one continues.
const MAX_BATCHES: u32 = 200;

/// Does a round.
///
/// # Errors
///
/// If the store fails. What has been done stays done.
pub async fn run(records: &dyn AdminRecords, now: Timestamp) -> Result<(), StoreError> {
    for _ in 0..MAX_BATCHES {
        if records.delete_admin_sessions(now, BATCH).await? < u64::from(BATCH) {
            break;
        }
    }
    describe(records).await?;
    let kept = SignedDuration::from_hours(24 * i64::from(KEPT_DAYS));
    let since = now.saturating_sub(kept).unwrap_or(now);
    let since = EventId::first_at(since.as_millisecond().unsigned_abs());
    delete_events(records, EventGroup::All, &since).await?;
    for (group, kept) in KEPT_EVENTS {
        if let Some(last) = records.last_event_beyond(group, kept).await? {
            delete_events(records, group, &last).await?;
        }
    }
    Ok(())
}

async fn delete_events(
    records: &dyn AdminRecords,
    group: EventGroup,
    last: &EventId,
) -> Result<(), StoreError> {
    for _ in 0..MAX_BATCHES {
        if records.delete_events(group, last, BATCH).await? < u64::from(BATCH) {
            break;
        }
    }
    Ok(())
}

/// Gives connections that an earlier version stored what they are found by.
async fn describe(records: &dyn AdminRecords) -> Result<(), StoreError> {
    for _ in 0..MAX_BATCHES {
        let found = records.undescribed(BATCH).await?;
        let is_last = found.len() < BATCH as usize;
        let label = |one: Undescribed| (one.id, Label::of(one.context, &one.orgs));
        let labels: Vec<_> = found.into_iter().map(label).collect();
        if !labels.is_empty() {
            records.describe(&labels).await?;
        }
        if is_last {
            break;
        }
    }
    Ok(())
}
