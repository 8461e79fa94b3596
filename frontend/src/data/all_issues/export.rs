//! The issues that are shown, as files for other programs.

pub mod csv;
mod json;
pub mod sarif;

use super::found::Found;

/// An issue with the names that its row refers to.
#[derive(Clone, Copy, Debug)]
pub struct Exported<'a> {
    /// The issue.
    pub found: &'a Found,
    /// The name of the organization, or its id if the name is unknown.
    pub org: &'a str,
    /// The name of the project; empty if it is unknown.
    pub project: &'a str,
}

/// Formats a time in milliseconds as RFC 3339; an empty text if it is unknown.
pub type FormatTime = fn(f64) -> String;

#[cfg(test)]
pub(super) mod tests {
    use super::{super::found::tests::found, *};

    /// Returns an issue whose texts are as hostile as texts of Snyk may be.
    pub(super) fn hostile() -> Found {
        found(
            "o",
            "p",
            "i",
            r#","title":"=cmd(\"x\"),<b>\nnext","key":"k","problems":[{"id":"CVE-1"},{"id":"CVE-2"}],
            "classes":[{"id":"CWE-79"}],"created_at":"1","coordinates":[{"is_upgradeable":true,
            "representations":[{"dependency":{"package_name":"@a/b","package_version":"1"}}]}]"#,
        )
    }

    pub(super) fn time(millis: f64) -> String {
        if millis.is_finite() {
            format!("at {millis}")
        } else {
            String::new()
        }
    }
}
