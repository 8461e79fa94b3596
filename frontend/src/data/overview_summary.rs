//! The summary of the overview in a sentence, and how complete it is.

use super::{
    coverage::{Coverage, not_loaded, so_far},
    number_format::{count, number},
    row::Totals,
    severity::Level,
    status::Status,
};

/// The data of all organizations together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OverviewSummary {
    /// The totals of what has been read.
    pub totals: Totals,
    /// Number of organizations that the connection is authorized for.
    pub orgs: u64,
    /// Number of organizations whose load has started, which includes those that failed. Nothing is
    /// known of the others.
    pub begun: u64,
    /// Number of organizations that could not be read.
    pub failed: u64,
    /// Number of projects at Snyk, if known for every organization.
    pub at_snyk: Option<u64>,
    /// Whether anything is being loaded that was not complete before.
    pub growing: bool,
    /// Whether anything is being loaded, or a person has retried.
    pub reading: bool,
    /// Whether Snyk has more projects than were loaded.
    pub cut: bool,
    /// Number of projects that could not be read in organizations that could.
    pub unreadable: u64,
}

impl OverviewSummary {
    /// Returns the summary before any organization has been loaded.
    #[must_use]
    pub fn nothing(orgs: u64) -> Self {
        Self {
            orgs,
            at_snyk: Some(0),
            ..Self::default()
        }
    }

    /// Adds an organization.
    #[must_use]
    pub fn and(self, status: &Status, totals: Totals) -> Self {
        // A complete list stays valid, even if it could not be loaded again.
        let has_failed = status.failure().is_some() && status.whole_at.is_none();
        let whole = status.whole_at.map(|_| totals.rows);
        let at_snyk = status.total.or(whole).map(|all| all.max(totals.rows));
        Self {
            totals: self.totals.plus(totals),
            begun: self.begun + 1,
            failed: self.failed + u64::from(has_failed),
            at_snyk: self.at_snyk.zip(at_snyk).map(|(sum, one)| sum + one),
            growing: self.growing || status.is_growing(),
            reading: self.reading || status.is_asked_for(),
            cut: self.cut || status.cut,
            unreadable: self.unreadable + status.unreadable,
            ..self
        }
    }

    /// Returns the number of organizations that are loaded or being loaded.
    fn read(self) -> u64 {
        self.begun.saturating_sub(self.failed)
    }

    /// Returns whether some organizations could not be read or have not been started.
    const fn lacks(self) -> bool {
        self.failed > 0 || self.begun < self.orgs
    }

    /// Returns whether only a part of the projects is known.
    const fn is_part(self) -> bool {
        self.lacks() || self.cut || self.unreadable > 0
    }

