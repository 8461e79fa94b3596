//! The version parameter: a date, until 2024-10-15 with an optional stability.

use http::StatusCode;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::document::Problem;
use crate::clock;

/// Returns the release that serves the requested version.
pub(crate) fn resolve(requested: &str, released: &'static str) -> Result<&'static str, Problem> {
    let invalid = || Problem::parameter("version", "must be a day such as 2024-10-15");
    let stabilities = ["wip", "work-in-progress", "experimental", "beta"];
    // Without a date, the newest release.
    if stabilities.contains(&requested) {
        return Ok(released);
    }
    let (day, stability) = match requested.split_once('~') {
        Some((day, stability)) => (day, Some(stability)),
        None => (requested, None),
    };
    if day.len() != 10 || stability.is_some_and(|word| !stabilities.contains(&word)) {
        return Err(invalid());
    }
    let day: Date = day.parse().map_err(|_| invalid())?;
    if day > TimeZone::UTC.to_datetime(clock::now()).date() {
        return Err(Problem::parameter("version", "must not be in the future"));
    }
    let release: Date = released.parse().map_err(|_| invalid())?;
    if day < release {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            format!("There is no release of this path on or before {day}"),
        ));
    }
    Ok(released)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_resolve_to_releases() {
        for good in [
            "2024-10-15",
            "2024-04-22",
            "2025-01-01~beta",
            "experimental",
        ] {
            assert!(resolve(good, "2024-04-22").is_ok(), "{good}");
        }
        for bad in [
            "",
            "latest",
            "2024-1-1",
            "2024-13-01",
            "2024-10-15~ga",
            "9999-01-01",
            "2024-04-21",
        ] {
            assert!(resolve(bad, "2024-04-22").is_err(), "{bad}");
        }
    }
}
