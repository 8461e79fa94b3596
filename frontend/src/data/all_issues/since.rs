//! A time in the last days, after which an issue was first seen or changed.

/// The milliseconds of a day.
const DAY: f64 = 86_400_000.0;

/// A number of days before today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Since {
    /// At any time.
    #[default]
    Ever,
    /// In the last 7 days.
    Week,
    /// In the last 30 days.
    Month,
    /// In the last 90 days.
    Quarter,
}

impl Since {
    /// All of them, the longest first.
    pub const ALL: [Self; 4] = [Self::Ever, Self::Quarter, Self::Month, Self::Week];

    /// Returns the word in the address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ever => "",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    /// Returns the label of the choice.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ever => "Any time",
            Self::Week => "Last 7 days",
            Self::Month => "Last 30 days",
            Self::Quarter => "Last 90 days",
        }
    }

    /// Parses a word of the address; what is unknown means at any time.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|since| since.word() == word).unwrap_or_default()
    }

    /// Returns the start of the period in milliseconds; `None` for any time. It is the start of a
    /// day (UTC), so that it stays the same for a day, and the issues are not read again for it.
    #[must_use]
    pub fn start(self, now: f64) -> Option<f64> {
        let days = match self {
            Self::Ever => return None,
            Self::Week => 7.0,
            Self::Month => 30.0,
            Self::Quarter => 90.0,
        };
        Some(((now / DAY).floor() - days) * DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_what_its_address_says() {
        for since in Since::ALL {
            assert_eq!(Since::parse(since.word()), since);
        }
        assert_eq!(Since::parse("3 years"), Since::Ever);
    }

    #[test]
    fn a_period_starts_with_a_day_and_for_a_day_with_the_same() {
        let noon = 100.5 * DAY;
        assert_eq!(Since::Week.start(noon), Some(93.0 * DAY));
        assert_eq!(Since::Week.start(noon + DAY / 4.0), Some(93.0 * DAY));
        assert_eq!(Since::Ever.start(noon), None);
    }
}
