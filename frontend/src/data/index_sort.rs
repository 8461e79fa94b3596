//! Sorting by index.

use std::cmp::Ordering;

/// Sorts the indexes of a list by their items. Indexes of equal items keep their order. The sort algorithm is
/// compiled once, and not for each type of item.
pub fn sort(indexes: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    indexes.sort_by(|one, other| compare(*one, *other));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_sorted_by_their_items_and_equal_ones_keep_their_order() {
        let items = ["b", "a", "b", "a"];
        let mut indexes = [0, 1, 2, 3];
        sort(&mut indexes, &|one, other| items[one].cmp(items[other]));
        assert_eq!(indexes, [1, 3, 0, 2]);
    }
}
