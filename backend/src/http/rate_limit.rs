//! Rate limits (SEC-69): per client network for unauthenticated requests, per session for requests
//! that cause calls to Snyk. The algorithm is GCRA, from the `governor` crate.

use std::{hash::Hash, num::NonZeroU32, time::Duration};

use ahash::RandomState;
use domain::{ids::SessionId, net::ClientNetwork};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};

use super::problem::ApiError;

type Limiter<K> = RateLimiter<K, DashMapStateStore<K, RandomState>, DefaultClock>;

/// The rate limits of the server, or none if they are off.
#[derive(Debug)]
pub struct RateLimits(Option<Limits>);

#[derive(Debug)]
struct Limits {
    any_request: Limiter<ClientNetwork>,
    login: Limiter<ClientNetwork>,
    admin_login: Limiter<ClientNetwork>,
    foreign_login: Limiter<ClientNetwork>,
    exchange: Limiter<ClientNetwork>,
    refresh: Limiter<SessionId>,
    proxy: Limiter<SessionId>,
}

impl RateLimits {
    /// Creates the default limits, or none.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Self(on.then(|| Limits {
            any_request: limiter(per_minute(6_000)),
            login: limiter(per_minute(30)),
            admin_login: limiter(per_minute(30)),
            foreign_login: limiter(per_minute(1)),
            exchange: limiter(per_minute(30)),
            refresh: limiter(per_minute(10)),
            proxy: limiter(Quota::per_second(non_zero(25)).allow_burst(non_zero(1_500))),
        }))
    }

    /// Checks the limit for all requests of a client network.
    pub fn any_request(&self, client: ClientNetwork) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.any_request, &client))
    }

    /// Checks the limit for starting a login.
    pub fn login(&self, client: ClientNetwork) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.login, &client))
    }

    /// Checks the limit for the use of an administrator's link.
    pub fn admin_login(&self, client: ClientNetwork) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.admin_login, &client))
    }

    /// Returns whether the end of a login that this browser did not begin is noted: at most one of a client
    /// network in a minute, and none without limits. Anybody can cause any number of these.
    #[must_use]
    pub fn may_note_foreign_login(&self, client: ClientNetwork) -> bool {
        self.0
            .as_ref()
            .is_some_and(|limits| limits.foreign_login.check_key(&client).is_ok())
    }

    /// Checks the limit for exchanging a code.
    pub fn exchange(&self, client: ClientNetwork) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.exchange, &client))
    }

    /// Checks the limit for manual refreshes of a session.
    pub fn refresh(&self, session: &SessionId) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.refresh, session))
    }

    /// Checks the limit for proxied calls of a session.
    pub fn proxy(&self, session: &SessionId) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.proxy, session))
    }

    /// Evicts entries that have been idle long enough to start afresh, so that memory stays
    /// bounded.
    pub fn evict_idle(&self) {
        if let Some(limits) = &self.0 {
            limits.any_request.retain_recent();
            limits.login.retain_recent();
            limits.admin_login.retain_recent();
            limits.foreign_login.retain_recent();
            limits.exchange.retain_recent();
            limits.refresh.retain_recent();
            limits.proxy.retain_recent();
        }
    }
}

fn limiter<K: Clone + Eq + Hash>(quota: Quota) -> Limiter<K> {
    RateLimiter::dashmap_with_hasher(quota, RandomState::new())
}

fn per_minute(count: u32) -> Quota {
    Quota::per_minute(non_zero(count))
}

fn non_zero(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

fn check<K: Clone + Eq + Hash>(limiter: &Limiter<K>, key: &K) -> Result<(), ApiError> {
    limiter.check_key(key).map_err(|until| {
        let after = until.wait_time_from(DefaultClock::default().now());
        ApiError::RateLimited {
            after: after.max(Duration::from_secs(1)),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    #[test]
    fn sec_69_the_31st_login_of_a_minute_waits_and_other_addresses_do_not() {
        let limits = RateLimits::new(true);
        let client = |last| ClientNetwork::from(IpAddr::from(Ipv4Addr::new(192, 0, 2, last)));
        for _ in 0..30 {
            limits.login(client(1)).unwrap();
        }
        let error = limits.login(client(1)).unwrap_err();
        assert!(matches!(error, ApiError::RateLimited { after } if after.as_secs() >= 1));
        limits.login(client(2)).unwrap();
        assert!(RateLimits::new(false).login(client(1)).is_ok());
    }
}
