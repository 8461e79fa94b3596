//! Times in words. Pure: the caller passes the seconds.

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// Splits a duration into at most its two largest units: `41 min 12 s`, `89 days 23 h`.
#[must_use]
pub fn figures(seconds: u64) -> Vec<(u64, &'static str)> {
    let units = [
        (DAY, if seconds / DAY == 1 { "day" } else { "days" }),
        (HOUR, "h"),
        (MINUTE, "min"),
        (1, "s"),
    ];
    let first = units
        .iter()
        .position(|(size, _)| seconds >= *size)
        .unwrap_or(units.len() - 1);
    let mut rest = seconds;
    units
        .iter()
        .skip(first)
        .take(2)
        .map(|(size, unit)| {
            let figure = rest / size;
            rest %= size;
            (figure, *unit)
        })
        .collect()
}

/// Formats a duration in one line.
#[must_use]
pub fn line(seconds: u64) -> String {
    let parts = figures(seconds);
    let words: Vec<_> = parts
        .iter()
        .map(|(figure, unit)| format!("{figure} {unit}"))
        .collect();
    words.join(" ")
}

/// Formats a lifetime in one line, as it was configured: `60 min`, `90 days`. It is rounded,
/// because the server's answer took a few seconds.
#[must_use]
pub fn lifetime(seconds: u64) -> String {
    let minutes = (seconds + 30) / MINUTE;
    match minutes {
        0..2 => line(seconds),
        2..=120 => format!("{minutes} min"),
        121..=2_880 => format!("{} h", (minutes + 30) / 60),
        _ => format!("{} days", (minutes + 720) / (24 * 60)),
    }
}

/// Formats the time since an event: `19 days ago`.
#[must_use]
pub fn ago(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..MINUTE => return "just now".to_owned(),
        MINUTE..HOUR => (seconds / MINUTE, "minute"),
        HOUR..DAY => (seconds / HOUR, "hour"),
        // An average month and year are exact enough for such long times.
        _ if seconds < 60 * DAY => (seconds / DAY, "day"),
        _ if seconds < YEAR => (seconds * 12 / YEAR, "month"),
        _ => (seconds / YEAR, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

/// Formats the time since an event for a table: `40 min ago`, `3 h ago`. Returns `None` after
/// thirty days, for which a date is more useful.
#[must_use]
pub fn short(seconds: u64) -> Option<String> {
    let (count, unit) = match seconds {
        0..MINUTE => return Some("now".to_owned()),
        MINUTE..HOUR => (seconds / MINUTE, "min"),
        HOUR..DAY => (seconds / HOUR, "h"),
        _ => (seconds / DAY, "d"),
    };
    (seconds <= 30 * DAY).then(|| format!("{count} {unit} ago"))
}

/// A date and a time of day, in the person's time zone.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    /// The year.
    pub year: u32,
    /// The month, from 0.
    pub month: u32,
    /// The day of the month, from 1.
    pub day: u32,
    /// Hour, minute, second.
    pub clock: [u32; 3],
}

impl Local {
    /// Formats date and time: `24 Nov 2026, 05:41:07`.
    #[must_use]
    pub fn words(self) -> String {
        let [hour, minute, second] = self.clock;
        format!("{}, {hour:02}:{minute:02}:{second:02}", self.date())
    }

    /// Formats the date: `24 Nov 2026`.
    #[must_use]
    pub fn date(self) -> String {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let month = MONTHS.get(self.month as usize).copied().unwrap_or_default();
        let Self { year, day, .. } = self;
        format!("{day} {month} {year}")
    }

    /// Formats hours and minutes: `05:41`.
    #[must_use]
    pub fn hours(self) -> String {
        let [hour, minute, _] = self.clock;
        format!("{hour:02}:{minute:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_shows_its_two_largest_units() {
        assert_eq!(line(41 * MINUTE + 12), "41 min 12 s");
        assert_eq!(line(89 * DAY + 23 * HOUR + 59 * MINUTE), "89 days 23 h");
        assert_eq!(line(DAY), "1 day 0 h");
        assert_eq!(line(HOUR), "1 h 0 min");
        assert_eq!(line(12), "12 s");
        assert_eq!(line(0), "0 s");
    }

    #[test]
    fn a_lifetime_is_told_round() {
        assert_eq!(lifetime(HOUR - 2), "60 min");
        assert_eq!(lifetime(90 * DAY - 3), "90 days");
        assert_eq!(lifetime(12 * HOUR), "12 h");
        assert_eq!(lifetime(45), "45 s");
    }

    #[test]
    fn how_long_ago_is_one_unit() {
        assert_eq!(ago(3), "just now");
        assert_eq!(ago(MINUTE), "1 minute ago");
        assert_eq!(ago(19 * DAY + HOUR), "19 days ago");
        assert_eq!(ago(59 * DAY), "59 days ago");
        assert_eq!(ago(272 * DAY), "8 months ago");
        assert_eq!(ago(366 * DAY), "1 year ago");
        assert_eq!(ago(3 * 366 * DAY), "3 years ago");
    }

    #[test]
    fn in_a_table_it_is_shorter_and_ends_after_thirty_days() {
        let short = |seconds| short(seconds).unwrap_or_default();
        assert_eq!(short(3), "now");
        assert_eq!(short(40 * MINUTE + 59), "40 min ago");
        assert_eq!(short(4 * DAY), "4 d ago");
        assert_eq!(short(30 * DAY), "30 d ago");
        assert_eq!(short(31 * DAY), "");
    }

    #[test]
    fn a_time_reads_as_people_write_it() {
        let local = Local {
            year: 2026,
            month: 10,
            day: 24,
            clock: [5, 41, 7],
        };
        assert_eq!(local.words(), "24 Nov 2026, 05:41:07");
        assert_eq!(local.date(), "24 Nov 2026");
        assert_eq!(local.hours(), "05:41");
    }
}
