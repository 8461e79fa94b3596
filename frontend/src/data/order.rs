//! Orders of projects.

use std::cmp::Ordering;

use super::{
    facet::Facet,
    row::Row,
    severity::Level,
    sorting::{self, SortBy},
};

/// The sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The name.
    Name,
    /// A property.
    Facet(Facet),
    /// The number of issues of a severity. Equal numbers are ordered by all counts, worst severity
    /// first.
    Level(Level),
    /// The time at which the issues were counted.
    Updated,
}

/// An order of projects.
pub type Order = sorting::Order<By>;

impl Default for Order {
    /// Worst first.
    fn default() -> Self {
        Self::first(By::Level(Level::Critical))
    }
}

impl SortBy for By {
    const ALL: &'static [Self] = &[
        Self::Name,
        Self::Facet(Facet::Origin),
        Self::Facet(Facet::Type),
        Self::Level(Level::Critical),
        Self::Level(Level::High),
        Self::Level(Level::Medium),
        Self::Level(Level::Low),
        Self::Updated,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Facet(facet) => facet.key(),
            Self::Level(level) => level.name(),
            Self::Updated => "updated",
        }
    }

    fn begins_ascending(self) -> bool {
        matches!(self, Self::Name | Self::Facet(_))
    }

    fn is_ascending_alone(self) -> bool {
        true
    }
}

impl Order {
    /// Compares two rows. Different rows are never equal, so that the order is always the same.
    #[must_use]
    pub fn compare(self, one: &Row, other: &Row) -> Ordering {
        let by = match self.by {
            By::Name => Ordering::Equal,
            By::Facet(facet) => facet.of(one).cmp(facet.of(other)),
            By::Level(level) => {
                let count = |row: &Row| row.counted().of(level);
                count(one)
                    .cmp(&count(other))
                    .then_with(|| one.counted().cmp(&other.counted()))
            }
            By::Updated => {
                let at = |row: &Row| row.updated.unwrap_or(f64::NEG_INFINITY);
                at(one).total_cmp(&at(other))
            }
        };
        let by_name = || {
            one.folded()
                .cmp(other.folded())
                .then_with(|| one.id.cmp(&other.id))
        };
        match (self.by, self.ascending) {
            (By::Name, true) => by_name(),
            (By::Name, false) => by_name().reverse(),
            (_, true) => by.then_with(by_name),
            (_, false) => by.reverse().then_with(by_name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::row::tests::row;

    fn sorted(order: Order) -> Vec<String> {
        let mut rows = [
            row("B", "npm", "github", [0, 2, 0, 9]),
            row("a", "maven", "gitlab", [1, 0, 0, 0]),
            row("d", "npm", "cli", [0, 2, 1, 0]),
            row("c", "npm", "cli", [0, 2, 1, 0]),
        ];
        rows.sort_by(|one, other| order.compare(one, other));
        rows.iter().map(|row| row.name().to_owned()).collect()
    }

    #[test]
    fn worst_first_then_by_name() {
        assert_eq!(sorted(Order::default()), ["a", "c", "d", "B"]);
    }

    #[test]
    fn as_many_high_ones_are_told_apart_by_the_worst() {
        let high = Order::first(By::Level(Level::High));
        assert_eq!(sorted(high), ["c", "d", "B", "a"]);
        let fewest = high.pressed(By::Level(Level::High));
        assert_eq!(sorted(fewest), ["a", "B", "c", "d"]);
    }

    #[test]
    fn names_go_from_a_to_z_whatever_their_capitals() {
        let by_name = Order::default().pressed(By::Name);
        assert_eq!(sorted(by_name), ["a", "B", "c", "d"]);
        assert_eq!(sorted(by_name.pressed(By::Name)), ["d", "c", "B", "a"]);
        let by_origin = Order::first(By::Facet(Facet::Origin));
        assert_eq!(sorted(by_origin), ["c", "d", "B", "a"]);
    }

    #[test]
    fn an_order_survives_the_address() {
        for by in By::ALL.iter().copied() {
            let order = Order::first(by);
            assert_eq!(Order::parse(&order.word()), Some(order));
            let other = order.pressed(by);
            assert_eq!(Order::parse(&other.word()), Some(other));
        }
        assert_eq!(Order::default().word(), "-critical");
        assert_eq!(Order::parse("-nonsense"), None);
    }
}
