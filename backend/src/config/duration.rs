//! Durations as people write them: `90s`, `15m`, `24h`, `30d`.

use std::time::Duration;

/// Reads a whole number with a unit: seconds, minutes, hours or days.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let seconds = text.char_indices().last().and_then(|(at, unit)| {
        let unit = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        text[..at].parse::<u64>().ok()?.checked_mul(unit)
    });
    match seconds {
        Some(seconds @ 1..=315_360_000) => Ok(Duration::from_secs(seconds)),
        _ => Err("is not a duration: write for instance 90s, 15m, 24h or 30d".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_everything_else_is_refused() {
        assert_eq!(parse_duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("15m"), Ok(Duration::from_mins(15)));
        assert_eq!(parse_duration("24h"), Ok(Duration::from_hours(24)));
        assert_eq!(parse_duration("30d"), Ok(Duration::from_hours(720)));
        for text in [
            "",
            "h",
            "24",
            "0s",
            "-1h",
            "1.5h",
            "1w",
            "99999999999d",
            "1é",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
