//! Sort keys and orders of lists: the parts that all sorted lists share.

/// A sort key.
pub trait SortBy: Copy + PartialEq + 'static {
    /// All sort keys.
    const ALL: &'static [Self];

    /// Returns the name in the address.
    fn key(self) -> &'static str;

    /// Returns whether the first order by this key is ascending: it is for words, not for numbers.
    fn begins_ascending(self) -> bool;

    /// Returns whether the name alone, without `-`, means the ascending order in an address. It means
    /// the first order, except for keys whose addresses have always been written differently.
    fn is_ascending_alone(self) -> bool {
        self.begins_ascending()
    }

    /// Parses a name in the address.
    #[must_use]
    fn parse(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|by| by.key() == key)
    }
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<B> {
    /// The sort key.
    pub by: B,
    /// Whether the order is ascending.
    pub ascending: bool,
}

impl<B: SortBy> Order<B> {
    /// Returns the first order by a key.
    #[must_use]
    pub fn first(by: B) -> Self {
        Self {
            by,
            ascending: by.begins_ascending(),
        }
    }

    /// Returns the word in the address: the key's name, and `-` before it for the direction that the
    /// name alone does not mean.
    #[must_use]
    pub fn word(self) -> String {
        let is_other = self.ascending != self.by.is_ascending_alone();
        let sign = if is_other { "-" } else { "" };
        format!("{sign}{}", self.by.key())
    }

    /// Parses a word of the address.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let (is_other, key) = match word.strip_prefix('-') {
            Some(key) => (true, key),
            None => (false, word),
        };
        let by = B::parse(key)?;
        let ascending = by.is_ascending_alone() != is_other;
        Some(Self { by, ascending })
    }

    /// Returns the order after a press on the column header of `by`.
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
