//! What is said about installs.

use shared::api::{
    admin::{Install, InstallStatus, Totals},
    connection::Context,
};

use crate::{
    data::number_format::{count, number},
    times,
};

/// Returns a text from elsewhere as text that can only be read.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().map(shared::visible::visible).collect()
}

/// Returns the name of an install.
#[must_use]
pub fn name(install: &Install) -> String {
    name_or_unknown(&install.name)
}

/// Returns a name, or what stands in its place.
#[must_use]
pub fn name_or_unknown(name: &str) -> String {
    if name.trim().is_empty() {
        "Unknown organization".to_owned()
    } else {
        visible(name)
    }
}

/// Returns how much an install has access to: "Group, 6 organizations".
#[must_use]
pub fn reach(install: &Install) -> String {
    let orgs = match install.orgs {
        0 => "no organizations known".to_owned(),
        orgs => count(orgs, "organization"),
    };
    if install.is_group {
        return format!("Group, {orgs}");
    }
    if install.orgs == 0 {
        return "No organizations known".to_owned();
    }
    orgs
}

/// The words and the tone of a status.
#[must_use]
pub const fn status(status: InstallStatus) -> (&'static str, &'static str) {
    match status {
        InstallStatus::Active => ("Active", "ok"),
        InstallStatus::RefreshFailing => ("Active, refresh failing", "warn"),
        InstallStatus::ReconnectNeeded => ("Reconnect needed", "warn"),
        InstallStatus::Disconnected => ("Disconnected", "neutral"),
    }
}

/// The word for the principal as which an install acts.
#[must_use]
pub const fn context(context: Option<Context>) -> &'static str {
    match context {
        Some(Context::Tenant) => "tenant",
        Some(Context::User) => "user",
        None => "unknown",
    }
}

/// Seconds below which the end of a token stands out.
const SOON: u64 = 180;

/// When a token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// In so many seconds.
    In(u64),
    /// It has ended.
    Ended,
    /// It was erased.
    Erased,
    /// Snyk does not say.
    Unknown,
}

impl Ends {
    /// Returns when a token of an install ends, of which `left` seconds are left.
    #[must_use]
    pub fn of(status: InstallStatus, left: Option<u64>) -> Self {
        match (status, left) {
            (InstallStatus::Disconnected, _) => Self::Erased,
            // Its tokens are deleted, so the server names no time.
            (InstallStatus::ReconnectNeeded, _) | (_, Some(0)) => Self::Ended,
            (_, None) => Self::Unknown,
            (_, Some(left)) => Self::In(left),
        }
    }

    /// Returns the words in a column of that name.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::In(left) => format!("in {}", times::lifetime(left)),
            Self::Ended => "ended".to_owned(),
            Self::Erased => "erased".to_owned(),
            Self::Unknown => "unknown".to_owned(),
        }
    }

    /// Returns whether it ends within a few minutes.
    #[must_use]
    pub const fn is_soon(self) -> bool {
        matches!(self, Self::In(left) if left < SOON)
    }
}

