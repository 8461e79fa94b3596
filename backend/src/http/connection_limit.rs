//! Places for connections: so many at once, and of one client network so many, or one client would
//! take them all and shut the server for everybody (SEC-67).

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    client_ip::{ClientNetwork, TrustedProxies},
    rejection_log::RejectionLog,
};

/// What one client network may take of all places, in eighths: so much that a thousand slow clients
/// behind one address keep nobody there out, and less than half.
const EIGHTHS: usize = 3;

/// Who may be connected.
#[derive(Debug)]
pub struct ConnectionLimit {
    all: Arc<Semaphore>,
    /// Most connections of one network.
    share: usize,
    /// None where a gateway in front counts, and is itself the only network that comes.
    networks: Option<Counts>,
    /// A trusted proxy connects for many.
    trusted: Arc<TrustedProxies>,
    rejection_log: Arc<RejectionLog>,
}

type Counts = Arc<Mutex<HashMap<ClientNetwork, usize>>>;

impl ConnectionLimit {
    /// So many places in all, and of each network its share where networks are counted.
    #[must_use]
    pub fn new(
        at_once: usize,
        count_networks: bool,
        trusted: Arc<TrustedProxies>,
        rejection_log: Arc<RejectionLog>,
    ) -> Self {
        Self {
            all: Arc::new(Semaphore::new(at_once)),
            share: (at_once / 8 * EIGHTHS).max(1),
            networks: count_networks.then(Counts::default),
            trusted,
            rejection_log,
        }
    }

    /// A place for whoever comes next; waits until there is one.
    pub(super) async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        // Nobody closes it.
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// The place among those of its network; none where its share is taken.
    pub(super) fn acquire_for(&self, peer: IpAddr) -> Option<NetworkPermit> {
        let counts = match &self.networks {
            Some(counts) if !self.trusted.trusts(peer) => counts,
            _ => return Some(NetworkPermit(None)),
        };
        let network = ClientNetwork::from(peer);
        {
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(network).or_default();
            if *count < self.share {
                *count += 1;
            } else {
                drop(counts);
                self.rejection_log
                    .record(network, "too many connections at once".into());
                return None;
            }
        }
        Some(NetworkPermit(Some((Arc::clone(counts), network))))
    }
}

/// Held as long as the connection.
#[derive(Debug)]
pub(super) struct NetworkPermit(Option<(Counts, ClientNetwork)>);

impl Drop for NetworkPermit {
    fn drop(&mut self) {
        let Some((counts, network)) = &self.0 else {
            return;
        };
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = counts.entry(*network) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_67_a_network_has_its_share_and_a_trusted_proxy_no_bound() {
        let trusted = Arc::new(TrustedProxies::parse("10.0.0.1").unwrap());
        let places = ConnectionLimit::new(4_096, true, Arc::clone(&trusted), Arc::default());
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(places.share, 1_536);
        let mut held: Vec<_> = (0..places.share)
            .map(|last| {
                places
                    .acquire_for(ip(&format!("2001:db8::{last:x}")))
                    .unwrap()
            })
            .collect();
        assert!(
            places.acquire_for(ip("2001:db8::ffff:1")).is_none(),
            "the same /64"
        );
        assert!(
            places.acquire_for(ip("2001:db8:0:1::1")).is_some(),
            "another"
        );
        held.pop();
        assert!(places.acquire_for(ip("2001:db8::1")).is_some(), "one went");
        for _ in 0..2 * places.share {
            held.push(places.acquire_for(ip("10.0.0.1")).unwrap());
        }
        drop(held);
        let counts = places.networks.unwrap();
        assert!(counts.lock().unwrap().is_empty(), "memory stays bounded");
    }
}
