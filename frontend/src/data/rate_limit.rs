//! The rate limits in force: Snyk's for a connection, or our server's for the browser.

/// A rate limit in force.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimited {
    /// The end of the limit, in milliseconds.
    pub until: f64,
    /// Whether the limit is our server's and not Snyk's.
    pub by_us: bool,
}

/// All rate limits in force. Snyk's are for each connection, our server's for the whole browser.
#[derive(Clone, Debug, Default)]
pub struct RateLimits(Vec<(Option<String>, RateLimited)>);

impl RateLimits {
    /// Records a rate limit that a connection met.
    pub fn ask(&mut self, connection: &str, limited: RateLimited) {
        let whose = (!limited.by_us).then(|| connection.to_owned());
        match self.0.iter_mut().find(|(known, _)| *known == whose) {
            Some((_, known)) if known.until >= limited.until => {}
            Some((_, known)) => *known = limited,
            None => self.0.push((whose, limited)),
        }
    }

    /// Returns the rate limit that a connection must wait for.
    #[must_use]
    pub fn of(&self, connection: &str, now: f64) -> Option<RateLimited> {
        let concerned = |whose: &Option<String>| whose.as_deref().is_none_or(|id| id == connection);
        self.0
            .iter()
            .filter(|(whose, limited)| concerned(whose) && limited.until > now)
            .map(|(_, limited)| *limited)
            .max_by(|one, other| one.until.total_cmp(&other.until))
    }

    /// Removes those that have ended. Only time ends one, whatever became of the request.
    pub fn clear(&mut self, now: f64) {
        self.0.retain(|(_, limited)| limited.until > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn until(until: f64, by_us: bool) -> RateLimited {
        RateLimited { until, by_us }
    }

    #[test]
    fn snyks_limit_is_of_one_connection_and_ours_of_all() {
        let mut all = RateLimits::default();
        all.ask("one", until(40.0, false));
        assert_eq!(all.of("one", 1.0), Some(until(40.0, false)));
        assert_eq!(all.of("other", 1.0), None);
        all.ask("one", until(30.0, true));
        assert_eq!(all.of("other", 1.0), Some(until(30.0, true)));
        assert_eq!(all.of("one", 1.0), Some(until(40.0, false)));
    }

    #[test]
    fn time_ends_it() {
        let mut all = RateLimits::default();
        all.ask("one", until(40.0, false));
        // A shorter limit does not shorten a longer one.
        all.ask("one", until(20.0, false));
        assert!(all.of("one", 39.0).is_some());
        assert_eq!(all.of("one", 40.0), None);
        all.clear(40.0);
        assert!(all.0.is_empty());
    }
}
