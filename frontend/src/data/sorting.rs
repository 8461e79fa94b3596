//! What every sorted list shares: by what, which way, and what a press on a head leads to.

/// What a list can be ordered by.
pub trait SortBy: Copy + PartialEq + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// Its name in the address.
    fn key(self) -> &'static str;

    /// Whether it begins from small to large, or from a to z: words do, numbers do not.
    fn begins_ascending(self) -> bool;

    /// What a name in the address means.
    #[must_use]
    fn parse(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|by| by.key() == key)
    }
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<B> {
    /// What by.
    pub by: B,
    /// From small to large, or from a to z.
    pub ascending: bool,
}

impl<B: SortBy> Order<B> {
    /// As it begins.
    #[must_use]
    pub fn first(by: B) -> Self {
        Self {
            by,
            ascending: by.begins_ascending(),
        }
    }

    /// What a press on the head of `by` leads to.
    #[must_use]
    pub fn pressed(self, by: B) -> Self {
        if self.by == by {
            Self {
                by,
                ascending: !self.ascending,
            }
        } else {
            Self::first(by)
        }
    }
}
