//! Limits the number of connections, in total and for each client network. Without the second
//! limit, one client could take all connections and lock everyone else out (SEC-67).

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use domain::net::{ClientNetwork, TrustedProxies};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::rejection_log::{RejectionLog, TOO_MANY_CONNECTIONS};

/// Share of all connections that one client network may take, in eighths. It is large enough that a
/// thousand slow clients behind one address do not lock out others there, and less than half.
const NETWORK_SHARE_EIGHTHS: usize = 3;

/// A limit on open connections.
#[derive(Debug)]
pub struct ConnectionLimit {
    connections: Arc<Semaphore>,
    /// Maximum number of connections of one network.
    max_per_network: usize,
    /// Connections by network. `None` if a gateway in front limits clients, and is itself the only
    /// network that connects.
    networks: Option<Counts>,
    /// Trusted proxies, which are exempt because they connect for many clients.
    trusted: Arc<TrustedProxies>,
    rejection_log: Arc<RejectionLog>,
}

type Counts = Arc<Mutex<HashMap<ClientNetwork, usize>>>;

impl ConnectionLimit {
    /// Creates a limit for all connections, and for those of each network if `count_networks` is
    /// set.
    #[must_use]
    pub fn new(
        max_connections: usize,
        count_networks: bool,
        trusted: Arc<TrustedProxies>,
        rejection_log: Arc<RejectionLog>,
    ) -> Self {
        Self {
            connections: Arc::new(Semaphore::new(max_connections)),
            max_per_network: (max_connections / 8 * NETWORK_SHARE_EIGHTHS).max(1),
            networks: count_networks.then(Counts::default),
            trusted,
            rejection_log,
        }
    }

    /// Acquires a permit for the next connection, and waits until one is available.
    pub(super) async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        Arc::clone(&self.connections).acquire_owned().await.ok()
    }

    /// Acquires a permit for a connection of the network of `peer`. Returns `None` if the network
    /// has reached its limit.
    pub(super) fn acquire_for(&self, peer: IpAddr) -> Option<NetworkPermit> {
        let counts = match &self.networks {
            Some(counts) if !self.trusted.trusts(peer) => counts,
            _ => return Some(NetworkPermit(None)),
        };
        let network = ClientNetwork::from(peer);
        {
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(network).or_default();
            if *count < self.max_per_network {
                *count += 1;
            } else {
                drop(counts);
                self.rejection_log
                    .record(network, TOO_MANY_CONNECTIONS.into());
                return None;
            }
        }
        Some(NetworkPermit(Some((Arc::clone(counts), network))))
    }
}

/// A permit that is held as long as the connection.
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
        let limit = ConnectionLimit::new(4_096, true, Arc::clone(&trusted), Arc::default());
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(limit.max_per_network, 1_536);
        let mut held: Vec<_> = (0..limit.max_per_network)
            .map(|last| {
                limit
                    .acquire_for(ip(&format!("2001:db8::{last:x}")))
                    .unwrap()
            })
            .collect();
        assert!(
            limit.acquire_for(ip("2001:db8::ffff:1")).is_none(),
            "the same /64"
        );
        assert!(
            limit.acquire_for(ip("2001:db8:0:1::1")).is_some(),
            "another"
        );
        held.pop();
        assert!(limit.acquire_for(ip("2001:db8::1")).is_some(), "one went");
        for _ in 0..2 * limit.max_per_network {
            held.push(limit.acquire_for(ip("10.0.0.1")).unwrap());
        }
        drop(held);
        let counts = limit.networks.unwrap();
        assert!(counts.lock().unwrap().is_empty(), "memory stays bounded");
    }
}
