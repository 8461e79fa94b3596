//! Goes over all sealed values in batches, until none is left that an earlier secret opens.

use std::time::{Duration, Instant};

use super::tally::Tally;
use crate::{
    store::{
        StoreError,
        database::{SealedColumn, SealedRecords},
        repository::rotation::{Batch, Rotation, UnreadyNode},
    },
    telemetry,
};

/// Maximum number of passes. A second one verifies the first; a further one is needed only if a
/// value was sealed with an earlier secret meanwhile.
const MAX_PASSES: u32 = 5;
/// The default pause after a batch, as a multiple of the time that the batch took, and its minimum.
/// SQLite does not queue writers: a server that waits finds the pause by trying again.
const PAUSE_FACTOR: u32 = 3;
const MIN_PAUSE: Duration = Duration::from_millis(5);
/// The interval of progress reports.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(2);

/// How fast to go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pacing {
    pub(super) batch_size: u32,
    /// The pause after a batch, in place of one that depends on the time that it took.
    pub(super) pause: Option<Duration>,
}

impl Pacing {
    fn pause_after(self, batch: Duration) -> Duration {
        self.pause
            .unwrap_or_else(|| (batch * PAUSE_FACTOR).max(MIN_PAUSE))
    }
}

/// The passes of a rotation.
#[derive(Debug)]
pub(super) struct Passes<'a, D> {
    pub(super) rotation: &'a Rotation<D>,
    pub(super) pacing: Pacing,
    /// Whether no progress is reported.
    pub(super) is_quiet: bool,
}

/// A rotation did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Incomplete {
    /// The database fails.
    #[error("the rotation stopped; what was re-encrypted stays so, and the next run continues")]
    Store(#[from] StoreError),
    /// A server is not configured for it.
    #[error("nothing more is re-encrypted")]
    Node(#[from] UnreadyNode),
    /// Values with an earlier secret keep coming.
    #[error(
        "{0} values are still encrypted with an earlier secret: something writes to this database with it"
    )]
    Endless(u64),
    /// Values do not open.
    #[error(
        "{0} values open with none of these secrets. If they were encrypted with another one, add it to ENCRYPTION_SECRET_PREVIOUS and run this again; if it is lost, the people of these connections have to connect again"
    )]
    Unopened(u64),
}

impl<D: SealedRecords> Passes<'_, D> {
    /// Re-encrypts all values, or counts them in a dry run.
    pub(super) async fn run(&self, tally: &mut Tally) -> Result<(), Incomplete> {
        if tally.is_dry_run() {
            self.pass(tally).await?;
            // Counted all the same: an operator asks before the server is restarted.
            self.check_nodes().await?;
        } else {
            for pass in 1.. {
                let before = tally.reencrypted();
                self.pass(tally).await?;
                if tally.earlier() == 0 && tally.reencrypted() == before {
                    break;
                }
                if pass == MAX_PASSES {
                    return Err(Incomplete::Endless(tally.earlier()));
                }
            }
        }
        match tally.unopened() {
            0 => Ok(()),
            count => Err(Incomplete::Unopened(count)),
        }
    }

    async fn pass(&self, tally: &mut Tally) -> Result<(), Incomplete> {
        tally.begin_pass();
        for column in SealedColumn::ALL {
            let mut progress = Progress::new(self.rotation.count(column).await?);
            let mut after = None;
            loop {
                let begun = Instant::now();
                let limit = self.pacing.batch_size;
                let batch = if tally.is_dry_run() {
                    self.rotation
                        .inspect(column, after.as_deref(), limit)
                        .await?
                } else {
                    // Before each batch: a server may have started meanwhile.
                    self.check_nodes().await?;
                    self.rotation
                        .reseal(column, after.as_deref(), limit)
                        .await?
                };
                tally.add(column, &batch);
                if !self.is_quiet {
                    progress.report(column, &batch);
                }
                let Some(last) = batch.last else { break };
                after = Some(last);
                if batch.replaced > 0 {
                    tokio::time::sleep(self.pacing.pause_after(begun.elapsed())).await;
                }
            }
        }
        Ok(())
    }

    async fn check_nodes(&self) -> Result<(), Incomplete> {
        self.rotation.check_nodes().await??;
        Ok(())
    }
}

/// Reports the progress in a column from time to time.
#[derive(Debug)]
struct Progress {
    all: u64,
    done: u64,
    reported_at: Instant,
}

impl Progress {
    fn new(all: u64) -> Self {
        Self {
            all,
            done: 0,
            reported_at: Instant::now(),
        }
    }

    fn report(&mut self, column: SealedColumn, batch: &Batch) {
        self.done += batch.current + batch.earlier + batch.unopened.len() as u64;
        if self.reported_at.elapsed() < PROGRESS_INTERVAL {
            return;
        }
        self.reported_at = Instant::now();
        // Rows are inserted meanwhile.
        let all = self.all.max(self.done);
        telemetry::print(&format!(
            "{}.{}: {} of {all} values ({} %)",
            column.table(),
            column.column(),
            self.done,
            self.done * 100 / all.max(1)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_in_proportion_to_its_batch() {
        let pacing = |pause| Pacing {
            batch_size: 1,
            pause,
        };
        let ms = Duration::from_millis;
        assert_eq!(pacing(None).pause_after(ms(20)), ms(60));
        assert_eq!(pacing(None).pause_after(ms(0)), MIN_PAUSE);
        assert_eq!(pacing(Some(ms(0))).pause_after(ms(20)), ms(0));
    }
}
