//! Durations as users write them: `90s`, `15m`, `24h`, `30d`.

use std::time::Duration;

/// Parses a whole number with a unit: seconds, minutes, hours or days.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
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
        _ => Err(format!(
            "is not a duration: write for instance {}",
            examples(text)
        )),
    }
}

/// Returns suggestions for a number without a unit, or with a unit as a word.
fn examples(text: &str) -> String {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start().to_ascii_lowercase();
    let unit = match unit.as_str() {
        "" if digits > 0 => return format!("{number}s, {number}m, {number}h or {number}d"),
        "sec" | "secs" | "second" | "seconds" | "s" => "s",
        "min" | "mins" | "minute" | "minutes" | "m" => "m",
        "hr" | "hrs" | "hour" | "hours" | "h" => "h",
        "day" | "days" | "d" => "d",
        _ => "",
    };
    if digits == 0 || unit.is_empty() || number.len() > 4 || number == "0" {
        return "90s, 15m, 24h or 30d".to_owned();
    }
    format!("{number}{unit}")
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

    #[test]
    fn an_invalid_duration_is_reported_with_a_suggestion() {
        for (text, words) in [
            ("30", " 30s, 30m, 30h or 30d"),
            ("30 days", " 30d"),
            ("30 d", " 30d"),
            ("24H", " 24h"),
            ("15 minutes", " 15m"),
            ("soon", " 90s, 15m, 24h or 30d"),
            ("1h30m", " 90s, 15m, 24h or 30d"),
            ("", " 90s, 15m, 24h or 30d"),
        ] {
            let why = parse_duration(text).unwrap_err();
            assert!(why.ends_with(words), "{text}: {why}");
        }
    }
}
