//! Severity levels, and counts by level.

/// A severity level, ordered from worst to least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Critical.
    Critical,
    /// High.
    High,
    /// Medium.
    Medium,
    /// Low.
    Low,
    /// Informational.
    Info,
}

impl Level {
    /// All levels, worst first.
    pub const ALL: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
    ];
    /// The levels that Snyk counts for a project, worst first.
    pub const COUNTED: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// Returns Snyk's name, which is also the form inside a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }

    /// Returns the label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Critical => "Critical",
            Self::High => "High",
            Self::Medium => "Medium",
            Self::Low => "Low",
            Self::Info => "Info",
        }
    }

    /// Returns Snyk's names.
    #[must_use]
    pub fn names(levels: &[Self]) -> Vec<String> {
        levels.iter().map(|level| level.name().to_owned()).collect()
    }

    /// Parses Snyk's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// The issues of a project by level, of which some may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialCounts([Option<u32>; 4]);

impl PartialCounts {
    /// Creates counts, worst level first. Returns `None` if none is known.
    #[must_use]
    pub fn new(counts: [Option<u32>; 4]) -> Option<Self> {
        counts.iter().any(Option::is_some).then_some(Self(counts))
    }

    /// Returns whether all counts are known.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.0.iter().all(Option::is_some)
    }

    /// Returns the known counts, with zero for the others.
    #[must_use]
    pub fn known(self) -> Counts {
        Counts(self.0.map(Option::unwrap_or_default))
    }

    /// Returns each with its level, worst first.
    pub fn each(self) -> impl Iterator<Item = (Level, Option<u32>)> {
        Level::COUNTED.into_iter().zip(self.0)
    }
}

/// Issues by level. Ordered by critical, then high, then medium, then low: the greater is the
/// worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counts([u32; 4]);

impl Counts {
    /// Creates counts, worst level first.
    #[must_use]
    pub const fn new(counts: [u32; 4]) -> Self {
        Self(counts)
    }

    /// Returns the count of a level; zero for one that Snyk does not count.
    #[must_use]
    pub fn of(self, level: Level) -> u32 {
        self.0.get(level as usize).copied().unwrap_or_default()
    }

    /// Returns the total.
    #[must_use]
    pub fn total(self) -> u32 {
        self.0.into_iter().fold(0, u32::saturating_add)
    }

    /// Returns each with its level, worst first.
    pub fn each(self) -> impl Iterator<Item = (Level, u32)> {
        Level::COUNTED.into_iter().zip(self.0)
    }

    /// Adds both; the sums saturate.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let mut sum = self.0;
        for (one, more) in sum.iter_mut().zip(other.0) {
            *one = one.saturating_add(more);
        }
        Self(sum)
    }

    /// Returns one for each level that occurs.
    #[must_use]
    pub fn occurring(self) -> Self {
        Self(self.0.map(|count| u32::from(count > 0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_critical_is_worse_than_any_number_of_high() {
        assert!(Counts::new([1, 0, 0, 0]) > Counts::new([0, 900, 900, 900]));
        assert!(Counts::new([0, 2, 0, 0]) > Counts::new([0, 1, 900, 900]));
    }

    #[test]
    fn counts_add_up_and_do_not_wrap() {
        let sum = Counts::new([1, 2, 3, u32::MAX]).plus(Counts::new([1, 1, 1, 1]));
        assert_eq!(sum, Counts::new([2, 3, 4, u32::MAX]));
        assert_eq!(sum.total(), u32::MAX);
        assert_eq!(Counts::new([3, 0, 1, 0]).occurring().total(), 2);
    }

    #[test]
    fn a_count_that_is_not_known_is_not_none() {
        let counts = PartialCounts::new([Some(1), None, Some(0), Some(2)]).unwrap();
        assert!(!counts.is_complete());
        assert_eq!(counts.known(), Counts::new([1, 0, 0, 2]));
        let each: Vec<_> = counts.each().map(|(_, count)| count).collect();
        assert_eq!(each, [Some(1), None, Some(0), Some(2)]);
        assert!(PartialCounts::new([Some(0); 4]).unwrap().is_complete());
        assert_eq!(PartialCounts::new([None; 4]), None);
    }

    #[test]
    fn snyks_words_are_read_and_others_are_none() {
        assert_eq!(Level::parse("info"), Some(Level::Info));
        assert_eq!(Level::parse("Critical"), None);
    }
}
