//! Deterministic pseudorandom values: the same seed and the same key give the same value,
//! regardless of earlier calls. Values can therefore be recomputed instead of stored.

/// A source of values for one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Creates the source of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Derives the source of an object by number.
    pub(crate) fn nth(self, number: usize) -> Self {
        Self(mix(self.0 ^ mix(number as u64)))
    }

    /// Derives the source of a property, or of an object by name.
    pub(crate) fn on(self, name: &str) -> Self {
        // FNV-1a: the names are short, and no attacker provokes collisions.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(mix(self.0 ^ hash))
    }

    /// Returns the value itself.
    pub(crate) fn value(self) -> u64 {
        self.0
    }

    /// Returns a number below `limit`, or 0 if `limit` is 0.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the remainder is below a usize"
    )]
    pub(crate) fn below(self, limit: usize) -> usize {
        (self.0 % (limit as u64).max(1)) as usize
    }

    /// Returns `true` in `percent` of a hundred cases.
    pub(crate) fn chance(self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Picks an element of a non-empty list.
    pub(crate) fn pick<T: Copy>(self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// Picks an element of a weighted list.
    pub(crate) fn weighted<T>(self, list: &[T], weight: impl Fn(&T) -> usize) -> &T {
        let mut left = self.below(list.iter().map(&weight).sum());
        for item in list {
            let weight = weight(item);
            if left < weight {
                return item;
            }
            left -= weight;
        }
        &list[0]
    }
}

/// The finalizer of `SplitMix64`.
pub(crate) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_depend_on_seed_and_question_only() {
        let dice = Dice::new(7);
        assert_eq!(dice.on("type").nth(3), Dice::new(7).on("type").nth(3));
        assert_ne!(dice.on("type"), dice.on("origin"));
        assert_ne!(dice.nth(1), dice.nth(2));
        assert_ne!(dice, Dice::new(8));
    }

    #[test]
    fn weights_are_kept() {
        let list = [("never", 0), ("often", 90), ("seldom", 10)];
        let often = (0..1_000)
            .filter(|number| {
                let word = Dice::new(*number).weighted(&list, |item| item.1).0;
                assert_ne!(word, "never");
                word == "often"
            })
            .count();
        assert!((850..950).contains(&often), "{often}");
    }
}
