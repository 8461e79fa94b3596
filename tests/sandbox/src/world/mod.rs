//! The invented world behind the REST interface: targets, projects and issues by the ten thousand,
//! the same for the same seed.
//!
//! [`estate`] lays an organization out when it is first asked for; [`target`], [`project`] and
//! [`issue`] (what was found is in [`findings`]) tell everything about one thing from its number
//! alone, so that a page costs what is on it. Some projects are always the same: [`showpieces`].

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

/// The whole world.
#[derive(Debug)]
pub(crate) struct World {
    dice: Dice,
    /// The moment that all ages are counted from.
    as_of: Timestamp,
    estates: Mutex<HashMap<String, Arc<Estate>>>,
}

impl World {
    /// The world of a seed, as it stands at a moment.
    pub(crate) fn new(seed: u64, as_of: Timestamp) -> Self {
        Self {
            dice: Dice::new(seed),
            // Whole seconds, so that instants are written with milliseconds and no more.
            as_of: Timestamp::from_second(as_of.as_second()).unwrap_or(as_of),
            estates: Mutex::default(),
        }
    }

    /// What an organization has.
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
