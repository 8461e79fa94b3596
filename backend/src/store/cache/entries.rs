//! Cached values of one kind: bounded, with a TTL, and loaded once for concurrent readers.

use std::{hash::Hash, sync::Arc, time::Duration};

use ahash::RandomState;
use moka::future::Cache;

use super::stamps::{Stamp, Stamps};
use crate::{metrics, store::StoreError};

/// A value, and the number of changes when its read began.
#[derive(Clone)]
struct Entry<V> {
    value: V,
    since: u64,
    stamps: StampsOf,
}

/// The stamps of the records that a value was read from; the same one twice if it is one record.
type StampsOf = [Stamp; 2];

impl<V> Entry<V> {
    fn is_current(&self, stamps: &Stamps) -> bool {
        stamps.are_current(&self.stamps, self.since)
    }
}

/// A load whose result is not cached, shared by all who waited for it.
enum NotKept<V> {
    /// A change overtook it.
    Outdated(Entry<V>),
    /// There is no value. That is not cached, since a client chooses the keys.
    Missing {
        since: u64,
    },
    Failed(Arc<StoreError>),
}

pub(super) struct Entries<K, V> {
    kind: metrics::Cache,
    values: Cache<K, Entry<V>, RandomState>,
    stamps_of: fn(&V) -> StampsOf,
}

