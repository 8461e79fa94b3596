//! Orders of issues.

use std::cmp::Ordering;

use super::row::Row;
use crate::data::sorting::{self, SortBy};

/// The sort key. Equal issues are ordered worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The severity, and then the score.
    Severity,
    /// The title.
    Title,
    /// The score. Issues without one come last in both directions.
    Score,
    /// The remediation.
    Fix,
}

/// An order of issues.
pub type Order = sorting::Order<By>;

impl Default for Order {
    fn default() -> Self {
        Self::first(By::Severity)
    }
}

impl SortBy for By {
    const ALL: &'static [Self] = &[Self::Severity, Self::Title, Self::Score, Self::Fix];

    fn key(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Title => "title",
            Self::Score => "score",
            Self::Fix => "fix",
        }
    }

    fn begins_ascending(self) -> bool {
        matches!(self, Self::Title | Self::Fix)
    }
}

impl Order {
    /// Compares two issues.
    pub(in crate::data) fn compare(self, one: &Row, other: &Row) -> Ordering {
        let turn = |ordering: Ordering| {
            if self.ascending {
                ordering
            } else {
                ordering.reverse()
            }
        };
        let worst = || {
            one.rank()
                .cmp(&other.rank())
                .then_with(|| other.score.cmp(&one.score))
                .then_with(|| one.title.cmp(&other.title))
                .then_with(|| one.id.cmp(&other.id))
        };
        let first = match self.by {
            // A low rank is a high severity.
            By::Severity => {
                turn(other.rank().cmp(&one.rank())).then_with(|| turn(one.score.cmp(&other.score)))
            }
            By::Title => turn(one.title.cmp(&other.title)),
            By::Fix => turn(one.way.cmp(&other.way)),
            By::Score => match (one.score, other.score) {
                (Some(one), Some(other)) => turn(one.cmp(&other)),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            },
        };
        first.then_with(worst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_on_a_head_turns_its_order() {
        let score = Order::default().pressed(By::Score);
        assert!(!score.ascending);
        assert!(score.pressed(By::Score).ascending);
        assert!(score.pressed(By::Title).ascending);
    }
}
