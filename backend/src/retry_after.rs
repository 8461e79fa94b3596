//! The delay that an answer requests before the next request: `Retry-After` (RFC 9110 section
//! 10.2.3) and `X-RateLimit-Reset`, each as seconds or as a date (pure).

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::{Timestamp, civil::DateTime, fmt, tz::TimeZone};

/// Upper bound of a delay that this server honors, since callers pass it on to browsers too.
const MAX_DELAY: Duration = Duration::from_mins(15);
/// Upper bound of a delay that is passed on to a page.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);
/// Numbers from this on are not a delay but a Unix timestamp in seconds.
const MIN_TIMESTAMP: i64 = 1_000_000_000;
/// The three formats of a date (RFC 9110 section 5.6.7): IMF-fixdate, and the obsolete ones of RFC
/// 850 and of C's `asctime`, which a recipient must accept.
const DATE_FORMATS: [&str; 3] = [
    "%a, %d %b %Y %H:%M:%S GMT",
    "%A, %d-%b-%y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
];

/// Returns whether a status indicates that a retry may succeed.
#[must_use]
pub fn is_later(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
        )
}

/// Returns the longer delay of both headers, for a retry by this server.
#[must_use]
pub fn retry_delay(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let reset = HeaderName::from_static("x-ratelimit-reset");
    [header::RETRY_AFTER, reset]
        .into_iter()
        .filter_map(|name| parse(headers.get(name)?, now))
        .map(|delay| delay.min(MAX_DELAY))
        .max()
}

/// Returns the delay in `Retry-After` alone, to be passed on: a page decides itself when to retry.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let delay = parse(headers.get(header::RETRY_AFTER)?, now)?;
    Some(delay.min(MAX_RETRY_AFTER))
}

fn parse(value: &HeaderValue, now: Timestamp) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if text.len() > 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::MAX);
    }
    let instant = match text.parse::<u32>() {
        Ok(seconds) if i64::from(seconds) < MIN_TIMESTAMP => {
            return Some(Duration::from_secs(seconds.into()));
        }
        Ok(seconds) => Timestamp::from_second(seconds.into()).ok()?,
        Err(_) => parse_date(text)?,
    };
    Some(Duration::try_from(instant.duration_since(now)).unwrap_or_default())
}

/// Parses a date in one of the formats of HTTP, or in that of mail, which some servers send.
#[must_use]
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let parsed = DATE_FORMATS
        .iter()
        .find_map(|format| DateTime::strptime(format, text).ok());
    match parsed {
        Some(date) => TimeZone::UTC.to_timestamp(date).ok(),
        None => fmt::rfc2822::parse(text).ok().map(|date| date.timestamp()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T05:41:07Z".parse().unwrap()
    }

    #[test]
    fn the_longer_of_both_headers_counts_in_every_form() {
        for (headers, seconds) in [
            (&[("retry-after", "38")][..], 38),
            (&[("retry-after", "3"), ("x-ratelimit-reset", "12")], 12),
            (&[("retry-after", "Tue, 24 Nov 2026 05:42:07 GMT")], 60),
            (&[("retry-after", "Tue, 24 Nov 2026 05:40:07 GMT")], 0),
            (&[("retry-after", "Tuesday, 24-Nov-26 05:42:07 GMT")], 60),
            (&[("retry-after", "Tue Nov 24 05:42:07 2026")], 60),
            (&[("retry-after", "Tue Dec  1 05:41:07 2026")], 900),
            (&[("retry-after", "Tuesday, 24-Nov-26 05:40:07 GMT")], 0),
            (&[("retry-after", "Sunday, 06-Nov-94 08:49:37 GMT")], 0),
            (&[("retry-after", "Sun Nov  6 08:49:37 1994")], 0),
            (&[("retry-after", "Tue, 24 Nov 2026 06:42:07 +0100")], 60),
            (&[("x-ratelimit-reset", "Tue Nov 24 05:41:17 2026")], 10),
            (&[("x-ratelimit-reset", "1795498877")], 10),
            (&[("retry-after", "soon"), ("x-ratelimit-reset", "4")], 4),
            (&[("retry-after", "999999999")], 900),
            (&[("retry-after", "99999999999999999999")], 900),
            (&[("retry-after", "Tue, 24 Nov 2099 05:00:00 GMT")], 900),
        ] {
            let named = |(name, value): &(&'static str, &str)| {
                (HeaderName::from_static(name), value.parse().unwrap())
            };
            let asked = retry_delay(&headers.iter().map(named).collect(), now());
            assert_eq!(asked, Some(Duration::from_secs(seconds)), "{headers:?}");
        }
        assert_eq!(retry_delay(&HeaderMap::new(), now()), None);
    }

    #[test]
    fn what_is_no_date_is_no_delay() {
        for text in [
            "soon",
            "-5",
            "1.5",
            "",
            "Tue Nov 24 2026",
            "Tue, 24 Nov 2026 25:42:07 GMT",
            "Tuesday, 24-Nov-26",
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            assert_eq!(retry_after(&headers, now()), None, "{text}");
        }
    }
}
