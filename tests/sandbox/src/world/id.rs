//! Ids that lead back to what they name, so that a world of ten thousands of things needs no table
//! of them: a UUID of which one half is a digest of the thing's number, and the other half that
//! number, masked by the digest. An id of another organization or another kind does not open.

use super::dice::{Dice, mix};
use crate::random;

/// What an id names.
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

    /// The id of the thing of that kind and number.
    pub(crate) fn seal(self, kind: Kind, number: usize) -> String {
        let number = (kind as u64) << 40 | number as u64;
        let tag = self.tag(number);
        let rest = (number ^ self.mask(tag)) & REST;
        // Version 8: a UUID of one's own making.
        let high = (tag >> 12) << 16 | 0x8000 | tag & 0xfff;
        let low = 1 << 63 | rest;
        random::uuid_text((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    /// The number of the thing that an id names, if it is of that kind.
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
