//! The number of token pairs so far, as ticks on a scale. Pure.

use crate::data::number_format::number;

/// Maximum number of ticks that can be distinguished.
const MOST: u64 = 60;

/// Returns the number of ticks, and the number of token pairs for each: ten, or a greater power of
/// ten with which the ticks can be distinguished.
#[must_use]
pub fn ticks(generation: u64) -> (u64, u64) {
    let mut each = 10;
    while generation / each > MOST {
        each *= 10;
    }
    (generation / each, each)
}

/// Returns the meaning of a tick in words.
#[must_use]
pub fn words(each: u64) -> String {
    match each {
        10 => "One tick is ten token pairs".to_owned(),
        100 => "One tick is a hundred token pairs".to_owned(),
        1_000 => "One tick is a thousand token pairs".to_owned(),
        _ => format!("One tick is {} token pairs", number(each)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_ten_pairs_until_they_would_run_together() {
        assert_eq!(ticks(0), (0, 10));
        assert_eq!(ticks(9), (0, 10));
        assert_eq!(ticks(458), (45, 10));
        assert_eq!(ticks(609), (60, 10));
        assert_eq!(ticks(610), (6, 100));
        assert_eq!(ticks(70_000), (7, 10_000));
        assert!(ticks(u64::MAX / 2).0 <= MOST);
        assert_eq!(words(10_000), "One tick is 10,000 token pairs");
    }
}
