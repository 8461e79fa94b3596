//! Rate limits (SEC-69): by address for what strangers can do, by session for what costs calls to
//! Snyk. The algorithm (GCRA) is governor's.

use std::{hash::Hash, num::NonZeroU32, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock as _, DefaultClock},
};

use super::{client_ip::ClientNetwork, problem::ApiError};

/// Every limit of the server; none when they are off.
#[derive(Debug)]
pub struct RateLimits(Option<Limits>);

#[derive(Debug)]
struct Limits {
    anything: DefaultKeyedRateLimiter<ClientNetwork>,
    login: DefaultKeyedRateLimiter<ClientNetwork>,
    exchange: DefaultKeyedRateLimiter<ClientNetwork>,
    refresh: DefaultKeyedRateLimiter<String>,
    proxy: DefaultKeyedRateLimiter<String>,
}

impl RateLimits {
    /// The default limits, or none.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Self(on.then(|| Limits {
            anything: governor::RateLimiter::keyed(per_minute(6_000)),
            login: governor::RateLimiter::keyed(per_minute(30)),
            exchange: governor::RateLimiter::keyed(per_minute(30)),
            refresh: governor::RateLimiter::keyed(per_minute(10)),
            proxy: governor::RateLimiter::keyed(
                Quota::per_second(number(25)).allow_burst(number(1_500)),
            ),
        }))
    }

    /// Any request of an address.
    pub fn anything(&self, client: ClientNetwork) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.anything, &client))
    }

    /// A login start.
    pub fn login(&self, client: ClientNetwork) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.login, &client))
    }

    /// An exchange.
    pub fn exchange(&self, client: ClientNetwork) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.exchange, &client))
    }

    /// "Refresh now" of a session.
    pub fn refresh(&self, session: &str) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.refresh, &session.to_owned()))
    }

    /// A proxied call of a session.
    pub fn proxy(&self, session: &str) -> Result<(), ApiError> {
        self.0
            .as_ref()
            .map_or(Ok(()), |limits| check(&limits.proxy, &session.to_owned()))
    }

    /// Forgets who has been quiet long enough to start afresh, so that memory stays bounded.
    pub fn evict_idle(&self) {
        if let Some(limits) = &self.0 {
            limits.anything.retain_recent();
            limits.login.retain_recent();
            limits.exchange.retain_recent();
            limits.refresh.retain_recent();
            limits.proxy.retain_recent();
        }
    }
}

fn per_minute(count: u32) -> Quota {
    Quota::per_minute(number(count))
}

fn number(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

fn check<K: Clone + Eq + Hash>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), ApiError> {
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
        let refused = limits.login(client(1)).unwrap_err();
        assert!(matches!(refused, ApiError::RateLimited { after } if after.as_secs() >= 1));
        limits.login(client(2)).unwrap();
        assert!(RateLimits::new(false).login(client(1)).is_ok());
    }
}
