//! The store over any database: seals what an adapter gets and opens what it returns, applies the
//! rules, and writes the compound changes.
//!
//! It is the only part that knows keys. An adapter gets sealed tokens ([`super::database`]), and
//! whoever uses the store gets open ones, if at all.

mod account;
mod connections;
mod key_faults;
mod leases;
mod login;
mod orphans;
mod revocations;
pub mod rotation;
pub mod sealer;
mod sessions;
mod shared_work;

use std::{error::Error as _, sync::Arc};

use domain::vault::{CannotOpen, Vault};

use self::sealer::Sealer;
use super::{StoreError, database::Database};

/// Maximum number of times that a compound change is run if other ones conflict with it.
const MAX_ATTEMPTS: u32 = 5;

/// A store over a database.
#[derive(Debug)]
pub struct Repository<D> {
    database: Arc<D>,
    sealer: Sealer,
}

/// The reasons why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its tokens were sealed with a key that is not configured.
    #[error(
        "the tokens in the database {0} were sealed with another ENCRYPTION_SECRET: set that one again, or name it in ENCRYPTION_SECRET_PREVIOUS; nothing was changed"
    )]
    OtherKey(String),
    /// The database cannot be read.
    #[error("the database {database} cannot be opened: {}", with_source(.cause))]
    Unusable {
        /// Where it is.
        database: String,
        /// The cause.
        #[source]
        cause: StoreError,
    },
}

impl<D: Database> Repository<D> {
    /// Opens the store in a database with the keys of a vault.
    ///
    /// # Errors
    ///
    /// If the newest token pair was sealed with a key that is not in the ring: better reported at
    /// the start than by every request.
    pub async fn open(database: Arc<D>, vault: Arc<Vault>) -> Result<Self, OpenError> {
        let sealer = Sealer::new(vault);
        let location = database.location();
        let unusable = |cause| OpenError::Unusable {
            database: location,
            cause,
        };
        match database.newest_tokens().await {
            Ok(Some(newest)) if sealer.check_keys(&newest) == Err(CannotOpen::UnknownKey) => {
                Err(OpenError::OtherKey(database.location()))
            }
            Ok(_) => match database.announce_keys(&sealer.key_ids()).await {
                Ok(()) => Ok(Self { database, sealer }),
                Err(cause) => Err(unusable(cause)),
            },
            Err(cause) => Err(unusable(cause)),
        }
    }
}

/// Describes an error with its immediate cause.
fn with_source(error: &StoreError) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// Runs a compound change, and again from its beginning if another one conflicted with it.
async fn retry<T, F>(mut change: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    for _ in 1..MAX_ATTEMPTS {
        match change().await {
            Err(StoreError::Conflict(_)) => {}
            done => return done,
        }
    }
    change().await
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    async fn runs_of(change: impl Fn(u32) -> Result<(), StoreError>) -> (u32, bool) {
        let runs = AtomicU32::new(0);
        let done = retry(|| async { change(runs.fetch_add(1, Ordering::Relaxed)) }).await;
        (runs.into_inner(), done.is_ok())
    }

    #[tokio::test]
    async fn a_change_that_conflicts_is_run_again_but_not_for_ever() {
        let conflict = || Err(StoreError::Conflict(sqlx::Error::WorkerCrashed));
        for (conflicts, runs, is_done) in [(0, 1, true), (1, 2, true), (4, 5, true), (5, 5, false)]
        {
            let change = |run| if run < conflicts { conflict() } else { Ok(()) };
            assert_eq!(runs_of(change).await, (runs, is_done), "{conflicts}");
        }
    }

    #[tokio::test]
    async fn a_change_that_fails_is_not_run_again() {
        let failed = runs_of(|_| Err(StoreError::TooSlow)).await;
        assert_eq!(failed, (1, false));
    }
}
