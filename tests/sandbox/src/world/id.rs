//! Reversible ids, so that a world of tens of thousands of resources needs no lookup table. One
//! half of the UUID is a digest of the resource's number; the other half is the number, masked by
//! the digest. An id of another organization or another kind is not accepted.

use super::dice::{Dice, mix};
use crate::random;

/// The kind of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Target = 1,
    Project = 2,
    Issue = 3,
    Environment = 4,
    Integration = 5,
    Ignore = 6,
}

/// The ids of one organization.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids(u64);

const TAG: u64 = (1 << 60) - 1;
const REST: u64 = (1 << 62) - 1;

impl Ids {
    pub(crate) fn new(dice: Dice) -> Self {
        Self(dice.on("ids").value())
    }

    /// Returns the id of the resource with that kind and number.
    pub(crate) fn seal(self, kind: Kind, number: usize) -> String {
        let number = (kind as u64) << 40 | number as u64;
        let tag = self.tag(number);
        let rest = (number ^ self.mask(tag)) & REST;
        // Version 8: a custom UUID.
        let high = (tag >> 12) << 16 | 0x8000 | tag & 0xfff;
        let low = 1 << 63 | rest;
        random::uuid_text((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    /// Returns the number of the resource with an id, if it is of that kind.
    pub(crate) fn open(self, kind: Kind, id: &str) -> Option<usize> {
        if !random::is_uuid(id) {
            return None;
        }
        let digits: String = id.chars().filter(|digit| *digit != '-').collect();
        let value = u128::from_str_radix(&digits, 16).ok()?;
        let high = u64::try_from(value >> 64).ok()?;
        let low = u64::try_from(value & u128::from(u64::MAX)).ok()?;
        let tag = high >> 16 << 12 | high & 0xfff;
        let number = (low & REST) ^ self.mask(tag) & REST;
        let is_ours = self.tag(number) == tag && number >> 40 == kind as u64;
        is_ours.then(|| usize::try_from(number & ((1 << 40) - 1)).ok())?
    }

    fn tag(self, number: u64) -> u64 {
        mix(self.0 ^ mix(number)) & TAG
    }

    fn mask(self, tag: u64) -> u64 {
        mix(self.0.rotate_left(32) ^ tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back() {
        let ids = Ids::new(Dice::new(1));
        for number in [0, 1, 4_011, 20_000, u32::MAX as usize] {
            let id = ids.seal(Kind::Project, number);
            assert!(random::is_uuid(&id), "{id}");
            assert_eq!(ids.open(Kind::Project, &id), Some(number));
            assert_eq!(ids.open(Kind::Project, &id.to_uppercase()), Some(number));
            assert_eq!(ids.open(Kind::Issue, &id), None, "another kind");
            let other = Ids::new(Dice::new(2));
            assert_eq!(other.open(Kind::Project, &id), None, "another world");
        }
        assert_eq!(ids.open(Kind::Project, &random::uuid()), None);
        assert_eq!(ids.open(Kind::Project, "no id"), None);
    }
}