    /// Returns whether it is certain that there are no projects.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.totals.rows == 0 && !self.growing && !self.is_part()
    }

    /// Returns whether there are counts to show.
    #[must_use]
    pub const fn has_figures(self) -> bool {
        self.totals.counted() > 0
    }

    /// Returns whether no issue is known, and no project has all of its counts.
    fn is_uncounted(self) -> bool {
        self.totals.whole() == 0 && self.totals.issues.total() == 0
    }

    /// Returns the summary: `37 critical issues in 19 projects`.
    #[must_use]
    pub fn verdict(self) -> String {
        let Self {
            totals, growing, ..
        } = self;
        if totals.rows == 0 {
            return match (growing, self.orgs) {
                (true, 1) => "Loading your projects".to_owned(),
                (true, orgs) => format!("Loading {}", count(orgs, "organization")),
                (false, _) if self.begun == 0 && self.lacks() => "Nothing can be loaded".to_owned(),
                (false, _) if self.read() == 0 && self.lacks() => {
                    "Nothing could be loaded".to_owned()
                }
                (false, _) if self.unreadable > 0 => "Nothing could be loaded".to_owned(),
                (false, _) if self.lacks() => format!("No projects {}", self.within()),
                (false, _) => "No projects yet".to_owned(),
            };
        }
        if self.is_uncounted() {
            let projects = so_far(count(totals.rows, "project"), growing);
            return format!("{projects}, no issue counts yet");
        }
        let is_part = self.is_part();
        let found = |what: String, projects: u64| {
            let within = if is_part {
                self.within()
            } else {
                format!("in {}", count(projects, "project"))
            };
            let comma = if growing { "," } else { "" };
            format!("{}{comma} {within}", so_far(what, growing))
        };
        let worst = totals.issues.each().find(|(_, count)| *count > 0);
        let sentence = match worst {
            Some((Level::Critical, critical)) => {
                let issues = count(u64::from(critical), "critical issue");
                return found(issues, u64::from(totals.projects.of(Level::Critical)));
            }
            Some((Level::High, high)) => {
                format!("No critical issues, {} high", number(u64::from(high)))
            }
            Some((level, issues)) => format!(
                "No critical or high issues, {} {}",
                number(u64::from(issues)),
                level.name()
            ),
            None => return found("No open issues".to_owned(), totals.whole()),
        };
        let sentence = so_far(sentence, growing);
        if is_part {
            format!("{sentence}, {}", self.within())
        } else {
            sentence
        }
    }

    /// Returns the severity that the verdict counts, if it counts any.
    #[must_use]
    pub fn worst(self) -> Option<Level> {
        let mut each = self.totals.issues.each();
        each.find(|(_, count)| *count > 0).map(|(level, _)| level)
    }

    /// Returns the part of the projects or organizations that an incomplete summary is about.
    fn within(self) -> String {
        let projects = |coverage: Coverage| coverage.the(&count(self.totals.rows, "project"));
        let orgs = || Coverage::Part.the(&count(self.read(), "organization"));
        match (self.cut, self.lacks()) {
            (true, true) => format!("in {} of {}", projects(Coverage::First), orgs()),
            (true, false) => format!("in {}", projects(Coverage::First)),
            (false, true) => format!("in {}", orgs()),
            (false, false) => format!("in {}", projects(Coverage::Part)),
        }
    }

    /// Returns the size, and what is missing from it: `6 organizations, 5,724 projects. 1 project has
    /// no issue counts: Snyk has not tested it yet.`
    #[must_use]
    pub fn size(self) -> String {
        let orgs = count(self.orgs, "organization");
        let mut size = if self.lacks() && !self.growing && self.begun > 0 {
            format!("{} of {orgs}", number(self.read()))
        } else {
            orgs
        };
        if self.cut {
            let projects = count(self.totals.rows, "project");
            size = format!("{size}, {}", Coverage::First.the(&projects));
        } else if let Some(all) = self.at_snyk.filter(|_| self.begun > 0) {
            size = format!("{size}, {}", count(all, "project"));
        } else if !self.growing && self.totals.rows > 0 {
            size = format!("{size}, {}", count(self.totals.rows, "project"));
        }
        if self.unreadable > 0 {
            size = format!("{size}, {}", not_loaded(&number(self.unreadable)));
        }
        let one_or_more = |how_many: u64, one: &str, more: &str| {
            let projects = count(how_many, "project");
            format!(" {projects} {}.", if how_many == 1 { one } else { more })
        };
        let uncounted = match self.totals.uncounted {
            0 => String::new(),
            some => one_or_more(
                some,
                "has no issue counts: Snyk has not tested it yet",
                "have no issue counts: Snyk has not tested them yet",
            ),
        };
        let partial = match self.totals.partial {
            0 => String::new(),
            some => one_or_more(
                some,
                "has incomplete issue counts",
                "have incomplete issue counts",
            ),
        };
        format!("{size}.{uncounted}{partial}")
    }

    /// Returns the text in place of the worst projects, if there are none and nothing is being
    /// loaded.
    #[must_use]
    pub fn without_worst(self) -> String {
        match (self.totals.whole(), self.is_part()) {
            (0, true) => "No project could be loaded.".to_owned(),
            (0, false) => "No project has issue counts yet.".to_owned(),
            (_, true) => format!("No open issues {}.", self.within()),
            _ if self.totals.uncounted > 0 || self.totals.partial > 0 => {
                "None of the projects with issue counts has open issues.".to_owned()
            }
            _ => "No project has open issues.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