impl<K, V> Entries<K, V>
where
    K: Clone + Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Creates a cache for values of this total weight.
    pub(super) fn new(
        kind: metrics::Cache,
        capacity: u64,
        ttl: Duration,
        weight: impl Fn(&V) -> u32 + Send + Sync + 'static,
        stamps_of: fn(&V) -> StampsOf,
    ) -> Self {
        let values = Cache::builder()
            .max_capacity(capacity)
            .time_to_live(ttl)
            .weigher(move |_, entry: &Entry<V>| weight(&entry.value))
            .build_with_hasher(RandomState::new());
        Self {
            kind,
            values,
            stamps_of,
        }
    }

    /// Returns a cached value, or loads it. Concurrent readers share a load, unless a change came
    /// between its beginning and their call: they would get a value that is older than the change.
    pub(super) async fn get_or_load<F>(
        &self,
        stamps: &Stamps,
        key: &K,
        load: impl Fn() -> F,
    ) -> Result<Option<V>, StoreError>
    where
        F: Future<Output = Result<Option<V>, StoreError>>,
    {
        let asked = stamps.now();
        loop {
            if let Some(value) = self.get(stamps, key).await {
                return Ok(Some(value));
            }
            let found = self
                .values
                .try_get_with_by_ref(key, self.load(stamps, load()))
                .await;
            match found {
                Ok(entry) if entry.since >= asked || entry.is_current(stamps) => {
                    return Ok(Some(entry.value));
                }
                Ok(_) => {}
                Err(not_kept) => match &*not_kept {
                    NotKept::Outdated(entry) if entry.since >= asked => {
                        return Ok(Some(entry.value.clone()));
                    }
                    NotKept::Missing { since } if *since >= asked => return Ok(None),
                    NotKept::Failed(error) => return Err(StoreError::Shared(Arc::clone(error))),
                    NotKept::Outdated(_) | NotKept::Missing { .. } => {}
                },
            }
        }
    }

    async fn load(
        &self,
        stamps: &Stamps,
        load: impl Future<Output = Result<Option<V>, StoreError>>,
    ) -> Result<Entry<V>, NotKept<V>> {
        let since = stamps.now();
        let value = load
            .await
            .map_err(|error| NotKept::Failed(Arc::new(error)))?
            .ok_or(NotKept::Missing { since })?;
        let entry = self.entry(value, since);
        if entry.is_current(stamps) {
            Ok(entry)
        } else {
            Err(NotKept::Outdated(entry))
        }
    }

    /// Returns a cached value. Removes an outdated one.
    pub(super) async fn get(&self, stamps: &Stamps, key: &K) -> Option<V> {
        let found = self.values.get(key).await;
        let is_current = found.as_ref().is_some_and(|entry| entry.is_current(stamps));
        metrics::cache_read(self.kind, is_current);
        if is_current {
            return found.map(|entry| entry.value);
        }
        if found.is_some() {
            self.values.invalidate(key).await;
        }
        None
    }

    /// Caches a value whose read began at `since`. If a change has overtaken it, no later reader
    /// gets it.
    pub(super) async fn put(&self, key: K, value: V, since: u64) {
        self.values.insert(key, self.entry(value, since)).await;
    }

    /// Drops expired values.
    pub(super) async fn sweep(&self) {
        self.values.run_pending_tasks().await;
    }

    fn entry(&self, value: V, since: u64) -> Entry<V> {
        let stamps = (self.stamps_of)(&value);
        Entry {
            value,
            since,
            stamps,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use domain::ids::ConnectionId;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::store::change::Change;

    fn id() -> ConnectionId {
        ConnectionId::presented("c")
    }

    /// A source whose loads return their number, and only when released.
    struct Source {
        loads: AtomicU32,
        began: Semaphore,
        released: Semaphore,
    }

    struct Bed {
        stamps: Stamps,
        entries: Entries<u8, u32>,
        source: Source,
    }

    impl Bed {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                stamps: Stamps::new(),
                entries: Entries::new(
                    metrics::Cache::Sessions,
                    9,
                    Duration::from_secs(5),
                    |_| 1,
                    |_| [Stamps::of_connection(&id()); 2],
                ),
                source: Source {
                    loads: AtomicU32::new(0),
                    began: Semaphore::new(0),
                    released: Semaphore::new(0),
                },
            })
        }

        async fn get(&self) -> Result<Option<u32>, StoreError> {
            self.entries
                .get_or_load(&self.stamps, &1, || async {
                    let number = self.source.loads.fetch_add(1, Ordering::SeqCst) + 1;
                    self.source.began.add_permits(1);
                    if let Ok(permit) = self.source.released.acquire().await {
                        permit.forget();
                    }
                    match number {
                        7 => Ok(None),
                        8 => Err(StoreError::TooSlow),
                        _ => Ok(Some(number)),
                    }
                })
                .await
        }

        fn spawn(self: &Arc<Self>) -> tokio::task::JoinHandle<Result<Option<u32>, StoreError>> {
            let bed = Arc::clone(self);
            tokio::spawn(async move { bed.get().await })
        }

        async fn wait_for_load(&self) {
            self.source.began.acquire().await.unwrap().forget();
        }

        fn change(&self) {
            self.stamps.record(&Change::Connection(id()));
        }
    }

    #[tokio::test]
    async fn concurrent_readers_share_one_load() {
        let bed = Bed::new();
        let readers: Vec<_> = (0..9).map(|_| bed.spawn()).collect();
        bed.wait_for_load().await;
        bed.source.released.add_permits(1);
        for reader in readers {
            assert_eq!(reader.await.unwrap().unwrap(), Some(1));
        }
        assert_eq!(bed.get().await.unwrap(), Some(1), "cached");
        assert_eq!(bed.source.loads.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_reader_after_a_change_does_not_get_a_load_from_before_it() {
        let bed = Bed::new();
        let before = bed.spawn();
        bed.wait_for_load().await;
        let with = bed.spawn();
        tokio::task::yield_now().await;
        bed.change();
        let after = bed.spawn();
        tokio::task::yield_now().await;
        bed.source.released.add_permits(2);
        assert_eq!(before.await.unwrap().unwrap(), Some(1));
        assert_eq!(with.await.unwrap().unwrap(), Some(1), "asked before it");
        assert_eq!(after.await.unwrap().unwrap(), Some(2));
        assert_eq!(bed.get().await.unwrap(), Some(2), "cached");
    }

    #[tokio::test]
    async fn what_is_missing_or_fails_is_shared_but_not_cached() {
        let bed = Bed::new();
        bed.source.loads.store(6, Ordering::SeqCst);
        for load in [7, 8] {
            let readers = [bed.spawn(), bed.spawn()];
            bed.wait_for_load().await;
            tokio::task::yield_now().await;
            bed.source.released.add_permits(1);
            for reader in readers {
                match reader.await.unwrap() {
                    Ok(found) => assert_eq!((load, found), (7, None)),
                    Err(error) => assert_eq!(
                        (load, error.to_string()),
                        (8, "the database takes too long".to_owned())
                    ),
                }
            }
            assert_eq!(bed.source.loads.load(Ordering::SeqCst), load);
        }
    }

    #[tokio::test]
    async fn a_cancelled_load_is_taken_over() {
        let bed = Bed::new();
        let first = bed.spawn();
        bed.wait_for_load().await;
        let second = bed.spawn();
        tokio::task::yield_now().await;
        first.abort();
        bed.wait_for_load().await;
        bed.source.released.add_permits(1);
        assert_eq!(second.await.unwrap().unwrap(), Some(2));
    }
}
