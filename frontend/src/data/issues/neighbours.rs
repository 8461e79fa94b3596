//! The issues before and after the one that is shown in full.

/// Returns the items before and after `item` in an order. Both are `None` if the order lacks it.
#[must_use]
pub fn of<T: PartialEq + Copy>(order: &[T], item: T) -> (Option<T>, Option<T>) {
    let Some(at) = order.iter().position(|one| *one == item) else {
        return (None, None);
    };
    let before = at.checked_sub(1).and_then(|at| order.get(at).copied());
    (before, order.get(at + 1).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_has_one_neighbour_and_a_stranger_none() {
        let order = [3, 1, 2];
        assert_eq!(of(&order, 3), (None, Some(1)));
        assert_eq!(of(&order, 1), (Some(3), Some(2)));
        assert_eq!(of(&order, 2), (Some(1), None));
        assert_eq!(of(&order, 9), (None, None));
        assert_eq!(of::<u8>(&[], 9), (None, None));
    }
}