/// A number of installs, the words after it, and the status that they have.
pub type Figure = (u64, &'static str, Option<InstallStatus>);

/// Returns how many installs have which status. A figure counts what its status lists.
#[must_use]
pub fn figures(totals: Totals) -> Vec<Figure> {
    let all = totals.active + totals.reconnect_needed + totals.disconnected;
    let fine = totals.active.saturating_sub(totals.refresh_failing);
    let plural = if all == 1 { "install" } else { "installs" };
    let mut figures = vec![
        (all, plural, None),
        (fine, "active", Some(InstallStatus::Active)),
    ];
    let others = [
        (
            totals.refresh_failing,
            "refresh failing",
            InstallStatus::RefreshFailing,
        ),
        (
            totals.reconnect_needed,
            "reconnect needed",
            InstallStatus::ReconnectNeeded,
        ),
        (
            totals.disconnected,
            "disconnected",
            InstallStatus::Disconnected,
        ),
    ];
    figures.extend(others.map(|(count, words, status)| (count, words, Some(status))));
    figures
}

/// Returns the title of the notice about refresh tokens that end soon.
#[must_use]
pub fn ending(installs: u64, days: u32) -> String {
    if installs == 1 {
        return format!("The refresh token of 1 install ends within {days} days");
    }
    let installs = number(installs);
    format!("The refresh tokens of {installs} installs end within {days} days")
}

/// Returns how many rows of a list are shown. `all` is how many there are, if that is known.
#[must_use]
pub fn shown(rows: u64, is_whole: bool, is_full: bool, item: &str) -> String {
    let rows = count(rows, item);
    if is_whole {
        rows
    } else if is_full {
        format!("The first {rows}. Search or filter to see others.")
    } else {
        format!("The first {rows}")
    }
}

/// Returns the sentence about a list without rows.
#[must_use]
pub fn nothing_matches(search: &str, status: Option<InstallStatus>) -> String {
    let status = status.map(|one| self::status(one).0.to_lowercase());
    match (search, status) {
        ("", None) => "Nobody has connected yet.".to_owned(),
        ("", Some(status)) => format!("No install has the status “{status}”."),
        (search, None) => format!("No install matches “{}”.", visible(search)),
        (search, Some(status)) => format!(
            "No install with the status “{status}” matches “{}”.",
            visible(search)
        ),
    }
}

/// Returns what is confirmed after an install was disconnected.
#[must_use]
pub fn disconnected(name: &str, is_pending: bool) -> String {
    if is_pending {
        format!(
            "{name} is disconnected. Its tokens were deleted; Snyk will be told when it answers."
        )
    } else {
        format!("{name} is disconnected. Its tokens were revoked and deleted.")
    }
}

#[cfg(test)]
mod tests {
    use shared::scope::Scopes;

    use super::*;

    fn install(name: &str, is_group: bool, orgs: u64) -> Install {
        Install {
            id: "01J".to_owned(),
            name: name.to_owned(),
            is_group,
            orgs,
            status: InstallStatus::Active,
            context: None,
            scopes: Scopes::default(),
            connected_at: String::new(),
            generation: 0,
            refreshed_at: String::new(),
            access_token_expires_at: None,
            refresh_token_expires_at: None,
            browsers: 0,
        }
    }

    #[test]
    fn how_much_an_install_reaches_is_told() {
        assert_eq!(reach(&install("", true, 6)), "Group, 6 organizations");
        assert_eq!(reach(&install("", false, 1)), "1 organization");
        assert_eq!(reach(&install("", false, 0)), "No organizations known");
        assert_eq!(
            reach(&install("", true, 0)),
            "Group, no organizations known"
        );
        assert_eq!(name(&install(" ", false, 0)), "Unknown organization");
    }

    #[test]
    fn the_end_of_a_token_is_a_time_or_a_word() {
        let words = |status, left| Ends::of(status, left).words();
        assert_eq!(words(InstallStatus::Active, Some(41 * 60)), "in 41 min");
        assert_eq!(words(InstallStatus::Active, Some(0)), "ended");
        assert_eq!(words(InstallStatus::Active, None), "unknown");
        assert_eq!(words(InstallStatus::ReconnectNeeded, None), "ended");
        assert_eq!(words(InstallStatus::Disconnected, None), "erased");
        assert!(Ends::In(120).is_soon() && !Ends::In(180).is_soon());
    }

    #[test]
    fn a_figure_counts_what_its_status_lists() {
        let totals = Totals {
            active: 5,
            refresh_failing: 1,
            reconnect_needed: 1,
            disconnected: 2,
            ending: 0,
        };
        let counts: Vec<_> = figures(totals).iter().map(|(count, ..)| *count).collect();
        assert_eq!(counts, [8, 4, 1, 1, 2]);
        let (_, words, _) = figures(Totals {
            active: 1,
            ..Totals::default()
        })[0];
        assert_eq!(words, "install");
    }

    #[test]
    fn how_many_are_shown_is_told() {
        assert_eq!(shown(7, true, false, "install"), "7 installs");
        assert_eq!(shown(100, false, false, "event"), "The first 100 events");
        assert!(shown(5_000, false, true, "install").ends_with("Search or filter to see others."));
    }

    #[test]
    fn nothing_is_explained_by_the_filters() {
        let failing = Some(InstallStatus::RefreshFailing);
        assert_eq!(nothing_matches("", None), "Nobody has connected yet.");
        assert_eq!(
            nothing_matches("x", failing),
            "No install with the status “active, refresh failing” matches “x”."
        );
        assert_eq!(
            ending(1, 14),
            "The refresh token of 1 install ends within 14 days"
        );
        assert_eq!(
            ending(1_200, 14),
            "The refresh tokens of 1,200 installs end within 14 days"
        );
        assert!(disconnected("A", true).contains("when it answers"));
    }
}
