//! Sorting by index.

use std::cmp::Ordering;

/// Sorts the indexes of a list by what is there. Equal ones keep their order. The sort algorithm is
/// compiled once, and not for each type of item.
pub fn sort(places: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|one, other| compare(*one, *other));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_sorted_by_what_is_there_and_equal_ones_keep_their_order() {
        let items = ["b", "a", "b", "a"];
        let mut places = [0, 1, 2, 3];
        sort(&mut places, &|one, other| items[one].cmp(items[other]));
        assert_eq!(places, [1, 3, 0, 2]);
    }
}
