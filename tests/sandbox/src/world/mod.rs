//! The invented data of the REST API: tens of thousands of targets, projects and issues, which are
//! the same for the same seed.
//!
//! [`estate`] generates the layout of an organization on the first request. [`target`], [`project`]
//! and [`issue`] (with the findings of [`findings`]) compute everything about one resource from its
//! number alone, so that a page costs only its own items. Some projects are always the same:
//! [`showpieces`].

pub(crate) mod dice;
pub(crate) mod estate;
pub(crate) mod findings;
pub(crate) mod id;
pub(crate) mod issue;
pub(crate) mod names;
pub(crate) mod project;
pub(crate) mod showpieces;
pub(crate) mod target;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use self::dice::Dice;
use self::estate::Estate;
use crate::data::Org;

/// The data of all organizations.
#[derive(Debug)]
pub(crate) struct World {
    dice: Dice,
    /// The reference time of all ages.
    as_of: Timestamp,
    estates: Mutex<HashMap<String, Arc<Estate>>>,
}

impl World {
    /// Creates the world of a seed at a reference time.
    pub(crate) fn new(seed: u64, as_of: Timestamp) -> Self {
        Self {
            dice: Dice::new(seed),
            // Whole seconds, so that timestamps are written with at most milliseconds.
            as_of: Timestamp::from_second(as_of.as_second()).unwrap_or(as_of),
            estates: Mutex::default(),
        }
    }

    /// Returns the resources of an organization.
    pub(crate) fn estate(&self, org: &Org) -> Arc<Estate> {
        let mut estates = self.estates.lock().unwrap_or_else(PoisonError::into_inner);
        let estate = estates
            .entry(org.slug.clone())
            .or_insert_with(|| Arc::new(Estate::lay_out(org.clone(), self.dice, self.as_of)));
        Arc::clone(estate)
    }
}

#[cfg(test)]
pub(crate) fn estate_for_tests(slug: &str) -> Arc<Estate> {
    let as_of = "2026-03-25T12:00:00Z".parse().unwrap();
    let orgs = crate::data::orgs(0);
    let org = orgs.iter().find(|org| org.slug == slug).unwrap();
    World::new(1, as_of).estate(org)
}
