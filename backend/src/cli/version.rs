//! The version, with the commit and the build that the build script states.

use std::sync::LazyLock;

use jiff::Timestamp;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const COMMIT: &str = env!("SNYK_APP_COMMIT");
/// Seconds since the Unix epoch, or nothing.
const SOURCE_DATE: &str = env!("SNYK_APP_SOURCE_DATE");
const TARGET: &str = env!("SNYK_APP_TARGET");
const PROFILE: &str = env!("SNYK_APP_PROFILE");

/// Returns the version, for `-V`.
pub(super) fn short() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("{VERSION} ({})", origin(COMMIT, PROFILE)));
    &TEXT
}

/// Returns the version and everything that tells builds apart, for `--version`.
pub(super) fn long() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let page = if cfg!(feature = "embedded-page") {
            "inside the binary"
        } else {
            "in a folder"
        };
        format!(
            "{}\ncommit: {COMMIT}\ndate:   {}\nbuild:  {PROFILE}, {TARGET}\npage:   {page}",
            short(),
            date().as_deref().unwrap_or("unknown"),
        )
    });
    &TEXT
}

/// Returns the version without the commit.
pub(super) fn number() -> &'static str {
    VERSION
}

/// Returns the date of the sources, if the build knew it.
pub(super) fn date() -> Option<String> {
    date_of(SOURCE_DATE)
}

fn date_of(seconds: &str) -> Option<String> {
    let time = Timestamp::from_second(seconds.parse().ok()?).ok()?;
    Some(time.strftime("%Y-%m-%d").to_string())
}

fn origin<'a>(commit: &'a str, profile: &str) -> &'a str {
    match (commit, profile) {
        ("unknown", "debug") => "development build",
        ("unknown", _) => "commit unknown",
        _ => commit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_named_by_its_commit_or_by_why_there_is_none() {
        assert_eq!(origin("0123456789ab", "release"), "0123456789ab");
        assert_eq!(origin("0123456789ab", "debug"), "0123456789ab");
        assert_eq!(origin("unknown", "debug"), "development build");
        assert_eq!(origin("unknown", "release"), "commit unknown");
    }

    #[test]
    fn the_date_is_that_of_the_sources_or_none() {
        assert_eq!(date_of("1700000000").as_deref(), Some("2023-11-14"));
        assert_eq!(date_of(""), None);
        assert_eq!(date_of("today"), None);
    }

    #[test]
    fn the_long_version_begins_with_the_short_one() {
        let lines: Vec<_> = long().lines().collect();
        assert_eq!(lines[0], short());
        let names = lines[1..]
            .iter()
            .map(|line| line.split(':').next().unwrap());
        assert_eq!(
            names.collect::<Vec<_>>(),
            ["commit", "date", "build", "page"]
        );
    }
}
